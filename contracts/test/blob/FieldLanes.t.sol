// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FieldLanes } from "../../src/blob/FieldLanes.sol";
import { BlobVectors } from "./BlobVectors.sol";

contract FieldLanesTest is BlobVectors {
    function test_isFault_judgesTheVectors() external view {
        bytes32[] memory words = vm.parseJsonBytes32Array(json(), ".words.word");
        uint256[] memory widths = vm.parseJsonUintArray(json(), ".words.laneBits");
        uint256[] memory bits = vm.parseJsonUintArray(json(), ".words.bits");
        uint256[] memory used = vm.parseJsonUintArray(json(), ".words.used");
        uint256[] memory faults = vm.parseJsonUintArray(json(), ".words.isFault");
        for (uint256 i; i < words.length; ++i) {
            bool isFault = FieldLanes.isFault(uint256(words[i]), widths[i], bits[i], used[i]);
            assertEq(isFault, faults[i] == 1);
        }
    }

    /// @dev One lane at a time over all widths: in bounds, one over, one under, and where padding starts.
    function testFuzz_isFault_exactlyWhenALaneIsOutOfBounds(
        uint256 seed,
        uint256 width,
        uint256 bits,
        uint256 usedLanes,
        uint256 spoiltLane,
        int256 spoiltValue
    ) external pure {
        width = bound(width, 9, 32);
        bits = 2 << bound(bits, 0, 2);
        uint256 lanes = FieldLanes.count(width);
        usedLanes = bound(usedLanes, 0, lanes);
        spoiltLane = bound(spoiltLane, 0, lanes - 1);
        int256 half = int256(1 << (bits - 1));
        int256 range = int256(1 << (width - 1));
        spoiltValue = spoiltValue % (2 * half + 4);
        if (spoiltValue < -range || spoiltValue >= range) spoiltValue = 0;
        uint256 word;
        for (uint256 j; j < lanes; ++j) {
            int256 value =
                j < usedLanes ? int256(uint256(keccak256(abi.encode(seed, j))) % uint256(2 * half)) - half : int256(0);
            if (j == spoiltLane) value = spoiltValue;
            word = addmod(word, wordOf(value, width, j), FieldLanes.MODULUS);
        }
        bool isBad = spoiltLane < usedLanes ? spoiltValue < -half || spoiltValue >= half : spoiltValue != 0;
        assertEq(FieldLanes.isFault(word, width, bits, usedLanes), isBad);
    }

    function test_isFault_takesALaneAtTheBoundAndNotOneOver() external pure {
        uint256 modulus = FieldLanes.MODULUS;
        for (uint256 lane; lane < 10; ++lane) {
            uint256 unit = 1 << (24 * lane);
            assertFalse(FieldLanes.isFault(127 * unit, 24, 8, 10));
            assertTrue(FieldLanes.isFault(128 * unit, 24, 8, 10));
            assertFalse(FieldLanes.isFault(modulus - 128 * unit, 24, 8, 10));
            assertTrue(FieldLanes.isFault(modulus - 129 * unit, 24, 8, 10));
        }
    }

    function testFuzz_isFault_overThePackingRange(uint256 width, uint256 bits, uint256 excess) external pure {
        width = bound(width, 8, 32);
        bits = 2 << bound(bits, 0, 2);
        uint256 range = 1 << (width * FieldLanes.count(width));
        uint256 biased = bound(excess, range, FieldLanes.MODULUS - 1);
        uint256 word = addmod(biased, FieldLanes.MODULUS - FieldLanes.bias(width), FieldLanes.MODULUS);
        assertTrue(FieldLanes.isFault(word, width, bits, FieldLanes.count(width)));
    }

    function test_bias_isHalfOfEveryLane() external pure {
        for (uint256 width = 8; width <= 32; ++width) {
            uint256 expected;
            for (uint256 j; j < 253 / width; ++j) {
                expected += 1 << (width - 1 + width * j);
            }
            assertEq(FieldLanes.bias(width), expected);
            assertEq(FieldLanes.count(width), 253 / width);
        }
    }

    function test_used_countsTheLanesOfAShortBlob() external pure {
        // 40,960 parameters a blob; 7 in the second one.
        assertEq(FieldLanes.used(24, 40_967, 0, 0), 10);
        assertEq(FieldLanes.used(24, 40_967, 0, 4095), 10);
        assertEq(FieldLanes.used(24, 40_967, 1, 0), 7);
        assertEq(FieldLanes.used(24, 40_967, 1, 1), 0);
        assertEq(FieldLanes.used(24, 40_970, 1, 0), 10);
        assertEq(FieldLanes.used(24, 40_970, 1, 4095), 0);
        assertEq(FieldLanes.blobs(24, 40_960), 1);
        assertEq(FieldLanes.blobs(24, 40_961), 2);
        assertEq(FieldLanes.blobs(24, 1), 1);
    }

    function wordOf(int256 value, uint256 width, uint256 j) private pure returns (uint256) {
        uint256 magnitude = uint256(value < 0 ? -value : value) << (width * j);
        return value < 0 ? FieldLanes.MODULUS - magnitude : magnitude;
    }
}
