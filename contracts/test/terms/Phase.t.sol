// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { PhaseLib, Timing } from "../../src/terms/Phase.sol";
import { Phase, Round } from "../../src/types/Round.sol";
import { Test } from "../Test.sol";

contract PhaseTest is Test {
    function testFuzz_phaseAt_neverRegressesWithTime(
        uint32[3] memory lengths,
        uint40[3] memory acts,
        uint256 submitted,
        uint40 earlier,
        uint40 later
    ) external pure {
        (Round memory round, Timing memory timing) = made(lengths, acts, submitted);
        if (earlier > later) (earlier, later) = (later, earlier);
        (Phase before,) = PhaseLib.phaseAt(round, timing, false, earlier);
        (Phase now_,) = PhaseLib.phaseAt(round, timing, false, later);
        assertGe(uint256(now_), uint256(before));
    }

    function testFuzz_phaseAt_changesExactlyAtItsEnd(
        uint32[3] memory lengths,
        uint40[3] memory acts,
        uint256 submitted,
        uint40 time
    ) external pure {
        (Round memory round, Timing memory timing) = made(lengths, acts, submitted);
        (Phase phase, uint256 endsAt) = PhaseLib.phaseAt(round, timing, false, time);
        if (endsAt == 0) return;
        assertGt(endsAt, time);
        (Phase last,) = PhaseLib.phaseAt(round, timing, false, endsAt - 1);
        (Phase next,) = PhaseLib.phaseAt(round, timing, false, endsAt);
        assertEq(uint256(last), uint256(phase));
        assertGt(uint256(next), uint256(phase));
    }

    function testFuzz_overdueAt_isNeverBeforeTheStepIsPossible(
        uint32[3] memory lengths,
        uint40[3] memory acts,
        uint256 submitted,
        uint40 time
    ) external pure {
        (Round memory round, Timing memory timing) = made(lengths, acts, submitted);
        timing.idleSeconds = 1;
        (Phase phase,) = PhaseLib.phaseAt(round, timing, false, time);
        assertGt(PhaseLib.overdueAt(round, timing, phase, 0), PhaseLib.actionStart(round, timing, phase));
    }

    function test_vectors() external view {
        string memory json = vm.readFile("../vectors/phase.json");
        uint256[][] memory columns = new uint256[][](20);
        string[20] memory names = [
            ".openedAt",
            ".startedAt",
            ".committedAt",
            ".submittedAt",
            ".submitted",
            ".shardsDone",
            ".commitSeconds",
            ".submitSeconds",
            ".challengeSeconds",
            ".minimumUpdates",
            ".shards",
            ".isFinished",
            ".now",
            ".phase",
            ".aggregatedAt",
            ".joinSeconds",
            ".keeperSeconds",
            ".idleSeconds",
            ".joiningSince",
            ".overdueAt"
        ];
        for (uint256 c; c < 20; ++c) {
            columns[c] = vm.parseJsonUintArray(json, names[c]);
        }
        uint256[] memory ends = vm.parseJsonUintArray(json, ".endsAt");
        assertEq(ends.length, vm.parseJsonUint(json, ".count"));
        for (uint256 i; i < ends.length; ++i) {
            Round memory round;
            Timing memory timing;
            round.openedAt = uint40(columns[0][i]);
            round.startedAt = uint40(columns[1][i]);
            round.committedAt = uint40(columns[2][i]);
            round.submittedAt = uint40(columns[3][i]);
            round.submitted = columns[4][i];
            round.shardsDone = uint16(columns[5][i]);
            timing.commitSeconds = columns[6][i];
            timing.submitSeconds = columns[7][i];
            timing.challengeSeconds = columns[8][i];
            timing.minimumUpdates = columns[9][i];
            timing.shards = columns[10][i];
            round.aggregatedAt = uint40(columns[14][i]);
            timing.joinSeconds = columns[15][i];
            timing.keeperSeconds = columns[16][i];
            timing.idleSeconds = columns[17][i];
            (Phase phase, uint256 endsAt) = PhaseLib.phaseAt(round, timing, columns[11][i] == 1, columns[12][i]);
            assertEq(uint256(phase), columns[13][i], vm.toString(i));
            assertEq(endsAt, ends[i], vm.toString(i));
            // A vector says zero where the contract says never: the greatest time.
            uint256 overdueAt = columns[19][i] == 0 ? type(uint256).max : columns[19][i];
            assertEq(PhaseLib.overdueAt(round, timing, phase, columns[18][i]), overdueAt, vm.toString(i));
        }
    }

    /// @dev A started round with a possible record: actions lie inside the phases that they end.
    function made(uint32[3] memory lengths, uint40[3] memory acts, uint256 submitted)
        private
        pure
        returns (Round memory round, Timing memory timing)
    {
        timing.commitSeconds = lengths[0];
        timing.submitSeconds = bound(lengths[1], 1, type(uint32).max);
        timing.challengeSeconds = lengths[2];
        timing.minimumUpdates = 3;
        timing.shards = 1;
        round.openedAt = round.startedAt = uint40(bound(acts[0], 1, type(uint32).max));
        if (lengths[0] > 0 && acts[1] % 2 == 1) {
            round.committedAt = uint40(round.startedAt + bound(acts[1], 0, lengths[0] - 1));
        }
        uint256 submitStart = PhaseLib.submitStart(round.startedAt, round.committedAt, timing.commitSeconds);
        if (acts[2] % 2 == 1) round.submittedAt = uint40(submitStart + bound(acts[2], 0, timing.submitSeconds - 1));
        round.submitted = submitted;
    }
}
