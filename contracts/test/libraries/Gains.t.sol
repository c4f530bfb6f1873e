// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { Gains } from "../../src/libraries/Gains.sol";
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
