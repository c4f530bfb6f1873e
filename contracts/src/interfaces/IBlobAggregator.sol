// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FaultProof } from "../types/FaultProof.sol";
import { IAggregator } from "./IAggregator.sol";

/// @title IBlobAggregator
/// @notice The aggregator of the blob path: its events and errors, and how models are posted for those who join later.
interface IBlobAggregator is IAggregator {
    /// @notice Commitments after the aggregation of a shard, compressed, 48 bytes a blob.
    /// @param core The core that called. Ids are unique within one core only.
    /// @param id Federation id.
    /// @param round Number of the round.
    /// @param shard Index of the shard.
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

    /// @notice The blobs of this transaction are a shard of the model after `round`.
    /// @param core Of the federation.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @param round Number of the last round that changed the shard.
    /// @param versionedHashes Of the blobs, in order.
    event Checkpoint(
        address indexed core, bytes32 indexed id, uint256 indexed shard, uint256 round, bytes32[] versionedHashes
    );

    /// @notice The core registers a federation once.
    error AlreadyRegistered(bytes32 id);
    /// @notice The core that called, or that was named, has no federation with this id here.
    error NotRegistered(bytes32 id);
    /// @notice The setup is `abi.encode(BlobSetup)`: 32 bytes.
    error MalformedSetup(uint256 length);
    /// @notice This path needs a chain with the precompile at `precompile`: G1ADD (EIP-2537), point evaluation (EIP-4844).
    error UnsupportedChain(address precompile);
    /// @notice The transaction that initialises must carry a blob, any blob: on a chain without blobs nobody shall join.
    error NoBlob();
    /// @notice There is one chunk, number 0.
    error NoSuchChunk(uint256 chunk, uint256 chunks);
    /// @notice The federation is initialised.
    error ChunkAlreadyWritten(uint256 chunk);
    /// @notice The chunk must be empty: only the blob beside it counts.
    error WrongChunkLength(uint256 length, uint256 expected);
    /// @notice The federation has to be initialised first: anyone may.
    error NotInitialised(bytes32 id);
    /// @notice Shards are counted from 0.
    error NoSuchShard(uint256 shard, uint256 shards);
    /// @notice The payload is the versioned hashes of the shard's blobs.
    error WrongPayloadLength(uint256 length, uint256 expected);
    /// @notice Blob `blob` of this transaction is not the one named; there is no such blob if `actual` is zero.
    error BlobMismatch(uint256 blob, bytes32 expected, bytes32 actual);
    /// @notice A cohort of this size sends at most `limit` updates of a shard.
    error TooManyUpdates(uint256 updates, uint256 limit);
    /// @notice Each update has one digest and one context.
    error WrongDigestCount(uint256 digests, uint256 contexts);
    /// @notice The data must be 96 bytes of coordinates for each blob of each update.
    error WrongDataLength(uint256 length, uint256 expected);
    /// @notice A coordinate of the point of blob `blob` of update `update` is not below the field's modulus.
    error CoordinateOutOfRange(uint256 update, uint256 blob);
    /// @notice The points of update `update` are not those of the blobs that were submitted.
    error DigestMismatch(uint256 update);
    /// @notice The point has the right x and the right sign of y, but another y.
    error NotOnCurve(uint256 update, uint256 blob);
    /// @notice The model is still zero: there is nothing to post.
    error NothingAggregated(uint256 shard);
    /// @notice Predictions are for the direct path: here the contract does not have the numbers.
    error NoNetwork();

    /// @notice Records that the blobs of this transaction are a shard of the model, so that later members find it.
    /// @dev Anyone may call, in a transaction that carries the blobs.
    /// @param core Of the federation.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @custom:reverts BlobMismatch, NoSuchShard, NotInitialised, NotRegistered, NothingAggregated.
    function checkpoint(address core, bytes32 id, uint256 shard) external;

    /// @notice Decodes a proof. Reverts without a reason if the bytes are not a proof.
    /// @param proof `abi.encode` of the fields of `FaultProof`, one by one.
    /// @return fault The proof, its claim not checked.
    /// @custom:reverts Without a reason, if the bytes are not a proof.
    function decodeProof(bytes calldata proof) external pure returns (FaultProof memory fault);

    /// @notice The base model, to which the lanes are added.
    /// @param core Of the federation.
    /// @param id Federation id.
    /// @return hash Of the base model; zero where the manifest seeds it.
    /// @custom:reverts NotRegistered.
    function baseModelHash(address core, bytes32 id) external view returns (bytes32 hash);
}
