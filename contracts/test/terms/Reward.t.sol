// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Reward } from "../../src/terms/Reward.sol";
import { Test } from "../Test.sol";

contract RewardTest is Test {
    function testFuzz_split_neverExceedsThePot(uint128 pot, uint128[] memory weights) external pure {
        uint256[] memory wide = new uint256[](weights.length);
        for (uint256 i; i < weights.length; ++i) {
            wide[i] = weights[i];
        }
        uint256[] memory amounts = Reward.split(pot, wide);
        uint256 total;
        for (uint256 i; i < amounts.length; ++i) {
            total += amounts[i];
        }
        assertLe(total, pot);
        // Rounding loses less than one unit a member.
        if (amounts.length > 0) assertGe(total + amounts.length, pot);
    }

    function testFuzz_split_refusesWeightsThatCouldOverflow(uint256 weight) external pure {
        uint256[] memory weights = new uint256[](1);
        weights[0] = bound(weight, uint256(type(uint128).max) + 1, type(uint256).max);
        assertEq(Reward.split(1000, weights).length, 0);
    }

    function testFuzz_splitEqually_losesLessThanOneUnitAMember(uint128 pot, uint16 count) external pure {
        count = uint16(bound(count, 1, 256));
        uint256[] memory amounts = Reward.splitEqually(pot, count);
        assertEq(amounts.length, count);
        assertLe(amounts[0] * count, pot);
        assertGt(amounts[0] * count + count, pot);
    }

    function testFuzz_pots_addUpToTheBountyAtMost(uint128 bounty, uint32 rounds) external pure {
        rounds = uint32(bound(rounds, 1, type(uint32).max));
        assertLe(Reward.potRoundedDown(bounty, rounds) * rounds, bounty);
    }

    function testFuzz_keeperPayAt_risesFromHalfToAll(uint128 pay, uint32 window, uint40 earlier, uint40 later)
        external
        pure
    {
        if (earlier > later) (earlier, later) = (later, earlier);
        uint256 before = Reward.keeperPayAt(pay, window, earlier);
        uint256 now_ = Reward.keeperPayAt(pay, window, later);
        assertGe(now_, before);
        assertGe(before, pay / 2);
        assertLe(now_, pay);
        assertEq(Reward.keeperPayAt(pay, window, 2 * uint256(window)), pay);
    }

    function test_vectors_keeperPay() external view {
        string memory json = vm.readFile("../vectors/reward.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".cases[", vm.toString(i), "]");
            uint256 pay = Reward.keeperPayAt(
                vm.parseJsonUint(json, string.concat(path, ".keeperPay")),
                vm.parseJsonUint(json, string.concat(path, ".keeperSeconds")),
                vm.parseJsonUint(json, string.concat(path, ".elapsed"))
            );
            assertEq(pay, vm.parseJsonUint(json, string.concat(path, ".pay")), path);
        }
    }

    function test_vectors_potsAndSplits() external view {
        string memory json = vm.readFile("../vectors/reward.json");
        uint256 count = vm.parseJsonUint(json, ".potsCount");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".pots[", vm.toString(i), "]");
            uint256 pot = Reward.potRoundedDown(
                vm.parseJsonUint(json, string.concat(path, ".bounty")),
                vm.parseJsonUint(json, string.concat(path, ".rounds"))
            );
            assertEq(pot, vm.parseJsonUint(json, string.concat(path, ".pot")), path);
        }
        count = vm.parseJsonUint(json, ".splitsCount");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".splits[", vm.toString(i), "]");
            uint256[] memory amounts = Reward.split(
                vm.parseJsonUint(json, string.concat(path, ".pot")),
                vm.parseJsonUintArray(json, string.concat(path, ".weights"))
            );
            assertEq(amounts, vm.parseJsonUintArray(json, string.concat(path, ".amounts")));
        }
    }
}
