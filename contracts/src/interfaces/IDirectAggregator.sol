// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup } from "../types/DirectSetup.sol";
import { IAggregator } from "./IAggregator.sol";
import { IAggregatorErrors } from "./IAggregatorErrors.sol";

/// @title IDirectAggregator
/// @notice The aggregator of the direct path: its errors, and how it reads a setup.
interface IDirectAggregator is IAggregator, IAggregatorErrors {
    /// @notice The setup is kept as code, which has a largest size.
    error SetupTooLarge(uint256 length, uint256 limit);
    /// @notice The chunk is not the one whose hash is in the setup.
    error ChunkMismatch(uint256 chunk, bytes32 hash, bytes32 expected);
    /// @notice The initial model is not complete: anyone may write what is missing.
    error NotInitialised(uint256 chunksDone, uint256 chunks);
    /// @notice Only some shards have the updates of `round`: the model answers again when all have them.
    error ModelInMotion(uint256 round, uint256 shardsDone);

    /// @notice Decodes a setup. Reverts without a reason if the bytes are not `abi.encode(DirectSetup)`.
    /// @param setup The bytes.
    /// @return decoded The setup, not checked against any terms.
    /// @custom:reverts Without a reason, if the bytes are not a setup.
    function decodeSetup(bytes calldata setup) external pure returns (DirectSetup memory decoded);
}
