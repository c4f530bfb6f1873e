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
///
///      A path keeps a commitment of the model, not its numbers: a hash of each shard's words (direct path) or the KZG
///      commitments of its blobs. The numbers pass by. A model's version is the number of rounds that it has had whole;
///      version 0 is the initial model. Those who need answers in the chain seal a version into code.
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
    ///         UnsupportedRule, UnsupportedSealPay, WrongHashCount, ZeroBiasMultiplier.
    function register(bytes32 id, Terms calldata terms, bytes calldata setup) external;

    /// @notice Sets the initial words of one shard.
    /// @param id Federation id.
    /// @param shard Index of the shard; each is initialised once, in any order.
    /// @param data Given integers as words, checked against the setup; empty where the contract computes them.
    /// @return complete Whether every shard has now been initialised.
    /// @custom:reverts BoundExceeded, ModelMismatch, NoBlob, NoSuchLane, NotRegistered, ShardAlreadyInitialised,
    ///         ShardOutOfRange, WrongModelLength.
    function initialise(bytes32 id, uint256 shard, bytes calldata data) external returns (bool complete);

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
    /// @param data Direct path: the shard's present words, then the payloads again, one after the other, in the same order;
    ///        empty if there are none. Blob path: see `BlobAggregator`.
    /// @return hash Of the shard after this: see `modelHash`.
    /// @custom:reverts CoordinateOutOfRange, DigestMismatch, NotInitialised, NotOnCurve, NotRegistered, ShardOutOfRange,
    ///         StaleModel, TooManyUpdates, WrongDataLength, WrongDigestCount.
    function aggregate(
        bytes32 id,
        uint256 round,
        uint256 shard,
        uint256 gain,
        uint256 cohort,
        bytes32[] calldata contexts,
        bytes32[] calldata digests,
        bytes calldata data
    ) external returns (bytes32 hash);

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

    // --- The model ---

    /// @notice The hash of one shard of the model.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @return hash Direct path: keccak256 of its words, 32 bytes each, biased: every lane is `value + 2^(laneBits−1)`.
    ///         Blob path: keccak256 of the commitments of its blobs: see `IBlobAggregator.commitments`.
    /// @custom:reverts NotInitialised, NotRegistered, ShardOutOfRange.
    function modelHash(bytes32 id, uint256 shard) external view returns (bytes32 hash);

    /// @notice The hash of the whole model.
    /// @param id Federation id.
    /// @return hash keccak256 of the shards' hashes, one after the other; where there is one shard, that of the shard.
    /// @custom:reverts NotInitialised, NotRegistered.
    function modelHash(bytes32 id) external view returns (bytes32 hash);

    /// @notice How many rounds the model has had.
    /// @param id Federation id.
    /// @return version Rounds that all shards have had: each aggregated round counts, whether or not it had updates.
    /// @return shardsDone Shards that have the next round as well. If it is not 0, the model is in motion.
    /// @custom:reverts NotInitialised, NotRegistered.
    function versionOf(bytes32 id) external view returns (uint32 version, uint32 shardsDone);

    // --- Sealing ---

    /// @notice Writes pieces of one shard into code, so that contracts can ask the model. A piece has 767 words; the last
    ///         one of a shard may have fewer. What else a piece holds is the aggregator's own. A version whose pieces are all sealed answers for ever.
    /// @param id Federation id.
    /// @param shard Index of the shard.
    /// @param first First piece, counted within the shard from 0.
    /// @param count How many pieces.
    /// @param words All words of the shard.
    /// @return written Words that this call sealed.
    /// @return done Words of this version that are sealed after it.
    /// @return total Words of the model.
    /// @custom:reverts ModelInMotion, NotInitialised, NotRegistered, PieceAlreadySealed, PieceOutOfRange,
    ///         ShardOutOfRange, StaleModel, UnsupportedSeal, WrongModelLength.
    function seal(bytes32 id, uint256 shard, uint256 first, uint256 count, bytes calldata words)
        external
        returns (uint256 written, uint256 done, uint256 total);

    /// @notice How far the model is sealed. Blob path: all zero.
    /// @param id Federation id.
    /// @return isSealed Whether any version is sealed whole.
    /// @return sealedVersion The newest such version.
    /// @return version The present version.
    /// @return done Words of the present version that are sealed.
    /// @return total Words of the model.
    /// @custom:reverts NotRegistered.
    function sealingOf(bytes32 id)
        external
        view
        returns (bool isSealed, uint32 sealedVersion, uint32 version, uint256 done, uint256 total);

    /// @notice Where a piece of a version is sealed.
    /// @param id Federation id.
    /// @param version Any version.
    /// @param shard Index of the shard.
    /// @param piece Counted within the shard from 0.
    /// @return code Account whose code is a zero byte and then the words; zero: the piece is not sealed, or does not exist.
    /// @custom:reverts Never.
    function pieceOf(bytes32 id, uint32 version, uint256 shard, uint256 piece) external view returns (address code);

    // --- Answers ---

    /// @notice The inputs and outputs of the network.
    /// @param id Federation id.
    /// @return inputs Bytes of an input; zero: there is no network, and `predict` and `classify` revert.
    /// @return outputs Outputs of an answer.
    /// @return kind How they become a class: see `classify`.
    /// @custom:reverts NotRegistered.
    function networkShape(bytes32 id) external view returns (uint32 inputs, uint32 outputs, OutputKind kind);

    /// @notice Outputs of the network for one input, by the newest version that is sealed. A classifier returns logits, the
    ///         values of the last layer before softmax or sigmoid, not probabilities. A model of numbers returns the
    ///         numbers, in the label's unit.
    /// @param id Federation id.
    /// @param input One byte a feature: as many as `networkShape` says.
    /// @return version Which version answers.
    /// @return outputs In fixed point with 18 decimals.
    /// @custom:reverts NoNetwork, NotRegistered, NotSealed, WrongInputLength.
    function predict(bytes32 id, bytes calldata input) external view returns (uint32 version, int256[] memory outputs);

    /// @notice The answer of a classifier by the newest version that is sealed, and the outputs from which it follows.
    /// @param id Federation id.
    /// @param input As of `predict`.
    /// @return version As of `predict`.
    /// @return class Softmax: the index of the largest output, the lowest on ties; logistic: 1 if the output is positive;
    ///         multi-label: bit i set if output i is positive; linear: 0.
    /// @return outputs As of `predict`.
    /// @custom:reverts NoNetwork, NotRegistered, NotSealed, WrongInputLength.
    function classify(bytes32 id, bytes calldata input)
        external
        view
        returns (uint32 version, uint256 class, int256[] memory outputs);

    /// @notice As `predict`, by exactly this version: for callers who have evaluated it. Sealed versions answer for ever.
    /// @param id Federation id.
    /// @param version A version that is sealed.
    /// @param input As of `predict`.
    /// @return outputs As of `predict`.
    /// @custom:reverts NoNetwork, NotRegistered, NotSealed, VersionNotSealed, WrongInputLength.
    function predictAt(bytes32 id, uint32 version, bytes calldata input) external view returns (int256[] memory outputs);

    /// @notice As `classify`, by exactly this version.
    /// @param id Federation id.
    /// @param version A version that is sealed.
    /// @param input As of `predict`.
    /// @return class As of `classify`.
    /// @return outputs As of `predict`.
    /// @custom:reverts NoNetwork, NotRegistered, NotSealed, VersionNotSealed, WrongInputLength.
    function classifyAt(bytes32 id, uint32 version, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs);

    /// @notice As `predict`, by the present words, which the caller hands in: in every round, also while the model is in
    ///         motion, and without sealing.
    /// @param id Federation id.
    /// @param words Those of all shards, one after the other. The hash of each shard is checked.
    /// @param input As of `predict`.
    /// @return outputs As of `predict`.
    /// @custom:reverts NoNetwork, NotInitialised, NotRegistered, StaleModel, WrongInputLength, WrongModelLength.
    function predictWith(bytes32 id, bytes calldata words, bytes calldata input)
        external
        view
        returns (int256[] memory outputs);

    /// @notice As `classify`, by the present words.
    /// @param id Federation id.
    /// @param words As of `predictWith`.
    /// @param input As of `predict`.
    /// @return class As of `classify`.
    /// @return outputs As of `predict`.
    /// @custom:reverts NoNetwork, NotInitialised, NotRegistered, StaleModel, WrongInputLength, WrongModelLength.
    function classifyWith(bytes32 id, bytes calldata words, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs);
}
