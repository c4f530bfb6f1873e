// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Lanes } from "../../../src/direct/lanes/Lanes.sol";
import { Test } from "../../Test.sol";

contract LanesTest is Test {
    function testFuzz_read_ofWrite_isTheValue(uint256 stored, uint256 lane, int256 value, bool isWide) external view {
        uint256 width = isWide ? 32 : 16;
        lane = lane % (256 / width);
        value = value >> (256 - width);
        uint256 written = this.write(stored, width, lane, value);
        assertEq(this.read(written, width, lane), value);
        for (uint256 j; j < 256 / width; ++j) {
            if (j != lane) assertEq(this.read(written, width, j), this.read(stored, width, j));
        }
    }

    /// @dev Σ form: adding words modulo 2^256 adds every lane that stays in range.
    function testFuzz_sumOfWords_isTheSumOfLanes(uint256 a, uint256 b, bool isWide) external view {
        uint256 width = isWide ? 32 : 16;
        uint256 bias = Lanes.bias(width);
        // Halving every lane keeps the sums in range.
        for (uint256 j; j < 256 / width; ++j) {
            a = this.write(a, width, j, this.read(a, width, j) / 2);
            b = this.write(b, width, j, this.read(b, width, j) / 2);
        }
        uint256 sum;
        unchecked {
            sum = (a - bias) + (b - bias) + bias;
        }
        for (uint256 j; j < 256 / width; ++j) {
            assertEq(this.read(sum, width, j), this.read(a, width, j) + this.read(b, width, j));
        }
    }

    function test_constants_equalTheirSums() external pure {
        for (uint256 width = 1; width <= 128; width *= 2) {
            uint256 ones;
            uint256 evens;
            for (uint256 j; j < 256 / width; ++j) {
                ones |= 1 << (width * j);
                if (j % 2 == 0) evens |= ((1 << width) - 1) << (width * j);
            }
            assertEq(Lanes.ones(width), ones);
            assertEq(Lanes.bias(width), ones * (1 << (width - 1)));
            if (width < 128) assertEq(Lanes.evens(width), evens);
            assertEq(Lanes.count(width), 256 / width);
        }
        assertEq(Lanes.below(16, 0), 0);
        assertEq(Lanes.below(16, 3), (1 << 48) - 1);
        assertEq(Lanes.below(16, 16), type(uint256).max);
        assertEq(Lanes.words(16, 1), 1);
        assertEq(Lanes.words(16, 16), 1);
        assertEq(Lanes.words(32, 9), 2);
    }

    function test_lane_outsideTheWordReverts() external {
        vm.expectRevert(abi.encodeWithSelector(Lanes.NoSuchLane.selector, 16, 16));
        this.read(0, 16, 16);
        vm.expectRevert(abi.encodeWithSelector(Lanes.NoSuchLane.selector, 8, 8));
        this.write(0, 32, 8, 0);
    }

    function test_value_outsideTheLaneReverts() external {
        this.write(0, 16, 15, -32_768);
        this.write(0, 16, 15, 32_767);
        vm.expectRevert(abi.encodeWithSelector(Lanes.LaneOutOfRange.selector, int256(32_768), 16));
        this.write(0, 16, 15, 32_768);
        vm.expectRevert(abi.encodeWithSelector(Lanes.LaneOutOfRange.selector, int256(-32_769), 16));
        this.write(0, 16, 15, -32_769);
    }

    function read(uint256 stored, uint256 width, uint256 lane) external pure returns (int256) {
        return Lanes.read(stored, width, lane);
    }

    function write(uint256 stored, uint256 width, uint256 lane, int256 value) external pure returns (uint256) {
        return Lanes.write(stored, width, lane, value);
    }
}
