// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FederationState, Intake } from "./FederationState.sol";
import { Round, RoundRecord, RoundSummary } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";
import { PhaseLib, Timing } from "../terms/Phase.sol";

/// @title Rounds
/// @notice The round in progress as it is stored: written anew, read whole or only the slots that a step depends on, and
///         summarised when it is over.
library Rounds {
    /// @dev Bits above a bitmap of 216 positions: enough for a time of 40.
    uint256 private constant TIME_SHIFT = 216;

    /// @notice The whole record.
    function read(FederationState storage federation) internal view returns (Round memory round) {
        RoundRecord storage record = federation.record;
        round = readPhase(federation);
        round.seedBlock = record.seedBlock;
        round.endVotes = record.endVotes;
        round.aggregatedAt = record.aggregatedAt;
        round.seed = record.seed;
        round.committed = record.committed;
        if (round.openedAt != 0) round.shards = ~record.remaining;
    }

    /// @notice What decides the phase: the head, and who has submitted. The other fields are zero.
    function readPhase(FederationState storage federation) internal view returns (Round memory round) {
        round = readHead(federation);
        // Before the first round, and while a federation has no members, nobody has.
        if (round.openedAt == 0) return round;
        uint256 missing = federation.record.missing;
        uint256 spare = 256 - round.cohort;
        round.submitted = ~missing << spare >> spare;
        if (
            round.submittedAt == 0 && isTimeInBitmap(federation.intake.hasChallengeWindow, round.cohort)
                && isNobodyMissing(missing, round.cohort)
        ) {
            round.submittedAt = uint40(missing >> TIME_SHIFT);
        }
    }

    /// @notice Whether the time at which the last submitted stands in the highest bits of `missing`, above all positions:
    ///         where a challenge window follows, and those bits belong to no position.
    /// @dev The last sender writes that slot anyway; without a window, aggregation writes the head as well.
    function isTimeInBitmap(bool hasChallengeWindow, uint256 cohort) internal pure returns (bool) {
        return hasChallengeWindow && cohort <= TIME_SHIFT;
    }

    /// @notice The bitmap of a round of which nobody is missing any more, with the time in its highest bits.
    function stamp(uint256 time) internal pure returns (uint256) {
        return time << TIME_SHIFT;
    }

    /// @notice Whether all of the cohort have submitted. Its positions are the lowest bits; there is at least one.
    function isNobodyMissing(uint256 missing, uint256 cohort) internal pure returns (bool) {
        return missing << (256 - cohort) == 0;
    }

    /// @notice After how many rounds the model is, failed ones included, and whether the next is folded into it in half.
    /// @dev A round is in the model as soon as its last shard is folded, though it may be settled later.
    function modelRound(FederationState storage federation) internal view returns (uint32 rounds, bool isInMotion) {
        RoundRecord storage record = federation.record;
        rounds = federation.roundsClosed;
        uint256 shardsDone = record.shardsDone;
        if (record.number != rounds || shardsDone == 0) return (rounds, false);
        isInMotion = shardsDone < shardsOf(federation.intake);
        if (!isInMotion) ++rounds;
    }

    /// @notice Counts and times, one slot. The other fields are zero.
    function readHead(FederationState storage federation) internal view returns (Round memory round) {
        RoundRecord storage record = federation.record;
        round.number = record.number;
        round.members = record.members;
        round.cohort = record.cohort;
        round.shardsDone = record.shardsDone;
        round.openedAt = record.openedAt;
        round.startedAt = record.startedAt;
        round.committedAt = record.committedAt;
        round.submittedAt = record.submittedAt;
    }

    /// @notice Starts the record anew: `members` and `cohort` fixed now, or none, and then the round has not opened.
    /// @param index The round's number.
    /// @param startedAt Zero while the cohort is not known.
    function write(
        FederationState storage federation,
        uint256 index,
        uint256 members,
        uint256 cohort,
        uint256 startedAt,
        uint256 seedBlock,
        bytes32 seed
    ) internal {
        RoundRecord storage record = federation.record;
        uint256 openedAt = members == 0 ? 0 : block.timestamp;
        // Equivalent to assigning the fields of slots 0 and 1 as `RoundRecord` lists them, those not named here zero; the
        // compiler would write a slot once for each field. Every value is below the width of its field.
        assembly ("memory-safe") {
            sstore(
                record.slot,
                or(or(or(index, shl(32, members)), shl(64, cohort)), or(shl(96, openedAt), shl(136, startedAt)))
            )
            sstore(add(record.slot, 1), seedBlock)
        }
        record.seed = seed;
        record.committed = 0;
        record.missing = type(uint256).max;
        record.remaining = type(uint256).max;
    }

    /// @notice Adds the round that is over to the history.
    function summarise(FederationState storage federation, Round memory round, uint256 updates) internal {
        RoundSummary storage summary = federation.history[federation.roundsClosed++];
        uint256 openedAt = round.openedAt;
        uint256 cohort = round.cohort;
        uint256 paid = federation.paidInRound;
        // Equivalent to assigning the fields of `RoundSummary` one after the other, in one write.
        assembly ("memory-safe") {
            sstore(
                summary.slot,
                or(or(or(openedAt, shl(40, timestamp())), shl(80, cohort)), or(shl(96, updates), shl(112, paid)))
            )
        }
    }

    /// @notice What of the terms decides phases.
    function timingOf(FederationState storage federation) internal view returns (Timing memory) {
        Terms storage terms = federation.terms;
        Intake storage intake = federation.intake;
        return Timing({
            joinSeconds: terms.joinSeconds,
            commitSeconds: intake.commitSeconds,
            submitSeconds: intake.submitSeconds,
            challengeSeconds: terms.challengeSeconds,
            keeperSeconds: terms.keeperSeconds,
            idleSeconds: terms.idleSeconds,
            minimumUpdates: terms.minimumUpdates,
            shards: shardsOf(intake)
        });
    }

    /// @notice Shards of the model, 1 to 256.
    function shardsOf(Intake storage intake) internal view returns (uint256) {
        return uint256(intake.lastShard) + 1;
    }

    /// @notice Whether submissions are taken at `time`: `PhaseLib.phaseAt` says `Submit`, told from the head and the
    ///         intake alone.
    /// @dev That the federation is finished need not be asked: it finishes after the submissions of its last round, or
    ///      before those of a round that never started.
    function isSubmitting(RoundRecord storage head, Intake storage intake, uint256 time) internal view returns (bool) {
        uint256 startedAt = head.startedAt;
        uint256 start = PhaseLib.submitStart(startedAt, head.committedAt, intake.commitSeconds);
        uint256 end = PhaseLib.submitEnd(start, head.submittedAt, intake.submitSeconds);
        return startedAt != 0 && time >= start && time < end;
    }
}
