// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { OutputKind } from "../types/OutputKind.sol";

/// @title IFederationModel
/// @notice What is known of a federation's model, how it is sealed, and what versions of it answer: the parts of `IAggregator`
///         that can be asked at the core. The newest sealed version answers in the core's own code: see `IFederationCore`.
/// @dev Trust. A foreign aggregator may answer anything: callers check `termsOf(id).aggregator` first.
interface IFederationModel {
    /// @notice What a contract has to know about a model before it asks it.
    /// @dev A foreign aggregator may claim any network: check `termsOf(id).aggregator`.
    struct Model {
        bool hasNetwork; //        whether the aggregator answers; if not, asking reverts, and the next four are zero
        uint32 inputs; //          bytes of an input
        uint32 outputs; //         outputs of an answer
        uint32 classes; //         softmax: outputs; logistic: 2; multi-label: labels; linear: 0
        OutputKind outputKind; //  how outputs become a class: see `IAggregator.classify`
        bool isInitialised; //     whether the initial model is complete
        bool isTrained; //         whether a round has changed the model since
        bool isInMotion; //        whether only some shards have the next round; meanwhile the model cannot be sealed
        uint32 round; //           how many rounds the model has behind it, failed ones included; 0: the initial one
        uint32 version; //         how many rounds have changed the model
        bool isSealed; //          whether a version is sealed; if not, `predict` and `classify` revert
        uint32 sealedVersion; //   the newest such version: the one that answers
    }

    // --- What is known ---

    /// @notice Facts about the model of a federation: its inputs, its outputs, its rounds, its versions.
    /// @param id The federation.
    /// @return model_ The facts. Names of columns and classes are not among them: they are in the manifest, which `Created`
    ///         logged and whose hash is in the terms.
    /// @custom:reverts UnknownFederation.
    function modelOf(bytes32 id) external view returns (Model memory model_);

    /// @notice The hash of one shard of the model: see `IAggregator.modelHash`.
    /// @param id The federation.
    /// @param shard Which shard.
    /// @return hash Direct path: keccak256 of its words. Blob path: keccak256 of its commitments.
    /// @custom:reverts UnknownFederation; what `IAggregator.modelHash` reverts with.
    function modelHash(bytes32 id, uint256 shard) external view returns (bytes32 hash);

    /// @notice The hash of the whole model: see `IAggregator.modelHash`.
    /// @param id The federation.
    /// @return hash keccak256 of the shards' hashes, one after the other; where there is one shard, that of the shard.
    /// @custom:reverts UnknownFederation; what `IAggregator.modelHash` reverts with.
    function modelHash(bytes32 id) external view returns (bytes32 hash);

    /// @notice How many rounds have changed the model: see `IAggregator.versionOf`.
    /// @param id The federation.
    /// @return version Rounds that all shards have had.
    /// @return shardsDone Shards that have the next one as well.
    /// @custom:reverts UnknownFederation; what `IAggregator.versionOf` reverts with.
    function versionOf(bytes32 id) external view returns (uint32 version, uint32 shardsDone);

    /// @notice Direct path: the block in which the present words of a shard were logged: see `IDirectAggregator.loggedAt`.
    /// @param id The federation.
    /// @param shard Which shard.
    /// @return blockNumber Where the aggregator's `ModelLogged` is.
    /// @custom:reverts UnknownFederation; what `IDirectAggregator.loggedAt` reverts with.
    function loggedAt(bytes32 id, uint256 shard) external view returns (uint256 blockNumber);

    /// @notice Blob path: the commitments of a shard: see `IBlobAggregator.commitments`.
    /// @param id The federation.
    /// @param shard Which shard.
    /// @return points 96 bytes a blob.
    /// @custom:reverts UnknownFederation; what `IBlobAggregator.commitments` reverts with.
    function commitments(bytes32 id, uint256 shard) external view returns (bytes memory points);

    // --- Sealing ---

    /// @notice Writes pieces of one shard into code: see `IAggregator.seal`. Anyone may, while the federation runs and after
    ///         its end. After the end the caller is credited its part of what the terms set aside for it: the part of all
    ///         words still missing that this call sealed.
    /// @param id The federation.
    /// @param shard Which shard.
    /// @param first First piece of 767 words, counted within the shard from 0.
    /// @param count How many pieces.
    /// @param words All words of the shard.
    /// @custom:reverts ModuleAnswerMalformed, ModuleFailed, ReentrancyGuardReentrantCall, UnknownFederation; what
    ///         `IAggregator.seal` reverts with.
    function seal(bytes32 id, uint256 shard, uint256 first, uint256 count, bytes calldata words) external;

    /// @notice How far the model is sealed: see `IAggregator.sealingOf`.
    /// @param id The federation.
    /// @return isSealed Whether any version is sealed whole.
    /// @return sealedVersion The newest such version.
    /// @return version The present version.
    /// @return done Words of the present version that are sealed.
    /// @return total Words of the model.
    /// @custom:reverts UnknownFederation; what `IAggregator.sealingOf` reverts with.
    function sealingOf(bytes32 id)
        external
        view
        returns (bool isSealed, uint32 sealedVersion, uint32 version, uint256 done, uint256 total);

    /// @notice Where a piece of a version is sealed: see `IAggregator.pieceOf`.
    /// @param id The federation.
    /// @param version Any version.
    /// @param shard Which shard.
    /// @param piece Counted within the shard from 0.
    /// @return code Account whose code is a zero byte and then the words; zero: the piece is not sealed.
    /// @custom:reverts UnknownFederation; what `IAggregator.pieceOf` reverts with.
    function pieceOf(bytes32 id, uint32 version, uint256 shard, uint256 piece) external view returns (address code);

    // --- Answers ---

    /// @notice As `predict`, by exactly this version: see `IAggregator.predictAt`. Sealed versions answer for ever.
    /// @param id The federation.
    /// @param version A version that is sealed.
    /// @param input One byte for each input of the network.
    /// @return outputs As of `predict`.
    /// @custom:reverts UnknownFederation; what `IAggregator.predictAt` reverts with.
    function predictAt(bytes32 id, uint32 version, bytes calldata input) external view returns (int256[] memory outputs);

    /// @notice As `classify`, by exactly this version: see `IAggregator.classifyAt`.
    /// @param id The federation.
    /// @param version A version that is sealed.
    /// @param input One byte for each input of the network.
    /// @return class As of `classify`.
    /// @return outputs As of `predict`.
    /// @custom:reverts UnknownFederation; what `IAggregator.classifyAt` reverts with.
    function classifyAt(bytes32 id, uint32 version, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs);

    /// @notice As `predict`, by the present words, which the caller hands in: see `IAggregator.predictWith`. Works in every
    ///         round, without sealing.
    /// @param id The federation.
    /// @param words Those of all shards, one after the other.
    /// @param input One byte for each input of the network.
    /// @return outputs As of `predict`.
    /// @custom:reverts UnknownFederation; what `IAggregator.predictWith` reverts with.
    function predictWith(bytes32 id, bytes calldata words, bytes calldata input)
        external
        view
        returns (int256[] memory outputs);

    /// @notice As `classify`, by the present words: see `IAggregator.classifyWith`.
    /// @param id The federation.
    /// @param words Those of all shards, one after the other.
    /// @param input One byte for each input of the network.
    /// @return class As of `classify`.
    /// @return outputs As of `predict`.
    /// @custom:reverts UnknownFederation; what `IAggregator.classifyWith` reverts with.
    function classifyWith(bytes32 id, bytes calldata words, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs);
}
