// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup } from "../types/DirectSetup.sol";
import { IAggregator } from "./IAggregator.sol";
import { IAggregatorErrors } from "./IAggregatorErrors.sol";

/// @title IDirectAggregator
/// @notice The aggregator of the direct path: its event and errors, where a model's words were logged, and how it reads a
///         setup.
interface IDirectAggregator is IAggregator, IAggregatorErrors {
    /// @notice The words of a shard from now on. Their keccak256 is kept: see `modelHash`.
    /// @param core The core that called. Ids are unique within one core only.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @param words 32 bytes each, biased: every lane is `value + 2^(laneBits−1)`.
    event ModelLogged(address indexed core, bytes32 indexed id, uint256 indexed shard, bytes words);

    /// @notice The setup is kept as code, which has a largest size.
    error SetupTooLarge(uint256 length, uint256 limit);
    /// @notice The words are not those whose hash is in the setup.
    error ModelMismatch(uint256 shard, bytes32 hash, bytes32 expected);
    /// @notice The initial model is not complete: anyone may initialise the shards that are missing.
    error NotInitialised(uint256 shardsInitialised, uint256 shards);
    /// @notice The words are not the shard's present ones: look again where they were last logged.
    error StaleModel(uint256 shard, bytes32 hash, bytes32 expected);
    /// @notice Only some shards have the updates of `round`: the model can be sealed when all have them.
    error ModelInMotion(uint256 round, uint256 shardsDone);
    /// @notice At least one piece must be sealed, and the shard has so many, counted from 0.
    error PieceOutOfRange(uint256 piece, uint256 pieces);
    /// @notice Each piece of a version is sealed once.
    error PieceAlreadySealed(uint256 shard, uint256 piece, uint256 version);
    /// @notice No version of the model is sealed: seal one, or hand in the words.
    error NotSealed();
    /// @notice This version is not sealed whole; `newest` is the newest one that is.
    error VersionNotSealed(uint256 version, uint256 newest);

    /// @notice The block in which the present words of a shard were logged: see `ModelLogged`.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @return blockNumber Of the shard's initialisation, or of its last aggregation that had updates.
    /// @custom:reverts NotInitialised, NotRegistered, ShardOutOfRange.
    function loggedAt(bytes32 id, uint256 shard) external view returns (uint256 blockNumber);

    /// @notice Decodes a setup. Reverts without a reason if the bytes are not `abi.encode(DirectSetup)`.
    /// @param setup The bytes.
    /// @return decoded The setup, not checked against any terms.
    /// @custom:reverts Without a reason, if the bytes are not a setup.
    function decodeSetup(bytes calldata setup) external pure returns (DirectSetup memory decoded);
}
