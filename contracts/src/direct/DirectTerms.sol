// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Layer, OutputKind, Setup, Start } from "../types/DirectSetup.sol";
import { Terms } from "../types/Terms.sol";
import { Codec } from "./lanes/Codec.sol";
import { Cohort } from "../terms/Cohort.sol";
import { Estimate } from "./Estimate.sol";
import { Gains } from "../terms/Gains.sol";
import { Lanes } from "./lanes/Lanes.sol";

/// @title DirectTerms
/// @notice Refuses terms and setups that are impossible on the direct path: one named error for each.
/// @dev What passes can run all its rounds: no lane can overflow, no accumulator can wrap, every step fits a transaction.
library DirectTerms {
    error UnsupportedLaneBits(uint256 laneBits);
    error UnsupportedBits(uint256 bits);
    error UnsupportedRule(uint256 rule);
    error UnsupportedChallenge(uint256 challengeSeconds);
    error EmptyModel();
    error ModelTooLarge(uint256 words, uint256 limit);
    error EmptyShard();
    error MisalignedShard(uint256 shardSize, uint256 multiple);
    error TooManyShards(uint256 shards, uint256 limit);
    error InvalidShardsPerMember(uint256 shardsPerMember, uint256 shards);
    error InvalidCohortSize(uint256 cohortSize, uint256 limit);
    error NoRounds();
    error LaneOverflow(uint256 largest, uint256 limit);
    error AggregateTooLong(uint256 size, uint256 limit);
    error AggregateTooCostly(uint256 gas, uint256 limit);
    error SubmitTooLong(uint256 size, uint256 limit);
    error EmptyTensor(uint256 tensor);
    error TensorsMismatch(uint256 parameters, uint256 dimension);
    error AmplitudeTooLarge(uint256 tensor, uint256 amplitude, uint256 limit);
    error BoundTooLarge(uint256 bound, uint256 limit);
    error WrongChunkCount(uint256 chunks, uint256 expected);
    error EmptyLayer(uint256 layer);
    error LayersUnconnected(uint256 layer, uint256 inputs, uint256 outputsBefore);
    error LayersMismatch(uint256 parameters, uint256 dimension);
    error ZeroBiasMultiplier(uint256 layer);
    error InvalidLayerShift(uint256 layer, uint256 shift);
    error InvalidOutputs(uint256 outputs, uint256 limit);
    error OutputOverflow(uint256 largestAccumulator);

    /// @notice Words written by one call of `initialise`.
    uint256 internal constant CHUNK_WORDS = 512;

    uint256 private constant LIMIT = 256;

    /// @notice Reverts with a named error if the terms or the setup are impossible.
    function check(Terms calldata terms, Setup memory setup) internal pure {
        _checkForm(terms);
        _checkStart(terms, setup);
        _checkOverflow(terms, setup);
        _checkNetwork(terms, setup);
        _checkTransactions(terms);
    }

    /// @notice Shards of the model: `⌈dimension / shardSize⌉`.
    function shardCount(Terms calldata terms) internal pure returns (uint256) {
        return (uint256(terms.dimension) + terms.shardSize - 1) / terms.shardSize;
    }

    /// @notice Most updates of a shard in a round: `⌈cohortSize · shardsPerMember / shards⌉`.
    function maxUpdates(Terms calldata terms) internal pure returns (uint256) {
        return Cohort.maxUpdates(terms.cohortSize, terms.shardsPerMember, shardCount(terms));
    }

    /// @notice Chunks in which the initial model is written: `⌈words / 512⌉`.
    function chunkCount(Terms calldata terms) internal pure returns (uint256) {
        return (Lanes.words(terms.laneBits, terms.dimension) + CHUNK_WORDS - 1) / CHUNK_WORDS;
    }

    function _checkForm(Terms calldata terms) private pure {
        if (terms.laneBits != 16 && terms.laneBits != 32) revert UnsupportedLaneBits(terms.laneBits);
        if (terms.bits != 1 && terms.bits != 2 && terms.bits != 4 && terms.bits != 8) {
            revert UnsupportedBits(terms.bits);
        }
        if (terms.rule != 0) revert UnsupportedRule(terms.rule);
        if (terms.challengeSeconds != 0) revert UnsupportedChallenge(terms.challengeSeconds);
        if (terms.dimension == 0) revert EmptyModel();
        uint256 words = Lanes.words(terms.laneBits, terms.dimension);
        if (words > LIMIT * CHUNK_WORDS) revert ModelTooLarge(words, LIMIT * CHUNK_WORDS);
        if (terms.shardSize == 0) revert EmptyShard();
        uint256 shards = shardCount(terms);
        if (shards > LIMIT) revert TooManyShards(shards, LIMIT);
        uint256 values = 256 / uint256(terms.bits);
        if (shards > 1 && terms.shardSize % values != 0) revert MisalignedShard(terms.shardSize, values);
        if (terms.shardsPerMember == 0 || terms.shardsPerMember > shards) {
            revert InvalidShardsPerMember(terms.shardsPerMember, shards);
        }
        if (terms.cohortSize == 0 || terms.cohortSize > LIMIT) revert InvalidCohortSize(terms.cohortSize, LIMIT);
    }

    function _checkStart(Terms calldata terms, Setup memory setup) private pure {
        uint256 limit = 1 << (terms.laneBits - 1);
        uint256 parameters;
        for (uint256 t; t < setup.tensors.length; ++t) {
            if (setup.tensors[t].length == 0) revert EmptyTensor(t);
            if (setup.start == Start.Seeded && setup.tensors[t].amplitude >= limit) {
                revert AmplitudeTooLarge(t, setup.tensors[t].amplitude, limit);
            }
            parameters += setup.tensors[t].length;
        }
        if (parameters != terms.dimension) revert TensorsMismatch(parameters, terms.dimension);
        bool isGiven = setup.start == Start.Given;
        if (isGiven && setup.bound >= limit) revert BoundTooLarge(setup.bound, limit);
        uint256 chunks = isGiven ? chunkCount(terms) : 0;
        if (setup.chunks.length != chunks) revert WrongChunkCount(setup.chunks.length, chunks);
    }

    /// @dev `initial + Σ_{r < rounds} gain_r · maxUpdates · 2^(bits−1) < 2^(laneBits−1)`.
    function _checkOverflow(Terms calldata terms, Setup memory setup) private pure {
        if (terms.rounds == 0) revert NoRounds();
        Gains.check(terms.gains, terms.rounds);
        uint256 total; // Σ of gains over all rounds, each entry holding until the next one's round
        uint256 from;
        uint256 gain;
        for (uint256 i; i < Gains.ENTRIES; ++i) {
            uint256 entry = (terms.gains >> (48 * i)) & 0xffffffffffff;
            if (entry == 0) break;
            total += gain * ((entry >> 16) - from);
            (from, gain) = (entry >> 16, entry & 0xffff);
        }
        total += gain * (terms.rounds - from);
        uint256 largest = _initialBound(setup) + total * maxUpdates(terms) * Codec.largest(terms.bits);
        uint256 limit = 1 << (terms.laneBits - 1);
        if (largest >= limit) revert LaneOverflow(largest, limit);
    }

    function _initialBound(Setup memory setup) private pure returns (uint256 largest) {
        if (setup.start == Start.Given) return setup.bound;
        if (setup.start == Start.Zero) return 0;
        for (uint256 t; t < setup.tensors.length; ++t) {
            if (setup.tensors[t].amplitude > largest) largest = setup.tensors[t].amplitude;
        }
    }

    function _checkNetwork(Terms calldata terms, Setup memory setup) private pure {
        Layer[] memory layers = setup.layers;
        if (layers.length == 0) return;
        uint256 parameters;
        for (uint256 k; k < layers.length; ++k) {
            Layer memory layer = layers[k];
            if (layer.inputs == 0 || layer.outputs == 0) revert EmptyLayer(k);
            if (k != 0 && layer.inputs != layers[k - 1].outputs) {
                revert LayersUnconnected(k, layer.inputs, layers[k - 1].outputs);
            }
            if (layer.biasMultiplier == 0) revert ZeroBiasMultiplier(k);
            if ((layer.shift == 0) != (k + 1 == layers.length)) revert InvalidLayerShift(k, layer.shift);
            parameters += uint256(layer.outputs) * (uint256(layer.inputs) + 1);
        }
        if (parameters != terms.dimension) revert LayersMismatch(parameters, terms.dimension);

        Layer memory last = layers[layers.length - 1];
        uint256 most = type(uint32).max;
        if (setup.outputKind == OutputKind.Logistic) most = 1;
        if (setup.outputKind == OutputKind.MultiLabel) most = 256;
        if (last.outputs > most) revert InvalidOutputs(last.outputs, most);

        // Accumulators stay below 2^(31+8+32) + 2^(31+32) by their types, so they cannot wrap; the outputs can.
        uint256 accumulator = (uint256(last.inputs) * 255 + last.biasMultiplier) << (terms.laneBits - 1);
        uint256 room = uint256(type(int256).max) - _magnitude(setup.outputOffset);
        if (_magnitude(setup.outputMultiplier) > room / accumulator) revert OutputOverflow(accumulator);
    }

    /// @dev `|value|`; for the least integer, which has no positive twin, the greatest one.
    function _magnitude(int256 value) private pure returns (uint256) {
        if (value == type(int256).min) return uint256(type(int256).max);
        return uint256(value < 0 ? -value : value);
    }

    function _checkTransactions(Terms calldata terms) private pure {
        uint256 length = terms.dimension < terms.shardSize ? terms.dimension : terms.shardSize;
        uint256 updates = maxUpdates(terms);
        uint256 size = Estimate.aggregateBytes(updates, length, terms.bits);
        if (size > Estimate.BYTES_LIMIT) revert AggregateTooLong(size, Estimate.BYTES_LIMIT);
        uint256 gas = Estimate.aggregateGas(terms.cohortSize, updates, length, terms.laneBits, terms.bits);
        if (gas > Estimate.GAS_LIMIT) revert AggregateTooCostly(gas, Estimate.GAS_LIMIT);
        // Committed updates come in one transaction, since the commitment binds them all; others may come shard by shard.
        // What fits in bytes fits in gas: `Estimate.submitGas` of 131,072 bytes and 256 shards is below the cap.
        uint256 shards = terms.commitSeconds == 0 ? 1 : terms.shardsPerMember;
        size = Estimate.submitBytes(shards, length, terms.bits);
        if (size > Estimate.BYTES_LIMIT) revert SubmitTooLong(size, Estimate.BYTES_LIMIT);
    }
}
