// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IAggregatorErrors
/// @notice Why an aggregator refuses: the errors that all paths share, each with the facts that show the remedy.
/// @dev Where the core refuses the same, an aggregator reverts with the core's error: see `IFederationErrors`. Errors of one
///      path stand in the interface of its aggregator and in the library that checks its terms.
interface IAggregatorErrors {
    // --- Terms and setup ---

    /// @notice The core registers a federation once.
    error AlreadyRegistered(bytes32 id);
    /// @notice The core that called, or that was named, has no federation with this id here.
    error NotRegistered(bytes32 id);
    /// @notice The setup is not in the encoding of the path.
    error MalformedSetup(uint256 length);
    /// @notice This path does not have lanes of this width.
    error UnsupportedLaneBits(uint256 laneBits);
    /// @notice This path does not have updates of this width.
    error UnsupportedBits(uint256 bits);
    /// @notice Rule 0, the sum, is the only one.
    error UnsupportedRule(uint256 rule);
    /// @notice Where there are several shards, `shardSize` must be a multiple of `multiple`.
    error MisalignedShard(uint256 shardSize, uint256 multiple);
    /// @notice With updates at their bounds in all rounds, a lane could reach `largest`: it must stay below `limit`.
    error LaneOverflow(uint256 largest, uint256 limit);
    /// @notice The transaction that aggregates a shard must have at most `limit` bytes: choose smaller shards or a smaller
    ///         cohort.
    error AggregateTooLong(uint256 size, uint256 limit);

    // --- The initial model ---

    /// @notice Each shard is initialised once.
    error ShardAlreadyInitialised(uint256 shard);
    /// @notice The words must be all of the shard, or of the model: `expected` bytes. Where the contract computes an initial
    ///         model itself, there must be none.
    error WrongModelLength(uint256 length, uint256 expected);

    // --- Updates ---

    /// @notice The payload of a shard must have exactly `expected` bytes.
    error WrongPayloadLength(uint256 length, uint256 expected);
    /// @notice A cohort of this size sends at most `limit` updates of a shard.
    error TooManyUpdates(uint256 updates, uint256 limit);
    /// @notice Each update has one digest and one context.
    error WrongDigestCount(uint256 digests, uint256 contexts);
    /// @notice The data must be all that aggregation needs: `expected` bytes. Direct path: the shard's words, then the
    ///         payloads of all its updates; nothing where there are none.
    error WrongDataLength(uint256 length, uint256 expected);
    /// @notice The data of update `update` are not those of what was submitted.
    error DigestMismatch(uint256 update);

    // --- Predictions ---

    /// @notice This model answers no predictions.
    error NoNetwork();
}
