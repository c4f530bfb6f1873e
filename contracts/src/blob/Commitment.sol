// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { G1Point } from "./G1Point.sol";

/// @title Commitment
/// @notice KZG commitments as points: their affine form of 96 bytes, their compressed form of 48, their versioned hash,
///         and their sums, which are the commitments of summed blobs.
/// @dev Affine: x ‖ y, 48 bytes big-endian each, infinity all zero. Compressed (draft-irtf-cfrg-pairing-friendly-curves,
///      appendix C): x with bit 0x80 of the first byte set, and 0x20 if y > (p − 1)/2; infinity is 0xc0 and 47 zero bytes.
///      Versioned hash (EIP-4844): 0x01 and the last 31 bytes of the SHA-256 of the compressed form.
///      `add` checks that both points are on the curve; the caller must know that they are in the subgroup.
library Commitment {
    /// @notice Bytes of the affine and of the compressed form.
    uint256 internal constant AFFINE_BYTES = 96;
    uint256 internal constant COMPRESSED_BYTES = 48;

    /// @dev p, the modulus of the base field, and (p − 1)/2, above which y is the greater root.
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    /// @notice Versioned hash of the blob of zeros, whose commitment is the point at infinity.
    uint256 internal constant ZERO_BLOB = 0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014;

    uint256 private constant IS_COMPRESSED = 0x80 << 248;
    uint256 private constant IS_INFINITY = 0x40 << 248;
    uint256 private constant IS_GREATER = 0x20 << 248;
    uint256 private constant VERSION = 0x01 << 248;

    /// @notice Fills `point` with the affine form at byte `from` of the calldata.
    function read(G1Point memory point, uint256 from) internal pure {
        (point.xHigh, point.xLow, point.yHigh, point.yLow) = _wordsAt(from);
    }

    /// @notice The versioned hash of the point whose affine form is at byte `from` of the calldata; zero, which is no hash,
    ///         if a coordinate is not below p.
    function versionedHashAt(uint256 from) internal view returns (bytes32 hash) {
        (uint256 xHigh, uint256 xLow, uint256 yHigh, uint256 yLow) = _wordsAt(from);
        if (!_isBelow(xHigh, xLow, P_HIGH, P_LOW) || !_isBelow(yHigh, yLow, P_HIGH, P_LOW)) return 0;
        (uint256 head, uint256 tail) = _compress(xHigh, xLow, yHigh, yLow);
        hash = _hash(head, tail);
    }

    /// @notice Whether both coordinates are below p, so that no point has two affine forms.
    function isCanonical(G1Point memory point) internal pure returns (bool) {
        return _isBelow(point.xHigh, point.xLow, P_HIGH, P_LOW) && _isBelow(point.yHigh, point.yLow, P_HIGH, P_LOW);
    }

    /// @notice Whether this is the point at infinity: all words are zero.
    function isInfinity(G1Point memory point) internal pure returns (bool) {
        return point.xHigh | point.xLow | point.yHigh | point.yLow == 0;
    }

    /// @notice The compressed form: 32 bytes, then the first 16 of `tail`.
    /// @param point Canonical.
    function compress(G1Point memory point) internal pure returns (uint256 head, uint256 tail) {
        return _compress(point.xHigh, point.xLow, point.yHigh, point.yLow);
    }

    /// @notice The name of the blob in a blob transaction: `0x01 ‖ sha256(compressed)[1:]` (EIP-4844).
    /// @param point Canonical.
    function versionedHash(G1Point memory point) internal view returns (bytes32) {
        (uint256 head, uint256 tail) = compress(point);
        return _hash(head, tail);
    }

    /// @notice The compressed forms of points, one after the other.
    function compressAll(G1Point[] memory points) internal pure returns (bytes memory compressed) {
        compressed = new bytes(COMPRESSED_BYTES * points.length);
        for (uint256 b; b < points.length; ++b) {
            (uint256 head, uint256 tail) = compress(points[b]);
            // 48 bytes a point: the tail is written first, ending with the point's last byte, and the head before it.
            assembly ("memory-safe") {
                let to := add(add(compressed, 0x20), mul(b, 48))
                mstore(add(to, 16), or(shl(128, head), shr(128, tail)))
                mstore(to, head)
            }
        }
    }

    /// @notice The affine forms of points, one after the other.
    function affineAll(G1Point[] memory points) internal pure returns (bytes memory affine) {
        affine = new bytes(AFFINE_BYTES * points.length);
        for (uint256 b; b < points.length; ++b) {
            (uint256 first, uint256 second, uint256 third) = toWords(points[b]);
            assembly ("memory-safe") {
                let to := add(add(affine, 0x20), mul(b, 96))
                mstore(to, first)
                mstore(add(to, 0x20), second)
                mstore(add(to, 0x40), third)
            }
        }
    }

    function _hash(uint256 head, uint256 tail) private view returns (bytes32 hash) {
        uint256 digest;
        bool success;
        // Equivalent to `sha256(abi.encodePacked(head, bytes16(tail)))` in scratch space; the precompile fails only when
        // gas runs out, and then the call must fail too.
        assembly ("memory-safe") {
            mstore(0x00, head)
            mstore(0x20, tail)
            success := staticcall(gas(), 0x02, 0x00, 48, 0x00, 0x20)
            digest := mload(0x00)
        }
        assert(success);
        hash = bytes32(VERSION | (digest << 8) >> 8);
    }

    /// @notice `sum += other` by G1ADD (EIP-2537), which knows infinity, doubling and opposite points.
    /// @return success Whether both are points of the curve; `sum` is as it was if not.
    function add(G1Point memory sum, G1Point memory other) internal view returns (bool success) {
        // Equivalent to `(success, answer) = address(0x0b).staticcall(bytes.concat(sum, other))`, the 256 bytes lying in
        // free memory and the answer of 128 bytes taking the place of `sum`. A failure returns no data; a chain without the
        // precompile returns success and no data: in both cases `sum` is unchanged.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mcopy(free, sum, 0x80)
            mcopy(add(free, 0x80), other, 0x80)
            success := staticcall(gas(), 0x0b, free, 0x100, sum, 0x80)
            success := and(success, eq(returndatasize(), 0x80))
        }
    }

    /// @notice `sum += other`, the other's affine form being at byte `from` of the calldata.
    /// @return success As of `add`.
    function addAt(G1Point memory sum, uint256 from) internal view returns (bool success) {
        (uint256 xHigh, uint256 xLow, uint256 yHigh, uint256 yLow) = _wordsAt(from);
        // Equivalent to `add(sum, G1Point(xHigh, xLow, yHigh, yLow))`, the other put where the precompile reads it.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mcopy(free, sum, 0x80)
            mstore(add(free, 0x80), xHigh)
            mstore(add(free, 0xa0), xLow)
            mstore(add(free, 0xc0), yHigh)
            mstore(add(free, 0xe0), yLow)
            success := staticcall(gas(), 0x0b, free, 0x100, sum, 0x80)
            success := and(success, eq(returndatasize(), 0x80))
        }
    }

    /// @notice `point ·= factor` by doubling and adding: cheaper than G1MSM below 2^8, and no other precompile.
    /// @param point On the curve.
    /// @param factor At least 1.
    /// @return success False only where the precompile is missing or gas ran out.
    function scale(G1Point memory point, uint256 factor) internal view returns (bool success) {
        success = true;
        if (factor == 1) return success;
        G1Point memory base = G1Point(point.xHigh, point.xLow, point.yHigh, point.yLow);
        uint256 bit = 1;
        while (bit <= factor >> 1) bit <<= 1;
        // The leading bit is `point` itself.
        for (bit >>= 1; bit != 0; bit >>= 1) {
            success = success && add(point, point);
            if (factor & bit != 0) success = success && add(point, base);
        }
    }

    /// @notice The point at storage slots `slot` to `slot + 2`: its affine form, 32 bytes a slot.
    function load(uint256 slot) internal view returns (G1Point memory point) {
        uint256 first;
        uint256 second;
        uint256 third;
        assembly ("memory-safe") {
            first := sload(slot)
            second := sload(add(slot, 1))
            third := sload(add(slot, 2))
        }
        return fromWords(first, second, third);
    }

    /// @notice Writes the point to storage slots `slot` to `slot + 2`.
    function store(uint256 slot, G1Point memory point) internal {
        (uint256 first, uint256 second, uint256 third) = toWords(point);
        assembly ("memory-safe") {
            sstore(slot, first)
            sstore(add(slot, 1), second)
            sstore(add(slot, 2), third)
        }
    }

    /// @notice The affine form as three words.
    function toWords(G1Point memory point) internal pure returns (uint256 first, uint256 second, uint256 third) {
        first = (point.xHigh << 128) | (point.xLow >> 128);
        second = (point.xLow << 128) | point.yHigh;
        third = point.yLow;
    }

    /// @notice The point whose affine form is these three words.
    function fromWords(uint256 first, uint256 second, uint256 third) internal pure returns (G1Point memory point) {
        point.xHigh = first >> 128;
        point.xLow = (first << 128) | (second >> 128);
        point.yHigh = second & type(uint128).max;
        point.yLow = third;
    }

    /// @dev Four words at bytes 0, 16, 48 and 64; the high ones are cut to their first 16 bytes.
    function _wordsAt(uint256 from) private pure returns (uint256 xHigh, uint256 xLow, uint256 yHigh, uint256 yLow) {
        assembly ("memory-safe") {
            xHigh := shr(128, calldataload(from))
            xLow := calldataload(add(from, 16))
            yHigh := shr(128, calldataload(add(from, 48)))
            yLow := calldataload(add(from, 64))
        }
    }

    function _compress(uint256 xHigh, uint256 xLow, uint256 yHigh, uint256 yLow)
        private
        pure
        returns (uint256 head, uint256 tail)
    {
        if (xHigh | xLow | yHigh | yLow == 0) return (IS_COMPRESSED | IS_INFINITY, 0);
        bool isGreater = _isBelow(HALF_HIGH, HALF_LOW, yHigh, yLow);
        // x < 2^381 leaves the three bits of the flags free.
        head = IS_COMPRESSED | (isGreater ? IS_GREATER : 0) | (xHigh << 128) | (xLow >> 128);
        tail = xLow << 128;
    }

    function _isBelow(uint256 high, uint256 low, uint256 limitHigh, uint256 limitLow) private pure returns (bool is_) {
        // Equivalent to `high < limitHigh || (high == limitHigh && low < limitLow)`, without jumps.
        assembly ("memory-safe") {
            is_ := or(lt(high, limitHigh), and(eq(high, limitHigh), lt(low, limitLow)))
        }
    }
}
