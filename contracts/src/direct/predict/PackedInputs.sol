// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LayerContext } from "./LayerContext.sol";
import { Lanes } from "../lanes/Lanes.sol";

/// @title PackedInputs
/// @notice Activations, a byte each, packed into the words that the model's words are multiplied by: see `Products`.
library PackedInputs {
    /// @notice Zero bytes on either side of activations, so that whole words can be read around them.
    uint256 internal constant MARGIN = 32;

    /// @notice The inputs packed for rows that begin at lane `align`, `zero` subtracted from each.
    /// @dev Sets `context.offset` too: a field is its value plus 2^(laneBits−1), which each weight multiplies by its input and
    ///      each bias by the multiplier.
    function pack(LayerContext memory context, uint256 align, uint256 words) internal pure returns (uint256 packed) {
        unchecked {
            uint256 length = 64 * (words + (words & 1));
            packed = _pack(context, context.activations - align, length);
            uint256 zero = context.zero;
            if (zero != 0) {
                uint256 sum = context.sum;
                uint256 ones = _pack(context, _ones(context.inputs) - align, length);
                _subtract(packed, ones, length, zero);
                context.sum = sum - context.inputs * zero;
            }
            context.offset = (context.sum + context.multiplier) << (context.laneBits - 1);
        }
    }

    /// @notice Memory of `length` zero bytes, copied from beyond the end of the calldata. Bounded by the sizes of a layer.
    function allocate(uint256 length) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            calldatacopy(place, calldatasize(), length)
            mstore(0x40, and(add(add(place, length), 31), not(31)))
        }
    }

    /// @dev For each word of a row the two words that multiply it. `even` has the first byte of each pair from `from` on, the
    ///      earliest pair in the top lane; `odd` has the second byte of each pair. The words are `even` and
    ///      `odd − 2^laneBits · even`. Also sets `context.sum`, the sum of the bytes, from lanes of at least 32 bits, each the
    ///      sum of two bytes a word.
    /// @param length 64 bytes for each word of the row, of which there is an even number.
    /// @return packed Memory of these words.
    function _pack(LayerContext memory context, uint256 from, uint256 length) private pure returns (uint256 packed) {
        uint256 laneBits = context.laneBits;
        uint256 bytesMask = Lanes.ones(2 * laneBits) * 0xff;
        packed = laneBits == 16 ? _pack16(context, from, length, bytesMask) : _pack32(context, from, length, bytesMask);
        unchecked {
            context.sum = (context.sum * (bytesMask / 0xff)) >> (256 - 2 * laneBits);
        }
    }

    /// @dev For lanes of 16 bits: two times 8 pairs of bytes a turn, moved apart to every 32 bits.
    function _pack16(LayerContext memory context, uint256 from, uint256 length, uint256 bytesMask)
        private
        pure
        returns (uint256 packed)
    {
        uint256 wide = Lanes.evens(64);
        uint256 middle = Lanes.evens(32);
        uint256 low = type(uint128).max;
        assembly ("memory-safe") {
            packed := mload(0x40)
            mstore(0x40, add(packed, length))
            mstore(0x00, 0)
            for {
                let to := packed
                let end := add(packed, length)
            } xor(to, end) { to := add(to, 0x80) } {
                let both := mload(from)
                from := add(from, 0x20)
                let word := shr(128, both)
                word := and(or(word, shl(64, word)), wide)
                word := and(or(word, shl(32, word)), middle)
                word := or(word, shl(16, word))
                let even := and(shr(8, word), bytesMask)
                let odd := and(word, bytesMask)
                mstore(to, even)
                mstore(add(to, 0x20), sub(odd, shl(16, even)))
                let sum := add(even, odd)
                word := and(both, low)
                word := and(or(word, shl(64, word)), wide)
                word := and(or(word, shl(32, word)), middle)
                word := or(word, shl(16, word))
                even := and(shr(8, word), bytesMask)
                odd := and(word, bytesMask)
                mstore(add(to, 0x40), even)
                mstore(add(to, 0x60), sub(odd, shl(16, even)))
                mstore(0x00, add(mload(0x00), add(sum, add(even, odd))))
            }
            mstore(add(context, 0x1e0), mload(0x00))
        }
    }

    /// @dev For lanes of 32 bits: 4 pairs of bytes a turn, moved apart to every 64 bits.
    function _pack32(LayerContext memory context, uint256 from, uint256 length, uint256 bytesMask)
        private
        pure
        returns (uint256 packed)
    {
        uint256 wide = Lanes.ones(128) * 0xffffffff;
        assembly ("memory-safe") {
            packed := mload(0x40)
            mstore(0x40, add(packed, length))
            let sum := 0
            for {
                let to := packed
                let end := add(packed, length)
            } xor(to, end) { to := add(to, 0x40) } {
                let word := shr(192, mload(from))
                from := add(from, 8)
                word := and(or(word, shl(96, word)), wide)
                word := or(word, shl(48, word))
                let even := and(shr(8, word), bytesMask)
                let odd := and(word, bytesMask)
                mstore(to, even)
                mstore(add(to, 0x20), sub(odd, shl(32, even)))
                sum := add(sum, add(even, odd))
            }
            mstore(add(context, 0x1e0), sum)
        }
    }

    /// @dev Subtracts `zero` from every lane that has an input: signed lanes in Σ form, modulo 2^256.
    function _subtract(uint256 packed, uint256 ones, uint256 length, uint256 zero) private pure {
        assembly ("memory-safe") {
            for { let end := add(packed, length) } lt(packed, end) { packed := add(packed, 0x20) } {
                mstore(packed, sub(mload(packed), mul(mload(ones), zero)))
                ones := add(ones, 0x20)
            }
        }
    }

    /// @dev Memory of `length` bytes that are 1, between margins of zeros.
    function _ones(uint256 length) private pure returns (uint256 ones) {
        ones = allocate(length + 2 * MARGIN) + MARGIN;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, length) { i := add(i, 1) } {
                mstore8(add(ones, i), 1)
            }
        }
    }
}
