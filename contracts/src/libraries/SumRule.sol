// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "./Codec.sol";
import { Lanes } from "./Lanes.sol";

/// @title SumRule
/// @notice The sum of all members' updates, a whole payload word of each at a time.
/// @dev Offset-binary fields of `bits` bits are added in lanes of 2·bits: even fields in one register, odd ones in
///      another. Such a lane holds the sum of 2^bits members, since 2^bits · (2^bits − 1) < 2^(2·bits); after each group of
///      so many members the two registers are spread over the `laneBits / bits` lane words of the block.
///      For 4 bits that is one mask a member instead of four, and one spread for 16 members.
///      A lane of 16 bits holds the sum of 256 members: 256 · (2^8 − 1) < 2^16.
library SumRule {
    /// @notice What stays the same over the words of a shard.
    struct Plan {
        uint256 bits;
        uint256 signs; //  turns a payload word into offset binary
        uint256 fields; // mask of the even fields of `bits` bits
        uint256 pairs; //  mask of the lowest 2·bits bits of each lane
        uint256 group; //  members whose sum fits 2·bits bits
        uint256 blocks; // lane words of a payload word: laneBits / bits
        uint256 factor; // gain · scale: what a sum of offset fields is multiplied by
        uint256 offset; // gain · members · 2^(bits−1) in every lane: what is then taken off
    }

    /// @notice The constants of a sum of `members` updates, multiplied by `gain`.
    /// @dev A model word gains `Σ_m gain · (scale · o_m − 2^(bits−1)) = factor · Σ_m o_m − offset` in every lane.
    function plan(uint256 laneBits, uint256 bits, uint256 members, uint256 gain) internal pure returns (Plan memory p) {
        p.bits = bits;
        p.signs = Codec.signs(bits);
        p.fields = Lanes.evens(bits);
        p.pairs = Lanes.ones(laneBits) * ((1 << (2 * bits)) - 1);
        p.group = 1 << bits;
        p.blocks = laneBits / bits;
        // Word arithmetic is modulo 2^256.
        unchecked {
            p.factor = gain * Codec.scale(bits);
            p.offset = Lanes.ones(laneBits) * (gain * members * Codec.largest(bits));
        }
    }

    /// @notice Sums one payload word over members. The field of position i·L + j, i even, of the last group is in lane j
    ///         of `(even >> bits·i) & pairs`, i odd in that of `(odd >> bits·(i − 1)) & pairs`; earlier groups' sums are
    ///         added to the `blocks` words of memory from `to` on.
    /// @param from Calldata offset of the first member's word.
    /// @param stride Bytes from one member's word to the next one's.
    /// @param members 1 to 256.
    function sum(Plan memory p, uint256 from, uint256 stride, uint256 members, uint256 to)
        internal
        pure
        returns (uint256 even, uint256 odd)
    {
        // Differences are positive by the loop's condition, and offsets stay below the length of the calldata.
        unchecked {
            uint256 end = from + members * stride;
            uint256 reach = p.group * stride;
            while (end - from > reach) {
                (even, odd) = _sumGroup(from, stride, from + reach, p.signs, p.fields, p.bits);
                _add(even, odd, p.pairs, 2 * p.bits, to, to + 32 * p.blocks);
                from += reach;
            }
            return _sumGroup(from, stride, end, p.signs, p.fields, p.bits);
        }
    }

    /// @notice Folds the sums of one payload word into stored words: `storage[slot + i] += sum_i · factor − offset`,
    ///         modulo 2^256, `sum_i` being what `sum` left in its registers and in memory for lane word i.
    /// @param slot First of the `size` storage slots.
    /// @param to Memory where `sum` left earlier groups' sums; the new words replace them.
    /// @param size Words to fold, at most `blocks`.
    function fold(Plan memory p, uint256 even, uint256 odd, uint256 slot, uint256 to, uint256 size) internal {
        uint256 pairs = p.pairs;
        uint256 shift = 2 * p.bits;
        uint256 factor = p.factor;
        uint256 offset = p.offset;
        // `word = sload(slot) + (mload(to) + (even & pairs)) · factor − offset`, and so for `odd` in the slot after it.
        assembly ("memory-safe") {
            let end := add(to, shl(5, and(size, not(1))))
            for { } lt(to, end) { } {
                let word := sub(add(sload(slot), mul(add(mload(to), and(even, pairs)), factor)), offset)
                sstore(slot, word)
                mstore(to, word)
                even := shr(shift, even)
                slot := add(slot, 1)
                to := add(to, 0x20)
                word := sub(add(sload(slot), mul(add(mload(to), and(odd, pairs)), factor)), offset)
                sstore(slot, word)
                mstore(to, word)
                odd := shr(shift, odd)
                slot := add(slot, 1)
                to := add(to, 0x20)
            }
            if and(size, 1) {
                let word := sub(add(sload(slot), mul(add(mload(to), and(even, pairs)), factor)), offset)
                sstore(slot, word)
                mstore(to, word)
            }
        }
    }

    /// @dev Σ over the words at `from`, `from + stride`, … before `end` of the even and of the odd fields. Equivalent to
    ///      `for (; from < end; from += stride) { x = word(from) ^ signs; even += x & fields; odd += (x >> bits) & fields; }`
    ///      but that the odd fields are had without a mask: `Σ (x >> bits)` is Σ of the odd fields in their lanes plus
    ///      Σ of the even ones but the lowest, each `bits` below its lane, which is taken off at the end.
    ///      There are at most 2^bits words: lanes of `even` stay below 2^(2·bits), and `Σ (x >> bits)` below 2^256.
    function _sumGroup(uint256 from, uint256 stride, uint256 end, uint256 signs, uint256 fields, uint256 bits)
        private
        pure
        returns (uint256 even, uint256 odd)
    {
        assembly ("memory-safe") {
            for { let last := sub(end, stride) } lt(from, last) { } {
                let x := xor(calldataload(from), signs)
                from := add(from, stride)
                let y := xor(calldataload(from), signs)
                from := add(from, stride)
                even := add(add(and(x, fields), and(y, fields)), even)
                odd := add(add(shr(bits, x), shr(bits, y)), odd)
            }
            if lt(from, end) {
                let x := xor(calldataload(from), signs)
                even := add(and(x, fields), even)
                odd := add(shr(bits, x), odd)
            }
            // (even with its lowest lane cleared) >> bits
            odd := sub(odd, shl(bits, shr(shl(1, bits), even)))
        }
    }

    /// @dev `memory[to + 64t] += (even >> shift·t) & pairs; memory[to + 64t + 32] += (odd >> shift·t) & pairs`. No lane
    ///      carries, as the sum of all members fits a lane.
    function _add(uint256 even, uint256 odd, uint256 pairs, uint256 shift, uint256 to, uint256 end) private pure {
        assembly ("memory-safe") {
            for { } lt(to, end) { to := add(to, 0x40) } {
                mstore(to, add(mload(to), and(even, pairs)))
                mstore(add(to, 0x20), add(mload(add(to, 0x20)), and(odd, pairs)))
                even := shr(shift, even)
                odd := shr(shift, odd)
            }
        }
    }
}
