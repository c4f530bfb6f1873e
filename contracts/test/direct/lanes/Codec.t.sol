// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../../src/interfaces/IAggregatorErrors.sol";
import { Codec } from "../../../src/direct/lanes/Codec.sol";
import { DirectFixture } from "../DirectFixture.sol";
import { FoldHarness } from "../rules/FoldHarness.sol";

contract CodecTest is DirectFixture {
    FoldHarness private harness;

    function setUp() public override {
        harness = new FoldHarness();
    }

    function testFuzz_valueAt_ofEncoded_isTheValue(uint256 seed, uint256 length, uint256 width) external view {
        length = bound(length, 1, 300);
        uint256 bits = 1 << (width % 4);
        uint256 laneBits = 16 << (width >> 2) % 2;
        int256[] memory values = updateOf(seed, length, bits);
        bytes memory payload = encode(values, 0, length, laneBits, bits);
        harness.check(payload, length, laneBits, bits);
        for (uint256 p; p < length; ++p) {
            uint256 word = harness.wordAt(payload, p / (256 / bits));
            assertEq(Codec.valueAt(word, laneBits, bits, p % (256 / bits)), values[p]);
        }
    }

    /// @dev `spread` against reading each field by itself.
    function testFuzz_spread_holdsTheOffsetFields(uint256 word, uint256 width) external pure {
        uint256 bits = 1 << (width % 4);
        uint256 laneBits = 16 << (width >> 2) % 2;
        for (uint256 i; i < laneBits / bits; ++i) {
            uint256 lanes = Codec.spread(word ^ Codec.signs(bits), laneBits, bits, i);
            for (uint256 j; j < 256 / laneBits; ++j) {
                int256 field = int256((lanes >> (laneBits * j)) & ((1 << laneBits) - 1));
                int256 value = int256(Codec.scale(bits)) * field - int256(Codec.largest(bits));
                assertEq(value, Codec.valueAt(word, laneBits, bits, i * (256 / laneBits) + j));
            }
        }
    }

    /// @dev Every bit of the last word: refused exactly where it belongs to no parameter.
    function test_check_refusesEachPaddingBit() external {
        for (uint256 width; width < 8; ++width) {
            uint256 bits = 1 << (width % 4);
            uint256 laneBits = 16 << (width >> 2);
            uint256 length = 256 / bits + 256 / bits / 3 + 1;
            bool[256] memory isUsed;
            for (uint256 q; q < length - 256 / bits; ++q) {
                uint256 lanes = 256 / laneBits;
                for (uint256 b; b < bits; ++b) {
                    isUsed[laneBits * (q % lanes) + bits * (q / lanes) + b] = true;
                }
            }
            for (uint256 b; b < 256; ++b) {
                bytes memory payload = abi.encodePacked(uint256(0), uint256(1 << b));
                if (!isUsed[b]) vm.expectRevert(abi.encodeWithSelector(Codec.NonZeroPadding.selector, 1 << b));
                harness.check(payload, length, laneBits, bits);
            }
        }
    }

    function test_check_refusesOtherLengths() external {
        for (uint256 length; length <= 128; length += 32) {
            if (length == 64) continue;
            vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongPayloadLength.selector, length, 64));
            harness.check(new bytes(length), 65, 16, 4);
        }
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongPayloadLength.selector, 63, 64));
        harness.check(new bytes(63), 65, 16, 4);
        harness.check(new bytes(64), 65, 16, 4);
    }

    function test_payloadLength_isWholeWords() external pure {
        assertEq(Codec.payloadLength(25_450, 4), 398 * 32);
        assertEq(Codec.payloadLength(256, 1), 32);
        assertEq(Codec.payloadLength(257, 1), 64);
    }

    function test_isBlank_ofZerosAndOfEnoughEqualSigns() external view {
        bytes memory zeros = new bytes(32);
        assertTrue(this.isBlank(zeros, 5, 16, 2));
        assertFalse(this.isBlank(abi.encode(uint256(1)), 3, 16, 4));
        // All −1, in two bits and in one.
        assertFalse(this.isBlank(abi.encode(Codec.lastMask(3, 16, 2)), 3, 16, 2));
        assertTrue(this.isBlank(abi.encode(Codec.lastMask(32, 16, 1)), 32, 16, 1));
        assertTrue(this.isBlank(zeros, 32, 16, 1));
        assertFalse(this.isBlank(zeros, 31, 16, 1));
        assertFalse(this.isBlank(abi.encode(uint256(1)), 32, 16, 1));
        // Two words, the second of them full or not.
        bytes memory full = abi.encode(type(uint256).max, Codec.lastMask(300 - 256, 16, 1));
        assertTrue(this.isBlank(full, 300, 16, 1));
        full[40] = 0;
        full[63] = 0;
        assertFalse(this.isBlank(full, 300, 16, 1));
    }

    function isBlank(bytes calldata payload, uint256 length, uint256 laneBits, uint256 bits)
        external
        pure
        returns (bool)
    {
        return Codec.isBlank(payload, length, laneBits, bits);
    }
}
