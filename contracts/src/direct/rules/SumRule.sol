// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "../lanes/Codec.sol";
import { Lanes } from "../lanes/Lanes.sol";

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
        uint256 factor; // gain · scale: what a sum of offset fields is multiplied by
        uint256 offset; // gain · members · 2^(bits−1) in every lane: what is then subtracted
        uint256 stride; // bytes of one member's payload
        uint256 last; //   bytes from a group's first payload to its last
        uint256 stop; //   where the shard's words end in memory
        uint256 size; //   lane words to fold of a payload word
    }

    /// @notice Adds updates to a shard of the model: `model + gain · Σ_m update_m`, exact in every lane by the overflow
    ///         guarantee.
    /// @dev A word gains `Σ_m gain · (scale · o_m − 2^(bits−1)) = factor · Σ_m o_m − offset` in every lane, modulo 2^256,
    ///      o_m being offset-binary fields.
    /// @param model Calldata offset of the shard's first word, biased as all words are.
    /// @param length Parameters of the shard.
    /// @param from Calldata offset of the first member's payload; the others follow.
    /// @param members 1 to 256.
    /// @return words The shard's words after it.
    function addTo(
        uint256 model,
        uint256 length,
        uint256 laneBits,
        uint256 bits,
        uint256 gain,
        uint256 from,
        uint256 members
    ) internal pure returns (uint256[] memory words) {
        uint256 count = Lanes.words(laneBits, length);
        uint256 blocks = laneBits / bits;
        // Sums of a group are spread over all lane words of a payload word: room for whole blocks.
        words = new uint256[](count + blocks);
        uint256 to;
        assembly ("memory-safe") {
            to := add(words, 0x20)
            mstore(words, count)
        }
        // Word arithmetic is modulo 2^256; calldata and memory stay within what the shard takes.
        unchecked {
            uint256 amount = gain * members;
            Plan memory p = Plan({
                bits: bits,
                signs: Codec.signs(bits),
                fields: Lanes.evens(bits),
                pairs: Lanes.ones(laneBits) * ((1 << (2 * bits)) - 1),
                factor: gain * Codec.scale(bits),
                offset: Lanes.ones(laneBits) * (amount * Codec.largest(bits)),
                stride: Codec.payloadLength(length, bits),
                last: 0,
                stop: 0,
                size: blocks
            });
            uint256 group = 1 << bits;
            for (; members > group; members -= group) {
                p.last = (group - 1) * p.stride;
                _gather(p, from, to, blocks);
                from += group * p.stride;
            }
            p.last = (members - 1) * p.stride;
            uint256 whole = count / blocks * blocks;
            p.stop = to + 32 * whole;
            _fold(p, from, model, to);
            if (whole != count) {
                p.size = count - whole;
                p.stop = to + 32 * count;
                _fold(p, from + whole / blocks * 32, model + 32 * whole, to + 32 * whole);
            }
            if (bits == 1) _balancePadding(p.stop - 32, length, laneBits, amount);
        }
    }

    /// @dev Sums a group of 2^bits members that is not the last: for each payload word adds its lane words to memory from
    ///      `to` on. No lane carries: the sum of all members fits a lane.
    function _gather(Plan memory p, uint256 from, uint256 to, uint256 blocks) private pure {
        uint256 pairs = p.pairs;
        uint256 shift = p.bits << 1;
        for (uint256 stop = from + p.stride; from < stop; from += 32) {
            (uint256 even, uint256 odd) = _sum(from, from + p.last, p.stride, p.signs, p.fields, p.bits);
            // memory[to + 64t] += (even >> shift·t) & pairs; memory[to + 64t + 32] += (odd >> shift·t) & pairs
            assembly ("memory-safe") {
                for { let end := add(to, shl(5, blocks)) } lt(to, end) { to := add(to, 0x40) } {
                    mstore(to, add(mload(to), and(even, pairs)))
                    mstore(add(to, 0x20), add(mload(add(to, 0x20)), and(odd, pairs)))
                    even := shr(shift, even)
                    odd := shr(shift, odd)
                }
            }
        }
    }

    /// @dev Sums the last group, one payload word after the other, and adds it and what memory holds to `size` words of the
    ///      model each, up to the memory address `stop`. Equivalent to
    ///      `word = calldata[model] + (memory[to] + (even >> shift·t) & pairs) · factor − offset` for words 2t of a block
    ///      and with `odd` for words 2t + 1; the new words replace the sums in memory. `size` is even except in a last block.
    ///      Long because: the sums of a payload word stay on the stack until they are folded.
    function _fold(Plan memory p, uint256 from, uint256 model, uint256 to) private pure {
        assembly ("memory-safe") {
            for { } lt(to, mload(add(p, 0x100))) { } {
                let even := 0
                let odd := 0
                {
                    let bits := mload(p)
                    let signs := mload(add(p, 0x20))
                    let fields := mload(add(p, 0x40))
                    let stride := mload(add(p, 0xc0))
                    let place := from
                    let last := add(from, mload(add(p, 0xe0)))
                    for { let quads := sub(last, shl(1, stride)) } slt(place, quads) { } {
                        let x := xor(calldataload(place), signs)
                        place := add(place, stride)
                        let y := xor(calldataload(place), signs)
                        place := add(place, stride)
                        even := add(add(and(x, fields), and(y, fields)), even)
                        odd := add(add(shr(bits, x), shr(bits, y)), odd)
                        x := xor(calldataload(place), signs)
                        place := add(place, stride)
                        y := xor(calldataload(place), signs)
                        place := add(place, stride)
                        even := add(add(and(x, fields), and(y, fields)), even)
                        odd := add(add(shr(bits, x), shr(bits, y)), odd)
                    }
                    for { } lt(place, last) { } {
                        let x := xor(calldataload(place), signs)
                        place := add(place, stride)
                        let y := xor(calldataload(place), signs)
                        place := add(place, stride)
                        even := add(add(and(x, fields), and(y, fields)), even)
                        odd := add(add(shr(bits, x), shr(bits, y)), odd)
                    }
                    if eq(place, last) {
                        let x := xor(calldataload(place), signs)
                        even := add(and(x, fields), even)
                        odd := add(shr(bits, x), odd)
                    }
                    odd := sub(odd, shl(bits, shr(shl(1, bits), even)))
                }
                from := add(from, 0x20)
                let pairs := mload(add(p, 0x60))
                let factor := mload(add(p, 0x80))
                let offset := mload(add(p, 0xa0))
                let shift := shl(1, mload(p))
                for { let end := add(to, shl(5, and(mload(add(p, 0x120)), not(1)))) } lt(to, end) { } {
                    mstore(to, sub(add(mul(add(mload(to), and(even, pairs)), factor), calldataload(model)), offset))
                    even := shr(shift, even)
                    to := add(to, 0x20)
                    model := add(model, 0x20)
                    mstore(to, sub(add(mul(add(mload(to), and(odd, pairs)), factor), calldataload(model)), offset))
                    odd := shr(shift, odd)
                    to := add(to, 0x20)
                    model := add(model, 0x20)
                }
                if and(mload(add(p, 0x120)), 1) {
                    mstore(to, sub(add(mul(add(mload(to), and(even, pairs)), factor), calldataload(model)), offset))
                    to := add(to, 0x20)
                }
            }
        }
    }

    /// @dev Σ over the words at `from`, `from + stride`, … `last` of the even and of the odd fields. Equivalent to
    ///      `for (; from <= last; from += stride) { x = word(from) ^ signs; even += x & fields; odd += (x >> bits) & fields; }`
    ///      except that the odd fields need no mask: `Σ (x >> bits)` is Σ of the odd fields in their lanes plus Σ of the even
    ///      ones except the lowest, each `bits` below its lane, which is subtracted at the end.
    ///      There are at most 2^bits words: lanes of `even` stay below 2^(2·bits), and `Σ (x >> bits)` below 2^256.
    function _sum(uint256 from, uint256 last, uint256 stride, uint256 signs, uint256 fields, uint256 bits)
        private
        pure
        returns (uint256 even, uint256 odd)
    {
        assembly ("memory-safe") {
            for { } lt(from, last) { } {
                let x := xor(calldataload(from), signs)
                from := add(from, stride)
                let y := xor(calldataload(from), signs)
                from := add(from, stride)
                even := add(add(and(x, fields), and(y, fields)), even)
                odd := add(add(shr(bits, x), shr(bits, y)), odd)
            }
            if eq(from, last) {
                let x := xor(calldataload(from), signs)
                even := add(and(x, fields), even)
                odd := add(shr(bits, x), odd)
            }
            // (even with its lowest lane cleared) >> bits
            odd := sub(odd, shl(bits, shr(shl(1, bits), even)))
        }
    }

    /// @dev A one-bit position without a parameter is zero, which reads as +1 from every member: subtracted again.
    /// @param last Memory of the shard's last word.
    function _balancePadding(uint256 last, uint256 length, uint256 laneBits, uint256 amount) private pure {
        uint256 used = length % (256 / laneBits);
        if (used == 0) return;
        uint256 padding = Lanes.ones(laneBits) & ~Lanes.below(laneBits, used);
        // `memory[last] -= padding · amount`, modulo 2^256.
        assembly ("memory-safe") {
            mstore(last, sub(mload(last), mul(padding, amount)))
        }
    }
}
