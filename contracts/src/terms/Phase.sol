// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LibBit } from "solady/utils/LibBit.sol";
import { Phase, Round } from "../types/Round.sol";

/// @title Timing
/// @notice The terms that decide the phase.
struct Timing {
    uint256 joinSeconds;
    uint256 commitSeconds;
    uint256 submitSeconds;
    uint256 challengeSeconds;
    uint256 keeperSeconds;
    uint256 idleSeconds;
    uint256 minimumUpdates;
    uint256 shards;
}

/// @title PhaseLib
/// @notice The phase as a pure function of the round's record, the terms and the time: nobody has to start a phase.
/// @dev Ends are exclusive: an action is in time while `time < end`.
///
///      startedAt      +commitSeconds   +submitSeconds   +challengeSeconds
///          | Commit        | Submit         | Challenge        | Aggregate, or Close
///
///      Commit and Submit end early when the whole cohort has acted, and what follows moves up: a challenge window has its
///      full length from the end of submission. A phase that ends early includes the second of its last action, so that the
///      next phase needs a later block, and no single transaction can play a whole round.
///      Times have 40 bits and durations 32, so that no sum of them can overflow, checked or not.
library PhaseLib {
    /// @notice Phase at `time`, and when it ends by itself; zero if it lasts until somebody acts.
    function phaseAt(Round memory round, Timing memory timing, bool isFinished, uint256 time)
        internal
        pure
        returns (Phase phase, uint256 endsAt)
    {
        if (isFinished) return (Phase.Finished, 0);
        if (round.openedAt == 0) return (Phase.Joining, 0);
        if (round.startedAt == 0) return (Phase.Draw, 0);

        endsAt = submitStart(round.startedAt, round.committedAt, timing.commitSeconds);
        if (time < endsAt) return (Phase.Commit, endsAt);
        endsAt = submitEnd(endsAt, round.submittedAt, timing.submitSeconds);
        if (time < endsAt) return (Phase.Submit, endsAt);
        endsAt = aggregateStart(round, timing);
        if (time < endsAt) return (Phase.Challenge, endsAt);

        if (LibBit.popCount(round.submitted) < timing.minimumUpdates) return (Phase.Close, 0);
        return (round.shardsDone < timing.shards ? Phase.Aggregate : Phase.Settle, 0);
    }

    /// @notice When submission starts: the second after all have committed, or when the commit phase has run out.
    function submitStart(uint256 startedAt, uint256 committedAt, uint256 commitSeconds)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            return committedAt > 0 ? committedAt + 1 : startedAt + commitSeconds;
        }
    }

    /// @notice When submission ends: the second after all have submitted, or when its time has run out.
    function submitEnd(uint256 start, uint256 submittedAt, uint256 submitSeconds) internal pure returns (uint256) {
        unchecked {
            return submittedAt > 0 ? submittedAt + 1 : start + submitSeconds;
        }
    }

    /// @notice When aggregation may start: after submission, or after the challenge window where there is one.
    function aggregateStart(Round memory round, Timing memory timing) internal pure returns (uint256) {
        uint256 start = submitStart(round.startedAt, round.committedAt, timing.commitSeconds);
        return submitEnd(start, round.submittedAt, timing.submitSeconds) + timing.challengeSeconds;
    }

    /// @notice The time from which the keeper's pay for the action in `phase` rises.
    /// @dev Shards share the start of aggregation, so their windows run side by side.
    function actionStart(Round memory round, Timing memory timing, Phase phase) internal pure returns (uint256) {
        if (phase == Phase.Draw) return round.openedAt;
        if (phase == Phase.Settle) return round.aggregatedAt;
        return aggregateStart(round, timing);
    }

    /// @notice The time from which the action that `phase` waits for is overdue.
    /// @param joiningSince When the present wait for members began.
    /// @dev Each aggregated shard is progress and restarts the clock, so that a large model on a busy chain is not
    ///      abandoned in the middle. Phases that end by themselves are never overdue.
    function overdueAt(Round memory round, Timing memory timing, Phase phase, uint256 joiningSince)
        internal
        pure
        returns (uint256)
    {
        if (phase == Phase.Joining) return joiningSince + timing.joinSeconds + timing.idleSeconds;
        if (phase == Phase.Draw) return round.openedAt + timing.idleSeconds;
        if (phase < Phase.Aggregate || phase == Phase.Finished) return type(uint256).max;
        uint256 start = aggregateStart(round, timing);
        if (round.aggregatedAt > start) start = round.aggregatedAt;
        return start + 2 * timing.keeperSeconds + timing.idleSeconds;
    }
}
