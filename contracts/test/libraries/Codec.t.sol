// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "../../src/libraries/Codec.sol";
import { Test } from "../Test.sol";

/// @notice The wire form against the definition, position by position, for every pair of widths.
contract CodecTest is Test {
    function check(bytes calldata payload, uint256 length, uint256 laneBits, uint256 bits) external pure {
        Codec.check(payload, length, laneBits, bits);
    }

    function test_valueAt_equalsWordsByHand() external pure {
        // Four bits in lanes of 16: position 0 at bit 0, position 1 in lane 1, position 16 back in lane 0 at bit 4.
        uint256 word = 0x8_00f7;
        assertEq(Codec.valueAt(word, 16, 4, 0), 7);
        assertEq(Codec.valueAt(word, 16, 4, 1), -8);
        assertEq(Codec.valueAt(word, 16, 4, 16), -1);
        assertEq(Codec.valueAt(word, 16, 4, 17), 0);
        // One bit: 0 is +1, 1 is −1. In lanes of 32, position 8 is bit 1 of lane 0.
        assertEq(Codec.valueAt(2, 32, 1, 0), 1);
        assertEq(Codec.valueAt(2, 32, 1, 8), -1);
        // Eight bits in lanes of 16: position 31 is the upper byte of the top lane.
        assertEq(Codec.valueAt(0x80 << 248, 16, 8, 31), -128);
        assertEq(Codec.valueAt(0x7f << 248, 16, 8, 31), 127);
    }

    function test_extremes_areReadAtEveryPositionOfEveryWidth() external pure {
        for (uint256 pair; pair < 8; ++pair) {
            (uint256 laneBits, uint256 bits) = _widths(pair);
            int256 most = bits == 1 ? int256(1) : int256(Codec.largest(bits)) - 1;
            uint256 signs = Codec.signs(bits);
            for (uint256 q; q < 256 / bits; ++q) {
                assertEq(Codec.valueAt(signs, laneBits, bits, q), -int256(Codec.largest(bits)));
                assertEq(Codec.valueAt(~signs, laneBits, bits, q), bits == 1 ? int256(1) : most);
                assertEq(Codec.valueAt(type(uint256).max, laneBits, bits, q), -1);
            }
        }
    }

    function testFuzz_valueAt_readsTheBitsOfTheDefinition(uint256 word, uint256 pair, uint256 q) external pure {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        q = bound(q, 0, 256 / bits - 1);
        assertEq(Codec.valueAt(word, laneBits, bits, q), _value(word, laneBits, bits, q));
    }

    function testFuzz_everyBitBelongsToOnePosition(uint256 pair, uint256 at) external pure {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        at = bound(at, 0, 255);
        uint256 changed;
        for (uint256 q; q < 256 / bits; ++q) {
            if (Codec.valueAt(0, laneBits, bits, q) != Codec.valueAt(1 << at, laneBits, bits, q)) ++changed;
        }
        assertEq(changed, 1);
    }

    function testFuzz_spread_isLaneWordsInOffsetBinary(uint256 word, uint256 pair, uint256 i) external pure {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        i = bound(i, 0, laneBits / bits - 1);
        uint256 lanes = 256 / laneBits;
        uint256 spread = Codec.spread(word ^ Codec.signs(bits), laneBits, bits, i);
        for (uint256 j; j < lanes; ++j) {
            int256 offset = int256((spread >> (laneBits * j)) & ((1 << laneBits) - 1));
            int256 value = int256(Codec.scale(bits)) * offset - int256(Codec.largest(bits));
            assertEq(value, _value(word, laneBits, bits, i * lanes + j));
        }
    }

    function testFuzz_lastMask_coversTheParametersAndNoMore(uint256 pair, uint256 length) external pure {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        length = bound(length, 1, 2000);
        uint256 used = (length - 1) % (256 / bits) + 1;
        uint256 mask;
        for (uint256 q; q < used; ++q) {
            mask |= ((1 << bits) - 1) << (laneBits * (q % (256 / laneBits)) + bits * (q / (256 / laneBits)));
        }
        assertEq(Codec.lastMask(length, laneBits, bits), mask);
    }

    function testFuzz_payloadLength_isTheLeastWholeNumberOfWords(uint256 pair, uint32 length) external pure {
        (, uint256 bits) = _widths(pair);
        uint256 size = Codec.payloadLength(length, bits);
        assertEq(size % 32, 0);
        assertGe(size * 8, uint256(length) * bits);
        if (size > 0) assertLt((size - 32) * 8, uint256(length) * bits);
    }

    function testFuzz_check_acceptsEveryValueOfEveryParameter(uint256 word, uint256 pair, uint256 length)
        external
        view
    {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        length = bound(length, 1, 512 / bits);
        this.check(_payload(word, length, laneBits, bits), length, laneBits, bits);
    }

    function testFuzz_check_refusesEveryBitOfPadding(uint256 word, uint256 pair, uint256 length, uint256 at) external {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        length = bound(length, 1, 512 / bits);
        uint256 stray = 1 << at % 256;
        if (Codec.lastMask(length, laneBits, bits) & stray != 0) return;
        bytes memory payload = _payload(word, length, laneBits, bits);
        assembly ("memory-safe") {
            let last := add(payload, mload(payload))
            mstore(last, or(mload(last), stray))
        }
        vm.expectRevert(abi.encodeWithSelector(Codec.NonZeroPadding.selector, stray));
        this.check(payload, length, laneBits, bits);
    }

    function testFuzz_check_refusesEveryOtherLength(uint256 pair, uint256 length, uint256 size) external {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        length = bound(length, 1, 512 / bits);
        size = bound(size, 0, 128);
        uint256 expected = Codec.payloadLength(length, bits);
        if (size == expected) size = 0;
        vm.expectRevert(abi.encodeWithSelector(Codec.WrongPayloadLength.selector, size, expected));
        this.check(new bytes(size), length, laneBits, bits);
    }

    function _widths(uint256 pair) private pure returns (uint256 laneBits, uint256 bits) {
        return (16 << (pair >> 2) % 2, 1 << pair % 4);
    }

    /// @dev Random words, the last one without padding.
    function _payload(uint256 word, uint256 length, uint256 laneBits, uint256 bits)
        private
        pure
        returns (bytes memory payload)
    {
        payload = new bytes(Codec.payloadLength(length, bits));
        uint256 mask = Codec.lastMask(length, laneBits, bits);
        assembly ("memory-safe") {
            mstore(add(payload, 0x20), word)
            mstore(add(payload, mload(payload)), and(word, mask))
        }
    }

    /// @dev Bit by bit: the value at bits `[laneBits·j + bits·i, + bits)` in two's complement; one bit means ±1.
    function _value(uint256 word, uint256 laneBits, uint256 bits, uint256 q) private pure returns (int256 value) {
        uint256 from = laneBits * (q % (256 / laneBits)) + bits * (q / (256 / laneBits));
        if (bits == 1) return (word >> from) % 2 == 0 ? int256(1) : int256(-1);
        for (uint256 b; b < bits; ++b) {
            int256 weight = int256(1 << b);
            if ((word >> (from + b)) % 2 == 1) value += b + 1 == bits ? -weight : weight;
        }
    }
}
