// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../types/Terms.sol";

/// @title IAggregator
/// @notice A module that knows the numbers: it keeps models, folds updates into them and answers predictions.
///
/// @dev Trust. A model is kept under `(msg.sender, id)`: a core that calls with its own id reaches its own model only.
///      The core trusts no aggregator; one that reverts or lies harms the federations that named it in their terms.
///      Liveness. No input that `digest` accepted may make `aggregate` revert: a fault found there would let one member
///      stop a round. What can be refused is refused at `digest`.
interface IAggregator {
    /// @notice Takes up a federation, or reverts with a named error if its terms are impossible.
    /// @param id Federation id.
    /// @param terms Terms whose numbers this module judges: widths, sizes, gains, gas.
    /// @param setup Initial model and network, in this module's own encoding; its hash is in the terms.
    function register(bytes32 id, Terms calldata terms, bytes calldata setup) external;

    /// @notice Writes one chunk of the initial model.
    /// @param chunk Index of the chunk; each is written once, in any order.
    /// @param data Given integers as words, checked against the setup; empty where the contract computes them.
    /// @return complete Whether every chunk has now been written.
    function initialise(bytes32 id, uint256 chunk, bytes calldata data) external returns (bool complete);

    /// @notice Checks the form of one shard's update and returns what it is remembered by.
    /// @param context Hash of chain, core, federation, round and member: binds the digest to all of them.
    /// @param shard Index of the shard.
    /// @param payload The update in the encoding of the path.
    /// @return digest_ What `aggregate` holds the payload against.
    /// @return isBlank Whether the payload changes nothing: all its integers are zero or, where an integer cannot be zero,
    ///         equal. The core refuses an update of which all payloads are blank, so that nobody is paid for it.
    function digest(bytes32 id, bytes32 context, uint256 shard, bytes calldata payload)
        external
        view
        returns (bytes32 digest_, bool isBlank);

    /// @notice Folds the updates of one shard into the model: `model += gain · rule(updates)`, the gain scaled as the rule
    ///         asks where the cohort is smaller than the terms allow.
    /// @param round Number of the round, for modules whose rule depends on it.
    /// @param shard Index of the shard.
    /// @param gain Multiplier of this round, by the schedule of the terms.
    /// @param cohort Positions of the round, those who sent nothing included: at least 1, `cohortSize` at most.
    /// @param contexts One for each update, in order of position.
    /// @param digests What `digest` returned for each update.
    /// @param data The payloads again, one after the other, in the same order.
    /// @return modelHash keccak256 of the shard of the model after this step, for anyone who replays the history.
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
    function isFault(bytes32 id, bytes32 context, uint256 shard, bytes32 digest_, bytes calldata proof)
        external
        view
        returns (bool);

    /// @notice The words of a shard of the model, 32 bytes each, biased: every lane is stored as `value + 2^(laneBits−1)`.
    function model(bytes32 id, uint256 shard) external view returns (bytes memory words);

    /// @notice Outputs of the network for one input, in fixed point with 18 decimals.
    /// @param input One byte a feature.
    function predict(bytes32 id, bytes calldata input) external view returns (int256[] memory outputs);

    /// @notice The answer of a classifier: the class of the largest output (softmax), 0 or 1 (logistic), or one bit a
    ///         label (multi-label), with the outputs it follows from.
    function classify(bytes32 id, bytes calldata input) external view returns (uint256 class, int256[] memory outputs);
}
