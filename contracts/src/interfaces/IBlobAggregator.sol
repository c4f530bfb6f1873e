// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FaultProof } from "../types/FaultProof.sol";
import { IAggregator } from "./IAggregator.sol";

/// @title IBlobAggregator
/// @notice The aggregator of the blob path: what it tells and refuses, and how models are posted for who joins later.
interface IBlobAggregator is IAggregator {
    /// @notice Commitments after the aggregation of a shard, compressed, 48 bytes a blob.
    /// @param core The core that called. Ids are a core's own: without it an event says nothing.
    /// @param roundCommitments Of `Σ updates`, before the gain.
    /// @param modelCommitments Of the model after it.
    event Commitments(
        address indexed core,
        bytes32 indexed id,
        uint256 indexed round,
        uint256 shard,
        bytes roundCommitments,
        bytes modelCommitments
    );

    /// @notice The blobs of this transaction are a shard of the model as `round` left it.
    event Checkpoint(
        address indexed core, bytes32 indexed id, uint256 indexed shard, uint256 round, bytes32[] versionedHashes
    );

    error AlreadyRegistered(bytes32 id);
    error NotRegistered(bytes32 id);
    /// @notice The setup is `abi.encode(BlobSetup)`: 32 bytes.
    error MalformedSetup(uint256 length);
    /// @notice This path needs a chain with the precompile at `precompile`: G1ADD (EIP-2537), point evaluation (EIP-4844).
    error UnsupportedChain(address precompile);
    /// @notice The transaction that initialises carries a blob, any: where there are none, no federation gets members.
    error NoBlob();
    error NoSuchChunk(uint256 chunk, uint256 chunks);
    error ChunkAlreadyWritten(uint256 chunk);
    error WrongChunkLength(uint256 length, uint256 expected);
    error NotInitialised(bytes32 id);
    error NoSuchShard(uint256 shard, uint256 shards);
    /// @notice The payload is the versioned hashes of the shard's blobs.
    error WrongPayloadLength(uint256 length, uint256 expected);
    /// @notice Blob `blob` of this transaction is not the one named; none at all if `actual` is zero.
    error BlobMismatch(uint256 blob, bytes32 expected, bytes32 actual);
    error TooManyUpdates(uint256 updates, uint256 limit);
    error WrongDigestCount(uint256 digests, uint256 contexts);
    error WrongDataLength(uint256 length, uint256 expected);
    /// @notice A coordinate of the point of blob `blob` of update `update` is not below the field's modulus.
    error CoordinateOutOfRange(uint256 update, uint256 blob);
    error DigestMismatch(uint256 update);
    /// @notice The point has the right x and the right sign of y, but another y.
    error NotOnCurve(uint256 update, uint256 blob);
    /// @notice The model is still zero: there is nothing to post.
    error NothingAggregated(uint256 shard);
    /// @notice Predictions are for the direct path: here the contract does not have the numbers.
    error NoNetwork();

    /// @notice Records that the blobs of this transaction are a shard of the model, so that who joins later finds it.
    /// @dev Anyone may call, in a transaction that carries the blobs.
    function checkpoint(address core, bytes32 id, uint256 shard) external;

    /// @notice The proof that these bytes stand for. Reverts if they stand for none.
    function decodeProof(bytes calldata proof) external pure returns (FaultProof memory fault);

    /// @notice What the weights are counted from: the hash of the base model, or zero where the manifest seeds it.
    function baseModelHash(address core, bytes32 id) external view returns (bytes32);
}
