// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LibBit } from "solady/utils/LibBit.sol";

/// @title Binary64
/// @notice A number as IEEE 754 rounds it to double precision, so that a contract scales a value to the same byte as
///         JavaScript, Python and R.
/// @dev `mantissa · 2^exponent` with |mantissa| ≤ 2^53, rounded to nearest, ties to even, after every operation. Exponents
///      are not bounded: what a double would round to infinity or to zero stays very large or very small.
///      Source: IEEE 754-2019, section 4.3.1.
library Binary64 {
    /// @notice `mantissa · 2^exponent`.
    struct Number {
        int256 mantissa;
        int256 exponent;
    }

    /// @notice The bits are infinity or NaN.
    error NotFinite(uint64 bits);

    /// @notice The number that 64 bits of the binary64 format stand for.
    function fromBits(uint64 bits) internal pure returns (Number memory) {
        int256 exponent = int256(uint256((bits >> 52) & 0x7ff));
        int256 mantissa = int256(uint256(bits & 0xfffffffffffff));
        if (exponent == 0x7ff) revert NotFinite(bits);
        if (exponent == 0) exponent = 1;
        else mantissa |= 1 << 52;
        return Number(bits >> 63 == 1 ? -mantissa : mantissa, exponent - 1075);
    }

    /// @notice `value / divisor`, rounded once: 1.5 is 15e17 over 1e18.
    /// @param divisor Above zero and below 2^128.
    function fromRatio(int256 value, uint256 divisor) internal pure returns (Number memory) {
        uint256 magnitude = _magnitude(value);
        if (magnitude == 0) return Number(0, 0);
        uint256 shift = 255 - LibBit.fls(magnitude);
        uint256 quotient = (magnitude << shift) / divisor;
        return _round(value < 0, quotient, -int256(shift), (magnitude << shift) % divisor != 0);
    }

    /// @notice `a − b`.
    function sub(Number memory a, Number memory b) internal pure returns (Number memory) {
        return add(a, Number(-b.mantissa, b.exponent));
    }

    /// @notice `a + b`.
    function add(Number memory a, Number memory b) internal pure returns (Number memory) {
        if (a.mantissa == 0) return b;
        if (b.mantissa == 0) return a;
        if (a.exponent < b.exponent) (a, b) = (b, a);
        int256 apart = a.exponent - b.exponent;
        // If they are further apart than both have bits, the smaller one only decides which way to round.
        if (apart > 128) {
            return _signed((a.mantissa << 66) + (b.mantissa > 0 ? int256(1) : int256(-1)), a.exponent - 66);
        }
        return _signed((a.mantissa << uint256(apart)) + b.mantissa, b.exponent);
    }

    /// @notice `a · b`.
    function mul(Number memory a, Number memory b) internal pure returns (Number memory) {
        return _signed(a.mantissa * b.mantissa, a.exponent + b.exponent);
    }

    /// @notice `a / b`; `b` is not zero.
    function div(Number memory a, Number memory b) internal pure returns (Number memory) {
        (uint256 dividend, uint256 divisor) = (_magnitude(a.mantissa) << 160, _magnitude(b.mantissa));
        bool isNegative = (a.mantissa < 0) != (b.mantissa < 0);
        return _round(isNegative, dividend / divisor, a.exponent - b.exponent - 160, dividend % divisor != 0);
    }

    /// @notice The largest integer that is not above `a`; beyond ±2^128, some integer that is beyond it too.
    function floor(Number memory a) internal pure returns (int256) {
        if (a.exponent < 0) {
            return a.exponent < -255 ? (a.mantissa < 0 ? int256(-1) : int256(0)) : a.mantissa >> uint256(-a.exponent);
        }
        return a.mantissa << (a.exponent > 128 ? 128 : uint256(a.exponent));
    }

    function _signed(int256 mantissa, int256 exponent) private pure returns (Number memory) {
        return _round(mantissa < 0, _magnitude(mantissa), exponent, false);
    }

    /// @param isMore Whether the magnitude has more bits below its last one; it has at least 55 bits then.
    function _round(bool isNegative, uint256 magnitude, int256 exponent, bool isMore)
        private
        pure
        returns (Number memory)
    {
        if (magnitude == 0) return Number(0, 0);
        uint256 last = LibBit.fls(magnitude);
        if (last > 52) {
            uint256 shift = last - 52;
            uint256 rest = magnitude & ((1 << shift) - 1);
            uint256 half = 1 << (shift - 1);
            magnitude >>= shift;
            exponent += int256(shift);
            if (rest > half || rest == half && (isMore || magnitude & 1 == 1)) ++magnitude;
        }
        return Number(isNegative ? -int256(magnitude) : int256(magnitude), exponent);
    }

    function _magnitude(int256 value) private pure returns (uint256) {
        unchecked {
            return value < 0 ? uint256(-value) : uint256(value);
        }
    }
}
