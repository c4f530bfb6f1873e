// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Round
/// @notice The round in progress. Its phase is a pure function of this, the terms and the time.
/// @dev Times are unix seconds; zero means "not yet".
struct Round {
    uint32 number; //        counts from zero
    uint32 members; //       members frozen into the round: those at index < members
    uint16 cohort; //        positions in the round: min(members, terms.cohortSize)
    uint16 shardsDone; //    shards aggregated so far
    uint40 openedAt; //      when membership froze
    uint40 startedAt; //     when the cohort was known and the clock of the phases started
    uint40 committedAt; //   when the last of the cohort committed
    uint40 submittedAt; //   when the last of the cohort submitted
    uint64 seedBlock; //     block whose hash seeds the cohort, fixed when the round opens
    uint32 endVotes; //      members who voted in this round to end the federation
    uint40 aggregatedAt; //  when a shard was last aggregated
    bytes32 seed; //         seeds the cohort and the choice of keepers
    uint256 committed; //    bit p: position p has committed
    uint256 submitted; //    bit p: position p has submitted all its shards and was not voided
    uint256 shards; //       bit s: shard s has been aggregated
}

/// @title RoundRecord
/// @notice How the round in progress is stored: read it through `RoundStore`.
/// @dev One record per federation, overwritten when the next round opens, so that steady rounds never pay for new slots.
///      Slot 0 is all that a submission needs to know. Who has submitted and what was aggregated are kept as complements:
///      these slots never return to zero, so the first of a round pays no more than the others.
///      Where a challenge window follows, `missing` also holds the time of the last submission, in bits that belong to no
///      position: see `RoundStore`. Once an update was voided, and in cohorts above 216, `submittedAt` holds it.
struct RoundRecord {
    uint32 number; //        0
    uint32 members; //       0
    uint16 cohort; //        0
    uint16 shardsDone; //    0
    uint40 openedAt; //      0
    uint40 startedAt; //     0
    uint40 committedAt; //   0
    uint40 submittedAt; //   0
    uint64 seedBlock; //     1
    uint32 endVotes; //      1
    uint40 aggregatedAt; //  1
    bytes32 seed; //         2
    uint256 committed; //    3
    uint256 missing; //      4  complement of `submitted`, and a time in bits 216 to 255: see above
    uint256 remaining; //    5  complement of `shards`
}

/// @notice What is kept of a round once it is over: one slot of history.
struct RoundSummary {
    uint40 openedAt; //  when membership froze
    uint40 closedAt; //  when the round was settled, or closed with too few updates
    uint16 cohort; //    positions in the round
    uint16 updates; //   updates that changed the model; zero if the round failed
    uint128 paid; //     tokens that left the bounty in this round: members and keepers together
}

/// @notice Where a federation stands. `Joining` before the first round, `Finished` after the last.
/// @dev `Draw` waits for the seed of a sampled cohort; `Settle` waits for anyone to settle the round;
///      `Close` says that too few updates came and anyone may close the round.
enum Phase {
    Joining,
    Draw,
    Commit,
    Submit,
    Challenge,
    Aggregate,
    Settle,
    Close,
    Finished
}
