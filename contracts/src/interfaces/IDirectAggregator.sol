// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Setup } from "../types/Setup.sol";
import { IAggregator } from "./IAggregator.sol";

/// @title IDirectAggregator
/// @notice The aggregator of the direct path: what it refuses, and how it reads a setup.
interface IDirectAggregator is IAggregator {
    error AlreadyRegistered(bytes32 id);
    error NotRegistered(bytes32 id);
    error MalformedSetup(uint256 length);
    error SetupTooLarge(uint256 length, uint256 limit);
    error NoSuchChunk(uint256 chunk, uint256 chunks);
    error ChunkAlreadyWritten(uint256 chunk);
    error WrongChunkLength(uint256 length, uint256 expected);
    error ChunkMismatch(uint256 chunk, bytes32 hash, bytes32 expected);
    error NotInitialised(uint256 chunksDone, uint256 chunks);
    error NoSuchShard(uint256 shard, uint256 shards);
    error TooManyUpdates(uint256 updates, uint256 limit);
    error WrongDigestCount(uint256 digests, uint256 contexts);
    error WrongDataLength(uint256 length, uint256 expected);
    error DigestMismatch(uint256 update);
    error ModelInMotion(uint256 round, uint256 shardsDone);
    error NoNetwork();

    /// @notice The setup that `abi.encode(Setup)` bytes stand for. Reverts if they stand for none.
    function decodeSetup(bytes calldata setup) external pure returns (Setup memory);
}
