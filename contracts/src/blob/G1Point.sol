// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title G1Point
/// @notice An affine point of the group G1 of BLS12-381, coordinates below the field's modulus; infinity is all zero.
/// @dev In memory these four words are exactly the 128 bytes that EIP-2537 takes: each coordinate has 48 bytes big-endian,
///      padded with 16 zero bytes in front. The high words are below 2^128.
struct G1Point {
    uint256 xHigh; //  x >> 256
    uint256 xLow; //   x mod 2^256
    uint256 yHigh; //  y >> 256
    uint256 yLow; //   y mod 2^256
}
