// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Lanes } from "../../src/libraries/Lanes.sol";
import { Test } from "../Test.sol";

/// @notice Lanes against one integer at a time, at every width that divides a word.
contract LanesTest is Test {
    function read(uint256 stored, uint256 width, uint256 lane) external pure returns (int256) {
        return Lanes.read(stored, width, lane);
    }

    function write(uint256 stored, uint256 width, uint256 lane, int256 value) external pure returns (uint256) {
        return Lanes.write(stored, width, lane, value);
    }

    function test_write_equalsAWordByHand() external pure {
        uint256 stored = Lanes.bias(16);
        assertEq(stored, 0x8000800080008000800080008000800080008000800080008000800080008000);
        stored = Lanes.write(stored, 16, 0, 1);
        stored = Lanes.write(stored, 16, 1, -1);
        stored = Lanes.write(stored, 16, 14, 32_767);
        stored = Lanes.write(stored, 16, 15, -32_768);
        assertEq(stored, 0x0000ffff8000800080008000800080008000800080008000800080007fff8001);
        assertEq(Lanes.write(Lanes.bias(32), 32, 7, -2), 0x7ffffffe << 224 | Lanes.bias(32) & (type(uint256).max >> 32));
    }

    function test_masks_equalPlainLoops() external pure {
        for (uint256 width = 1; width < 256; width *= 2) {
            uint256 ones;
            uint256 bias;
            uint256 evens;
            for (uint256 j; j < 256 / width; ++j) {
                ones |= 1 << (width * j);
                bias |= 1 << (width * j + width - 1);
                for (uint256 b; j % 2 == 0 && b < width; ++b) {
                    evens |= 1 << (width * j + b);
                }
            }
            assertEq(Lanes.count(width) * width, 256);
            assertEq(Lanes.ones(width), ones);
            assertEq(Lanes.bias(width), bias);
            assertEq(Lanes.evens(width), evens);
        }
    }

    function test_below_masksTheFirstLanesAtEveryCount() external pure {
        for (uint256 width = 16; width <= 32; width *= 2) {
            uint256 mask;
            for (uint256 lane; lane <= 256 / width; ++lane) {
                assertEq(Lanes.below(width, lane), mask);
                if (lane < 256 / width) mask |= ((1 << width) - 1) << (width * lane);
            }
        }
    }

    function test_extremes_areHeldByAllLanesOfEveryWidth() external pure {
        for (uint256 width = 1; width < 256; width *= 2) {
            int256 half = int256(1 << (width - 1));
            assertEq(_filled(width, -half), 0);
            assertEq(_filled(width, half - 1), type(uint256).max);
            unchecked {
                assertEq(_filled(width, -1), Lanes.bias(width) - Lanes.ones(width));
            }
        }
    }

    function testFuzz_words_isTheLeastThatHoldsTheLanes(uint32 length, bool isWide) external pure {
        uint256 width = isWide ? 32 : 16;
        uint256 words = Lanes.words(width, length);
        assertGe(words * (256 / width), length);
        if (length > 0) assertLt((words - 1) * (256 / width), length);
        else assertEq(words, 0);
    }

    function testFuzz_write_replacesOneLaneAndNoOther(uint256 stored, uint256 exponent, uint256 lane, uint256 value)
        external
        pure
    {
        uint256 width = 1 << exponent % 8;
        lane = bound(lane, 0, 256 / width - 1);
        int256 written = int256(bound(value, 0, (1 << width) - 1)) - int256(1 << (width - 1));
        uint256 after_ = Lanes.write(stored, width, lane, written);
        assertEq(Lanes.read(after_, width, lane), written);
        assertEq((after_ ^ stored) & ~(((1 << width) - 1) << (width * lane)), 0);
    }

    /// @dev Both addends keep to half of the range, its ends included, so that no sum leaves it.
    function testFuzz_addition_ofWordsAddsEveryLane(uint256 a, uint256 b, bool isWide) external pure {
        uint256 width = isWide ? 32 : 16;
        uint256 stored = Lanes.bias(width);
        uint256 word;
        for (uint256 j; j < 256 / width; ++j) {
            stored = Lanes.write(stored, width, j, _half(a, width, j));
            unchecked {
                word += uint256(_half(b, width, j)) << (width * j);
            }
        }
        unchecked {
            stored += word;
        }
        for (uint256 j; j < 256 / width; ++j) {
            assertEq(Lanes.read(stored, width, j), _half(a, width, j) + _half(b, width, j));
        }
    }

    function testFuzz_lanesBeyondTheWordAreRefused(uint256 lane, bool isWide) external {
        uint256 lanes = isWide ? 8 : 16;
        lane = bound(lane, lanes, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(Lanes.NoSuchLane.selector, lane, lanes));
        this.read(0, 256 / lanes, lane);
        vm.expectRevert(abi.encodeWithSelector(Lanes.NoSuchLane.selector, lane, lanes));
        this.write(0, 256 / lanes, lane, 0);
    }

    function testFuzz_valuesBeyondTheWidthAreRefused(int256 value, bool isWide) external {
        uint256 width = isWide ? 32 : 16;
        int256 half = int256(1 << (width - 1));
        if (value >= -half && value < half) value = value < 0 ? -half - 1 : half;
        vm.expectRevert(abi.encodeWithSelector(Lanes.LaneOutOfRange.selector, value, width));
        this.write(0, width, 0, value);
    }

    function _filled(uint256 width, int256 value) private pure returns (uint256 stored) {
        stored = Lanes.bias(width);
        for (uint256 j; j < 256 / width; ++j) {
            stored = Lanes.write(stored, width, j, value);
        }
        for (uint256 j; j < 256 / width; ++j) {
            assertEq(Lanes.read(stored, width, j), value);
        }
    }

    /// @dev Lane j of a random word, read plainly, in `[−2^(width−2), 2^(width−2))`.
    function _half(uint256 word, uint256 width, uint256 j) private pure returns (int256) {
        return int256((word >> (width * j)) & ((1 << (width - 1)) - 1)) - int256(1 << (width - 2));
    }
}
