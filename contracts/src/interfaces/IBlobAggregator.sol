// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FaultProof } from "../types/FaultProof.sol";
import { IAggregator } from "./IAggregator.sol";
import { IAggregatorErrors } from "./IAggregatorErrors.sol";

/// @title IBlobAggregator
/// @notice The aggregator of the blob path: its events and errors, and how models are posted for those who join later.
interface IBlobAggregator is IAggregator, IAggregatorErrors {
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

    /// @notice This path needs a chain with the precompile at `precompile`: G1ADD (EIP-2537), point evaluation (EIP-4844).
    error UnsupportedChain(address precompile);
    /// @notice The transaction that initialises must carry a blob, any blob: on a chain without blobs nobody shall join.
    error NoBlob();

    /// @notice Blob `blob` of this transaction is not the one named; there is no such blob if `actual` is zero.
    error BlobMismatch(uint256 blob, bytes32 expected, bytes32 actual);
    /// @notice A coordinate of the point of blob `blob` of update `update` is not below the field's modulus.
    error CoordinateOutOfRange(uint256 update, uint256 blob);
    /// @notice The point has the right x and the right sign of y, but another y.
    error NotOnCurve(uint256 update, uint256 blob);
    /// @notice The model is still zero: there is nothing to post.
    error NothingAggregated(uint256 shard);
    /// @notice The contract does not have the model's numbers, so it cannot seal them.
    error UnsupportedSeal();

    /// @notice Records that the blobs of this transaction are a shard of the model, so that later members find it.
    /// @dev Anyone may call, in a transaction that carries the blobs.
    /// @param core Of the federation.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @custom:reverts BlobMismatch, NotInitialised, NotRegistered, NothingAggregated, ShardOutOfRange.
    function checkpoint(address core, bytes32 id, uint256 shard) external;

    /// @notice The commitments of a shard of the model.
    /// @param id Federation id, of the core that calls.
    /// @param shard Index of the shard.
    /// @return points Those of the shard's blobs, 96 bytes each: x and y, 48 bytes each, infinity all zero.
    /// @custom:reverts NotInitialised, NotRegistered, ShardOutOfRange.
    function commitments(bytes32 id, uint256 shard) external view returns (bytes memory points);

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
