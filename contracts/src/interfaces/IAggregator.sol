// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { OutputKind } from "../types/OutputKind.sol";
import { Terms } from "../types/Terms.sol";

/// @title IAggregator
/// @notice A module that knows the numbers: it keeps models, folds updates into them and answers predictions.
///
/// @dev Trust. A model is kept under `(msg.sender, id)`: a core reaches only its own models.
///      The core trusts no aggregator; one that reverts or lies harms the federations that named it in their terms.
///      Liveness. No input that `digest` accepted may make `aggregate` revert: a fault found there would let one member
///      stop a round. What can be refused is refused at `digest`.
interface IAggregator {
    /// @notice Registers a federation, or reverts with a named error if its terms are impossible.
    /// @param id Federation id.
    /// @param terms Terms whose numbers this module checks: widths, sizes, gains, gas.
    /// @param setup Initial model and network, in this module's own encoding; its hash is in the terms.
    /// @custom:reverts AggregateTooCostly, AggregateTooLong, AlreadyRegistered, AmplitudeTooLarge, BoundTooLarge,
    ///         ChallengeTooShort, CohortSizeOutOfRange, CommitmentOverSeveralShards, DimensionZero, EmptyLayer,
    ///         EmptyTensor, GainsMalformed, InvalidLayerShift, InvalidOutputs, LaneOverflow, LayersMismatch,
    ///         LayersUnconnected, MalformedSetup, MisalignedShard, ModelTooLarge, OutputOverflow, RoundsZero,
    ///         SetupTooLarge, ShardSizeZero, ShardsPerMemberOutOfRange, SubmitTooLong, TensorsMismatch, TooManyBlobs,
    ///         TooManyShards, UnsupportedBits, UnsupportedChain, UnsupportedChallenge, UnsupportedLaneBits,
    ///         UnsupportedRule, WrongChunkCount, ZeroBiasMultiplier.
    function register(bytes32 id, Terms calldata terms, bytes calldata setup) external;

    /// @notice Writes one chunk of the initial model.
    /// @param id Federation id.
    /// @param chunk Index of the chunk; each is written once, in any order.
    /// @param data Given integers as words, checked against the setup; empty where the contract computes them.
    /// @return complete Whether every chunk has now been written.
    /// @custom:reverts BoundExceeded, ChunkAlreadyWritten, ChunkMismatch, NoBlob, NoSuchChunk, NoSuchLane,
    ///         NotRegistered, WrongChunkLength.
    function initialise(bytes32 id, uint256 chunk, bytes calldata data) external returns (bool complete);

    /// @notice Checks the form of one shard's update and returns its digest.
    /// @param id Federation id.
    /// @param context Hash of chain, core, federation, round and member: binds the digest to all of them.
    /// @param shard Index of the shard.
    /// @param payload The update in the encoding of the path.
    /// @return digest_ What `aggregate` compares the payload with.
    /// @return isBlank Whether the payload changes nothing: all its integers are zero or, where an integer cannot be zero,
    ///         equal. The core refuses an update whose payloads are all blank, so that nobody is paid for it.
    /// @custom:reverts BlobMismatch, NonZeroPadding, NotRegistered, ShardOutOfRange, WrongPayloadLength.
    function digest(bytes32 id, bytes32 context, uint256 shard, bytes calldata payload)
        external
        view
        returns (bytes32 digest_, bool isBlank);

    /// @notice Folds the updates of one shard into the model: `model += gain · rule(updates)`, the gain scaled as the rule
    ///         asks where the cohort is smaller than the terms allow.
    /// @param id Federation id.
    /// @param round Number of the round, for modules whose rule depends on it.
    /// @param shard Index of the shard.
    /// @param gain Multiplier of this round, by the schedule of the terms.
    /// @param cohort Positions of the round, including those that sent nothing: 1 to `cohortSize`.
    /// @param contexts One for each update, in order of position.
    /// @param digests What `digest` returned for each update.
    /// @param data The payloads again, one after the other, in the same order.
    /// @return modelHash keccak256 of the shard of the model after this, for anyone who replays the history.
    /// @custom:reverts CoordinateOutOfRange, DigestMismatch, NotInitialised, NotOnCurve, NotRegistered, ShardOutOfRange,
    ///         TooManyUpdates, WrongDataLength, WrongDigestCount.
    function aggregate(
        bytes32 id,
        uint256 round,
        uint256 shard,
        uint256 gain,
        uint256 cohort,
        bytes32[] calldata contexts,
        bytes32[] calldata digests,
        bytes calldata data
    ) external returns (bytes32 modelHash);

    /// @notice Whether `proof` shows that the update behind `digest_` breaks the bounds of the terms.
    /// @param id Federation id.
    /// @param context As of `digest`.
    /// @param shard Index of the shard.
    /// @param digest_ What `digest` returned for the update.
    /// @param proof In this module's own encoding.
    /// @return isProven Whether it does; for a wrong proof it may revert as well.
    /// @custom:reverts Any error: then nothing is proven.
    function isFault(bytes32 id, bytes32 context, uint256 shard, bytes32 digest_, bytes calldata proof)
        external
        view
        returns (bool isProven);

    /// @notice The words of a shard of the model.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @return words Direct path: 32 bytes each, biased: every lane is stored as `value + 2^(laneBits−1)`. Blob path: the
    ///         commitments of the shard's blobs as points, 96 bytes each: x and y, 48 bytes each, infinity all zero.
    /// @custom:reverts NotInitialised, NotRegistered, ShardOutOfRange.
    function model(bytes32 id, uint256 shard) external view returns (bytes memory words);

    /// @notice The inputs and outputs of the network.
    /// @param id Federation id.
    /// @return inputs Bytes of an input; zero: there is no network, and `predict` and `classify` revert.
    /// @return outputs Outputs of an answer.
    /// @return kind How they become a class: see `classify`.
    /// @custom:reverts NotRegistered.
    function networkShape(bytes32 id) external view returns (uint32 inputs, uint32 outputs, OutputKind kind);

    /// @notice Outputs of the network for one input. A classifier returns logits, the values of the last layer before softmax
    ///         or sigmoid, not probabilities. A model of numbers returns the numbers, in the label's unit.
    /// @param id Federation id.
    /// @param input One byte a feature: as many as `networkShape` says.
    /// @return outputs In fixed point with 18 decimals.
    /// @custom:reverts ModelInMotion, NoNetwork, NotInitialised, NotRegistered, WrongInputLength.
    function predict(bytes32 id, bytes calldata input) external view returns (int256[] memory outputs);

    /// @notice The answer of a classifier, and the outputs from which it follows.
    /// @param id Federation id.
    /// @param input As of `predict`.
    /// @return class Softmax: the index of the largest output, the lowest on ties; logistic: 1 if the output is positive;
    ///         multi-label: bit i set if output i is positive; linear: 0.
    /// @return outputs As of `predict`.
    /// @custom:reverts ModelInMotion, NoNetwork, NotInitialised, NotRegistered, WrongInputLength.
    function classify(bytes32 id, bytes calldata input) external view returns (uint256 class, int256[] memory outputs);
}
