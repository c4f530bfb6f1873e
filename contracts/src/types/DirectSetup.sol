// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { OutputKind } from "./OutputKind.sol";

/// @notice Where the integers of a direct-path model start.
/// @dev `Zero`: all zero. `Seeded`: uniform in ±amplitude of each tensor, written by the contract from the seed.
///      `Given`: handed in shard by shard, checked against `hashes`.
enum Start {
    Zero,
    Seeded,
    Given
}

/// @notice A run of parameters that starts alike. `amplitude` is the largest |initial integer| when seeded.
struct Tensor {
    uint32 length;
    uint32 amplitude;
}

/// @notice A dense layer: `outputs × inputs` weights, row by row, then `outputs` biases, in the order of the model vector.
/// @dev `acc = Σ_j w_ij · x_j + biasMultiplier · b_i`. All layers but the last are followed by ReLU and
///      `x' = min(255, (max(acc, 0) + 2^(shift−1)) >> shift)`, `shift` ≥ 1; the last one has shift 0.
struct Layer {
    uint32 inputs;
    uint32 outputs;
    uint32 biasMultiplier;
    uint8 shift;
}

/// @title DirectSetup
/// @notice What a DirectAggregator must know beyond the terms: `abi.encode(DirectSetup)` is the setup published at creation.
struct DirectSetup {
    Start start;
    OutputKind outputKind;
    uint8 inputZero; //            byte that stands for zero: 0, or 128 for signed features
    bytes32 seed; //               of a seeded start
    uint32 bound; //               largest |initial integer| of given words; zero otherwise
    int256 outputMultiplier; //    output = acc · outputMultiplier + outputOffset, fixed point with 18 decimals
    int256 outputOffset;
    Tensor[] tensors; //           lengths sum to the dimension
    bytes32[] hashes; //           keccak256 of each shard's given words
    Layer[] layers; //             empty: this model answers no predictions
}
