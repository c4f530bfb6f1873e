// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Setup } from "../types/DirectSetup.sol";
import { IAggregator } from "./IAggregator.sol";

/// @title IDirectAggregator
/// @notice The aggregator of the direct path: its errors, and how it reads a setup.
interface IDirectAggregator is IAggregator {
    /// @notice The core registers a federation once.
    error AlreadyRegistered(bytes32 id);
    /// @notice The core that called has no federation with this id here.
    error NotRegistered(bytes32 id);
    /// @notice The setup is `abi.encode(Setup)`.
    error MalformedSetup(uint256 length);
    /// @notice The setup is kept as code, which has a largest size.
    error SetupTooLarge(uint256 length, uint256 limit);
    /// @notice Chunks are counted from 0.
    error NoSuchChunk(uint256 chunk, uint256 chunks);
    /// @notice Each chunk is written once.
    error ChunkAlreadyWritten(uint256 chunk);
    /// @notice Where the start is given, data are the whole chunk; otherwise they must be empty.
    error WrongChunkLength(uint256 length, uint256 expected);
    /// @notice The chunk is not the one whose hash is in the setup.
    error ChunkMismatch(uint256 chunk, bytes32 hash, bytes32 expected);
    /// @notice The initial model is not complete: anyone may write what is missing.
    error NotInitialised(uint256 chunksDone, uint256 chunks);
    /// @notice Shards are counted from 0.
    error NoSuchShard(uint256 shard, uint256 shards);
    /// @notice A cohort of this size sends at most `limit` updates of a shard.
    error TooManyUpdates(uint256 updates, uint256 limit);
    /// @notice Each update has one digest and one context.
    error WrongDigestCount(uint256 digests, uint256 contexts);
    /// @notice The data must be exactly the payloads, one after the other.
    error WrongDataLength(uint256 length, uint256 expected);
    /// @notice The payload of update `update` is not the one that was submitted.
    error DigestMismatch(uint256 update);
    /// @notice Only some shards have the updates of `round`: the model answers again when all have them.
    error ModelInMotion(uint256 round, uint256 shardsDone);
    /// @notice The setup has no layers: this model answers no predictions.
    error NoNetwork();

    /// @notice Decodes a setup. Reverts without a reason if the bytes are not `abi.encode(Setup)`.
    /// @param setup The bytes.
    /// @return decoded The setup, not checked against any terms.
    /// @custom:reverts Without a reason, if the bytes are not a setup.
    function decodeSetup(bytes calldata setup) external pure returns (Setup memory decoded);
}
