// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LayerContext } from "./LayerContext.sol";

/// @title Products
/// @notice Dot products of rows of the model with packed inputs: one multiplication does `128 / laneBits` multiply-accumulates.
/// @dev A word of the model is split into even and odd lanes, each a word of lanes twice as wide, holding `f = w + 2^(laneBits−1)`.
///      Inputs are packed the same way in reverse order, so that the top lane of one 256-bit product is the dot product
///      of `128 / laneBits` pairs. With `x = u − zero`, u a byte, 32 products of 16-bit lanes sum to
///      `−B ≤ Σ f·x ≤ 32·8·(2^16−1)·255 − B < 2^32 − B`, where `B = 32·8·(2^16−1)·zero`: started from B in every lane, no
///      lane carries or borrows, whatever the zero. Wider lanes have more room still.
library Products {
    /// @notice Words of a row that are multiplied, two products each, before their sum is taken out.
    uint256 internal constant BLOCK = 16;

    /// @notice `Σ_j f_j · x_j` over the fields of one row, in pairs of words: beyond an odd last word the inputs are zero.
    /// @param row Memory of the word in which the row begins.
    function dot(LayerContext memory context, uint256 row, uint256 place, uint256 words)
        internal
        pure
        returns (int256 product)
    {
        uint256 evens = context.evens;
        uint256 laneBits = context.laneBits;
        unchecked {
            uint256 end = place + 64 * (words + (words & 1));
            while (place != end) {
                uint256 until = place + 64 * BLOCK < end ? place + 64 * BLOCK : end;
                uint256 sum = context.start;
                // sum += w · even + ((w >> laneBits) & evens) · (odd − 2^laneBits · even) for each word, modulo 2^256
                assembly ("memory-safe") {
                    for { } xor(place, until) { } {
                        let word := mload(row)
                        let next := mload(add(row, 0x20))
                        row := add(row, 0x40)
                        word := add(
                            mul(word, mload(place)),
                            mul(and(shr(laneBits, word), evens), mload(add(place, 0x20)))
                        )
                        place := add(place, 0x40)
                        next := add(
                            mul(next, mload(place)),
                            mul(and(shr(laneBits, next), evens), mload(add(place, 0x20)))
                        )
                        place := add(place, 0x40)
                        sum := add(sum, add(word, next))
                    }
                }
                product += int256(sum >> (256 - 2 * laneBits));
            }
        }
    }

    /// @notice `dot` of rows in groups of five and of four, into `acc`.
    /// @return rows How many rows the groups hold: the first ones.
    function dotByGroups(LayerContext memory context, uint256 row, uint256 place, uint256 words, int256[] memory acc)
        internal
        pure
        returns (uint256 rows)
    {
        unchecked {
            uint256 stride = 2 * context.inputs;
            context.stride = stride;
            context.length = 64 * words;
            context.first = 64 * ((words - 1) % BLOCK + 1);
            // As many fives as leave a multiple of four; if there is no such number, as many fives as there are.
            uint256 fives = acc.length / 5;
            uint256 spare = (fives - acc.length) & 3;
            if (spare <= fives) fives -= spare;
            uint256 fours = (acc.length - 5 * fives) / 4;
            rows = 5 * fives + 4 * fours;
            uint256 to;
            assembly ("memory-safe") {
                to := add(acc, 0x20)
            }
            if (words <= BLOCK) {
                _multiplyShort(context, row, place, to, fives, fours);
                return rows;
            }
            context.rows = 5;
            // `_multiply` is called from two places, so the compiler does not inline it, and its variables fit the stack.
            for (uint256 end = row + 5 * fives * stride; row != end; row += 5 * stride) {
                context.results = to;
                _multiply(context, row, place);
                to += 160;
            }
            context.rows = 4;
            for (uint256 end = row + 4 * fours * stride; row != end; row += 4 * stride) {
                context.results = to;
                _multiply(context, row, place);
                to += 128;
            }
        }
    }

    /// @dev Dot products of `context.rows` rows of 16-bit lanes, into memory at `context.results`. Row r begins
    ///      `r · stride` bytes after `first`. In each block, modulo 2^256,
    ///      `w = memory[first + r · stride + 32 k]; p_r += w · even_k + ((w >> 16) & evens) · (odd_k − 2^16 · even_k)`.
    ///      Tops of 32 bits are summed in fields of 48, fewer than 2^16 of them; each is B too large.
    ///      Long because: the sums of five or of four rows stay on the stack, so both cases are written out.
    function _multiply(LayerContext memory context, uint256 first, uint256 place) private pure {
        assembly ("memory-safe") {
            let evens := mload(add(context, 0x60))
            let stride := mload(add(context, 0x140))
            let end := add(place, mload(add(context, 0x160)))
            let until := add(place, mload(add(context, 0x180)))
            let tops := 0
            switch mload(add(context, 0x260))
            case 5 {
                for { } 1 { } {
                    let a := mload(add(context, 0xc0))
                    let b := a
                    let c := a
                    let d := a
                    let e := a
                    for { } xor(place, until) { } {
                        let even := mload(place)
                        let odd := mload(add(place, 0x20))
                        place := add(place, 0x40)
                        let word := mload(first)
                        a := add(a, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        let row := add(first, stride)
                        word := mload(row)
                        first := add(first, 0x20)
                        b := add(b, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        row := add(row, stride)
                        word := mload(row)
                        c := add(c, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        row := add(row, stride)
                        word := mload(row)
                        d := add(d, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        word := mload(add(row, stride))
                        e := add(e, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    }
                    let fields := or(shl(48, shr(224, e)), shr(224, d))
                    fields := or(shl(48, fields), shr(224, c))
                    fields := or(shl(48, fields), shr(224, b))
                    tops := add(tops, or(shl(48, fields), shr(224, a)))
                    if eq(until, end) { break }
                    until := add(until, 0x400)
                }
                let to := mload(add(context, 0x240))
                mstore(to, shr(208, shl(208, tops)))
                mstore(add(to, 0x20), shr(208, shl(160, tops)))
                mstore(add(to, 0x40), shr(208, shl(112, tops)))
                mstore(add(to, 0x60), shr(208, shl(64, tops)))
                mstore(add(to, 0x80), shr(208, shl(16, tops)))
            }
            default {
                for { } 1 { } {
                    let a := mload(add(context, 0xc0))
                    let b := a
                    let c := a
                    let d := a
                    for { } xor(place, until) { } {
                        let even := mload(place)
                        let odd := mload(add(place, 0x20))
                        place := add(place, 0x40)
                        let word := mload(first)
                        a := add(a, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        let row := add(first, stride)
                        word := mload(row)
                        first := add(first, 0x20)
                        b := add(b, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        row := add(row, stride)
                        word := mload(row)
                        c := add(c, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        word := mload(add(row, stride))
                        d := add(d, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    }
                    let fields := or(shl(48, shr(224, d)), shr(224, c))
                    fields := or(shl(48, fields), shr(224, b))
                    tops := add(tops, or(shl(48, fields), shr(224, a)))
                    if eq(until, end) { break }
                    until := add(until, 0x400)
                }
                let to := mload(add(context, 0x240))
                mstore(to, shr(208, shl(208, tops)))
                mstore(add(to, 0x20), shr(208, shl(160, tops)))
                mstore(add(to, 0x40), shr(208, shl(112, tops)))
                mstore(add(to, 0x60), shr(144, tops))
            }
        }
    }

    /// @dev As `_multiply`, for all groups of rows that are one block long: there is nothing to add up after it.
    ///      Long because: as there.
    function _multiplyShort(
        LayerContext memory context,
        uint256 first,
        uint256 place,
        uint256 to,
        uint256 fives,
        uint256 fours
    ) private pure {
        assembly ("memory-safe") {
            let evens := mload(add(context, 0x60))
            let stride := mload(add(context, 0x140))
            let end := add(place, mload(add(context, 0x160)))
            for { } fives { fives := sub(fives, 1) } {
                let a := mload(add(context, 0xc0))
                let b := a
                let c := a
                let d := a
                let e := a
                let at := first
                for { let from := place } xor(from, end) { from := add(from, 0x40) } {
                    let even := mload(from)
                    let odd := mload(add(from, 0x20))
                    let word := mload(at)
                    a := add(a, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    let row := add(at, stride)
                    word := mload(row)
                    at := add(at, 0x20)
                    b := add(b, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    row := add(row, stride)
                    word := mload(row)
                    c := add(c, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    row := add(row, stride)
                    word := mload(row)
                    d := add(d, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    word := mload(add(row, stride))
                    e := add(e, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                }
                mstore(to, shr(224, a))
                mstore(add(to, 0x20), shr(224, b))
                mstore(add(to, 0x40), shr(224, c))
                mstore(add(to, 0x60), shr(224, d))
                mstore(add(to, 0x80), shr(224, e))
                to := add(to, 0xa0)
                first := add(first, mul(5, stride))
            }
            for { } fours { fours := sub(fours, 1) } {
                let a := mload(add(context, 0xc0))
                let b := a
                let c := a
                let d := a
                let at := first
                for { let from := place } xor(from, end) { from := add(from, 0x40) } {
                    let even := mload(from)
                    let odd := mload(add(from, 0x20))
                    let word := mload(at)
                    a := add(a, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    let row := add(at, stride)
                    word := mload(row)
                    at := add(at, 0x20)
                    b := add(b, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    row := add(row, stride)
                    word := mload(row)
                    c := add(c, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    word := mload(add(row, stride))
                    d := add(d, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                }
                mstore(to, shr(224, a))
                mstore(add(to, 0x20), shr(224, b))
                mstore(add(to, 0x40), shr(224, c))
                mstore(add(to, 0x60), shr(224, d))
                to := add(to, 0x80)
                first := add(first, shl(2, stride))
            }
        }
    }
}
