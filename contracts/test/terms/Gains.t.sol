// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { Cohort } from "../../src/terms/Cohort.sol";
import { Gains } from "../../src/terms/Gains.sol";
import { Test } from "../Test.sol";

contract GainsTest is Test {
    function testFuzz_gainAt_isThatOfTheLastEntryBegun(uint16[5] memory gains, uint32[5] memory steps, uint32 round)
        external
        view
    {
        uint256 packed;
        uint256 fromRound;
        uint256 expected;
        for (uint256 i; i < 5; ++i) {
            uint256 gain = bound(gains[i], 1, type(uint16).max);
            if (i > 0) fromRound += bound(steps[i], 1, 1_000_000);
            if (fromRound <= round) expected = gain;
            packed |= ((fromRound << 16) | gain) << (48 * i);
        }
        this.check(packed, fromRound + 1);
        assertEq(Gains.gainAt(packed, round), expected);
    }

    function testFuzz_total_isTheSumOverAllRounds(uint16[5] memory gains, uint8[5] memory steps, uint8 entries)
        external
        view
    {
        uint256 packed;
        uint256 fromRound;
        for (uint256 i; i < bound(entries, 1, 5); ++i) {
            if (i > 0) fromRound += bound(steps[i], 1, 20);
            packed |= ((fromRound << 16) | bound(gains[i], 1, type(uint16).max)) << (48 * i);
        }
        uint256 rounds = fromRound + bound(steps[0], 1, 20);
        this.check(packed, rounds);
        uint256 sum;
        for (uint256 round; round < rounds; ++round) {
            sum += Gains.gainAt(packed, round);
        }
        assertEq(Gains.total(packed, rounds), sum);
    }

    /// @dev The proof that no lane overflows counts `gain · most` a round.
    function testFuzz_effective_timesUpdatesNeverExceedsWhatCreationProved(
        uint256 gain,
        uint256 cohortSize,
        uint256 cohort,
        uint256 shardsPerMember,
        uint256 shards
    ) external pure {
        gain = bound(gain, 1, type(uint16).max);
        cohortSize = bound(cohortSize, 1, 256);
        cohort = bound(cohort, 1, cohortSize);
        shards = bound(shards, 1, 256);
        shardsPerMember = bound(shardsPerMember, 1, shards);
        uint256 most = Cohort.maxUpdates(cohortSize, shardsPerMember, shards);
        uint256 expected = Cohort.maxUpdates(cohort, shardsPerMember, shards);
        uint256 effective = Gains.effective(gain, most, expected);
        assertTrue(effective * expected <= gain * most && gain * most < (effective + 1) * expected);
        assertTrue(effective >= gain);
        if (cohort == cohortSize) assertEq(effective, gain);
    }

    function testFuzz_maxUpdates_isThatOfTheBusiestShard(
        uint256 cohort,
        uint256 round,
        uint256 shard,
        uint256 shardsPerMember,
        uint256 shards
    ) external pure {
        cohort = bound(cohort, 1, 256);
        shards = bound(shards, 1, 256);
        shard = bound(shard, 0, shards - 1);
        round = bound(round, 0, type(uint32).max);
        shardsPerMember = bound(shardsPerMember, 1, shards);
        uint256 most = Cohort.maxUpdates(cohort, shardsPerMember, shards);
        uint256 updates = Cohort.expectedUpdates(cohort, round, shard, shardsPerMember, shards);
        assertTrue(updates <= most && most <= updates + 1);
        uint256 first = round * shardsPerMember % shards;
        assertEq(Cohort.expectedUpdates(cohort, round, first, shardsPerMember, shards), most);
    }

    function test_vectors_effective() external view {
        string memory json = vm.readFile("../vectors/gains.json");
        uint256 count = vm.parseJsonUint(json, ".effectiveCount");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".effective[", vm.toString(i), "]");
            uint256 shards = vm.parseJsonUint(json, string.concat(path, ".shards"));
            uint256 perMember = vm.parseJsonUint(json, string.concat(path, ".shardsPerMember"));
            uint256 cohortSize = vm.parseJsonUint(json, string.concat(path, ".cohortSize"));
            uint256 gain = vm.parseJsonUint(json, string.concat(path, ".gain"));
            uint256 most = vm.parseJsonUint(json, string.concat(path, ".most"));
            uint256[] memory cohorts = vm.parseJsonUintArray(json, string.concat(path, ".cohorts"));
            uint256[] memory expected = vm.parseJsonUintArray(json, string.concat(path, ".expected"));
            uint256[] memory effective = vm.parseJsonUintArray(json, string.concat(path, ".effective"));
            assertEq(Cohort.maxUpdates(cohortSize, perMember, shards), most, path);
            for (uint256 j; j < cohorts.length; ++j) {
                assertEq(Cohort.maxUpdates(cohorts[j], perMember, shards), expected[j], path);
                assertEq(Gains.effective(gain, most, expected[j]), effective[j], path);
            }
        }
    }

    function test_vectors_schedules() external {
        string memory json = vm.readFile("../vectors/gains.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".cases[", vm.toString(i), "]");
            uint256 gains = vm.parseJsonUint(json, string.concat(path, ".gains"));
            uint256 minimumRounds = vm.parseJsonUint(json, string.concat(path, ".minimumRounds"));
            uint256[] memory rounds = vm.parseJsonUintArray(json, string.concat(path, ".rounds"));
            uint256[] memory expected = vm.parseJsonUintArray(json, string.concat(path, ".expected"));
            this.check(gains, minimumRounds);
            if (minimumRounds > 1) {
                vm.expectPartialRevert(IFederationErrors.GainsMalformed.selector);
                this.check(gains, minimumRounds - 1);
            }
            for (uint256 j; j < rounds.length; ++j) {
                assertEq(Gains.gainAt(gains, rounds[j]), expected[j], path);
            }
        }
    }

    function test_vectors_malformed() external {
        string memory json = vm.readFile("../vectors/gains.json");
        uint256 count = vm.parseJsonUint(json, ".malformedCount");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".malformed[", vm.toString(i), "]");
            uint256 gains = vm.parseJsonUint(json, string.concat(path, ".gains"));
            uint256 rounds = vm.parseJsonUint(json, string.concat(path, ".rounds"));
            vm.expectPartialRevert(IFederationErrors.GainsMalformed.selector);
            this.check(gains, rounds);
        }
    }

    function check(uint256 gains, uint256 rounds) external pure {
        Gains.check(gains, rounds);
    }
}
