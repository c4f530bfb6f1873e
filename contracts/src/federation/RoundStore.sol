// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FederationState, SubmissionTerms } from "./FederationState.sol";
import { Round, RoundRecord, RoundSummary } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";
import { PhaseLib, Timing } from "../terms/Phase.sol";

/// @title RoundStore
/// @notice How the round in progress is stored: overwritten when a round opens, read whole or only in the slots that an
///         action needs, and summarised when it is over.
library RoundStore {
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

    /// @notice The part of the round that decides the phase: the head, and who has submitted. The other fields are zero.
    function readPhase(FederationState storage federation) internal view returns (Round memory round) {
        round = readHead(federation);
        // Before the first round, and while a federation has no members, nobody has submitted.
        if (round.openedAt == 0) return round;
        uint256 missing = federation.record.missing;
        uint256 spare = 256 - round.cohort;
        round.submitted = ~missing << spare >> spare;
        if (
            round.submittedAt == 0 && isTimeInBitmap(federation.submissionTerms.hasChallengeWindow, round.cohort)
                && isNobodyMissing(missing, round.cohort)
        ) {
            round.submittedAt = uint40(missing >> TIME_SHIFT);
        }
    }

    /// @notice Whether the time of the last submission is kept in the highest bits of `missing`, above all positions: it is
    ///         where a challenge window follows and those bits belong to no position.
    /// @dev The last sender writes that slot anyway. Without a window there is no need: aggregation writes the head too.
    function isTimeInBitmap(bool hasChallengeWindow, uint256 cohort) internal pure returns (bool) {
        return hasChallengeWindow && cohort <= TIME_SHIFT;
    }

    /// @notice The bitmap `missing` of a round in which all have submitted, with the time in its highest bits.
    function stamp(uint256 time) internal pure returns (uint256) {
        return time << TIME_SHIFT;
    }

    /// @notice Whether all of the cohort have submitted. Its positions are the lowest bits; there is at least one.
    function isNobodyMissing(uint256 missing, uint256 cohort) internal pure returns (bool) {
        return missing << (256 - cohort) == 0;
    }

    /// @notice How many rounds the model has behind it, failed ones included, and whether the next one is in only some of its
    ///         shards.
    /// @dev A round is in the model as soon as its last shard is aggregated, even if it is settled later.
    function modelRound(FederationState storage federation) internal view returns (uint32 rounds, bool isInMotion) {
        RoundRecord storage record = federation.record;
        rounds = federation.roundsClosed;
        uint256 shardsDone = record.shardsDone;
        if (record.number != rounds || shardsDone == 0) return (rounds, false);
        isInMotion = shardsDone < shardCount(federation.submissionTerms);
        if (!isInMotion) ++rounds;
    }

    /// @notice How many rounds have changed the model.
    /// @dev As of `modelRound`, a round counts from its last shard on.
    function modelVersion(FederationState storage federation) internal view returns (uint32 version) {
        (uint32 rounds, bool isInMotion) = modelRound(federation);
        version = federation.roundsSettled;
        // One more where a round is in the model that is not yet over.
        if (!isInMotion && rounds > federation.roundsClosed) ++version;
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

    /// @notice Overwrites the record: fixes `members` and `cohort`. Without members the round has not opened.
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
        // Nobody commits where there is no such phase: the slot was never written.
        if (federation.submissionTerms.commitSeconds > 0) record.committed = 0;
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

    /// @notice The terms that decide the phase.
    function timingOf(FederationState storage federation) internal view returns (Timing memory) {
        Terms storage terms = federation.terms;
        SubmissionTerms storage submissionTerms = federation.submissionTerms;
        return Timing({
            joinSeconds: terms.joinSeconds,
            commitSeconds: submissionTerms.commitSeconds,
            submitSeconds: submissionTerms.submitSeconds,
            challengeSeconds: terms.challengeSeconds,
            keeperSeconds: terms.keeperSeconds,
            idleSeconds: terms.idleSeconds,
            minimumUpdates: terms.minimumUpdates,
            shards: shardCount(submissionTerms)
        });
    }

    /// @notice Shards of the model, 1 to 256.
    function shardCount(SubmissionTerms storage submissionTerms) internal view returns (uint256) {
        return uint256(submissionTerms.lastShard) + 1;
    }

    /// @notice Whether submissions are accepted at `time`: the same as `PhaseLib.phaseAt` being `Submit`, but computed from
    ///         the head and the submission terms alone.
    /// @dev There is no need to ask whether the federation is finished: it finishes after the submissions of its last
    ///      round, or before those of a round that never started.
    function isSubmitting(RoundRecord storage head, SubmissionTerms storage submissionTerms, uint256 time)
        internal
        view
        returns (bool)
    {
        uint256 startedAt = head.startedAt;
        uint256 start = PhaseLib.submitStart(startedAt, head.committedAt, submissionTerms.commitSeconds);
        uint256 end = PhaseLib.submitEnd(start, head.submittedAt, submissionTerms.submitSeconds);
        return startedAt != 0 && time >= start && time < end;
    }
}
