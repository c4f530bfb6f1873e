// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../interfaces/IAggregatorErrors.sol";
import { Lanes } from "./Lanes.sol";

/// @title Codec
/// @notice The wire form of an update: `bits`-wide two's-complement integers, `256 / bits` to a word.
/// @dev Parameter p of a shard stands in word ⌊p/V⌋, V = 256/bits. With q = p mod V, L = 256/laneBits, i = ⌊q/L⌋ and
///      j = q mod L, it takes the bits `[laneBits·j + bits·i, + bits)`. So lane word i of the block is one shift and one
///      mask away. One bit means ±1: 0 is +1, 1 is −1. Positions without a parameter are zero bits.
///      XOR with `signs` turns every value into offset binary: `v = scale·o − 2^(bits−1)`, scale 2 for one bit, else 1.
library Codec {
    /// @notice Bits of the last word that belong to no parameter must be zero.
    error NonZeroPadding(uint256 found);

    /// @notice Bytes of the update of `length` parameters: `⌈length / (256/bits)⌉ · 32`.
    function payloadLength(uint256 length, uint256 bits) internal pure returns (uint256) {
        uint256 values = 256 / bits;
        return (length + values - 1) / values * 32;
    }

    /// @notice The sign bit of every value of a payload word.
    function signs(uint256 bits) internal pure returns (uint256) {
        return Lanes.ones(bits) << (bits - 1);
    }

    /// @notice What an offset-binary value is multiplied by: `v = scale·o − 2^(bits−1)`.
    function scale(uint256 bits) internal pure returns (uint256) {
        return bits == 1 ? 2 : 1;
    }

    /// @notice Largest |value| of an update integer: `2^(bits−1)`, which one bit reaches as ±1.
    function largest(uint256 bits) internal pure returns (uint256) {
        return 1 << (bits - 1);
    }

    /// @notice Lane word i of a payload word in offset binary: lane j holds its unsigned `bits`-wide field.
    function spread(uint256 word, uint256 laneBits, uint256 bits, uint256 i) internal pure returns (uint256) {
        return (word >> (bits * i)) & (Lanes.ones(laneBits) * ((1 << bits) - 1));
    }

    /// @notice The value that a payload holds at position q of a word, in two's complement (one bit: ±1).
    function valueAt(uint256 word, uint256 laneBits, uint256 bits, uint256 q) internal pure returns (int256) {
        uint256 lanes = 256 / laneBits;
        uint256 field = ((word ^ signs(bits)) >> (laneBits * (q % lanes) + bits * (q / lanes))) & ((1 << bits) - 1);
        return int256(scale(bits) * field) - int256(largest(bits));
    }

    /// @notice Mask of the bits that hold parameters in a shard's last payload word.
    /// @param length Parameters of the shard, ≥ 1.
    function lastMask(uint256 length, uint256 laneBits, uint256 bits) internal pure returns (uint256) {
        uint256 values = 256 / bits;
        uint256 used = (length - 1) % values + 1;
        uint256 lanes = 256 / laneBits;
        uint256 full = bits * (used / lanes);
        uint256 ones = Lanes.ones(laneBits);
        // Every lane holds `full` bits; the lanes below used mod L hold one value more. The two parts share no bit.
        return ones * ((1 << full) - 1) | (ones & Lanes.below(laneBits, used % lanes)) * (((1 << bits) - 1) << full);
    }

    /// @notice Whether all integers of a payload are zero or, with one bit and 32 parameters or more, equal: such an update
    ///         changes nothing. Fewer than 32 signs may be equal by chance.
    /// @dev Only for a payload that `check` accepted. Stops at the first word that differs.
    function isBlank(bytes calldata payload, uint256 length, uint256 laneBits, uint256 bits)
        internal
        pure
        returns (bool)
    {
        if (bits == 1 && length < 32) return false;
        uint256 last = payload.length - 32;
        uint256 expected = bits == 1 && uint256(bytes32(payload)) & 1 == 1 ? type(uint256).max : 0;
        for (uint256 i; i < last; i += 32) {
            if (uint256(bytes32(payload[i:])) != expected) return false;
        }
        return uint256(bytes32(payload[last:])) == expected & lastMask(length, laneBits, bits);
    }

    /// @notice Reverts unless the payload has the exact length and zero padding.
    function check(bytes calldata payload, uint256 length, uint256 laneBits, uint256 bits) internal pure {
        uint256 expected = payloadLength(length, bits);
        if (payload.length != expected) revert IAggregatorErrors.WrongPayloadLength(payload.length, expected);
        uint256 found = uint256(bytes32(payload[expected - 32:])) & ~lastMask(length, laneBits, bits);
        if (found != 0) revert NonZeroPadding(found);
    }
}
