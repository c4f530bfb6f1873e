// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FieldLanes } from "./FieldLanes.sol";

/// @title Opening
/// @notice Proof that a blob holds a value at a place, by the point-evaluation precompile (EIP-4844).
/// @dev A blob is a polynomial of degree below 4,096 in evaluation form: word k as serialised is its value at
///      `ω^brp(k)`, ω the 4,096th root of unity of EIP-4844, brp the reversal of 12 bits. So an opening at that point
///      shows the word itself. It trusts the powers of tau of Ethereum's KZG ceremony.
library Opening {
    /// @dev ω = 7^((r − 1)/4,096) mod r.
    uint256 private constant ROOT = 0x564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306;
    uint256 private constant INDEX_BITS = 12;

    /// @notice The point at which a blob's polynomial has the value of word `word`: `ω^brp(word)`.
    /// @param word Below 4,096.
    function evaluationPoint(uint256 word) internal view returns (uint256 point) {
        uint256 exponent;
        for (uint256 i; i < INDEX_BITS; ++i) {
            exponent |= ((word >> i) & 1) << (INDEX_BITS - 1 - i);
        }
        uint256 root = ROOT;
        uint256 modulus = FieldLanes.MODULUS;
        bool success;
        // Equivalent to `ROOT ** exponent % MODULUS` by MODEXP (EIP-198): three lengths, then base, exponent, modulus.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, 0x20)
            mstore(add(free, 0x20), 0x20)
            mstore(add(free, 0x40), 0x20)
            mstore(add(free, 0x60), root)
            mstore(add(free, 0x80), exponent)
            mstore(add(free, 0xa0), modulus)
            success := staticcall(gas(), 0x05, free, 0xc0, free, 0x20)
            point := mload(free)
        }
        assert(success);
    }

    /// @notice Whether the polynomial of the blob with this `versionedHash` has the value `value` at `point`.
    /// @param value The precompile refuses it unless it is below r.
    /// @param commitment The blob's commitment, compressed, 48 bytes.
    /// @param proof Of the opening, compressed, 48 bytes.
    function verify(bytes32 versionedHash, uint256 point, bytes32 value, bytes memory commitment, bytes memory proof)
        internal
        view
        returns (bool)
    {
        if (commitment.length != 48 || proof.length != 48) return false;
        bytes memory input = bytes.concat(versionedHash, bytes32(point), value, commitment, proof);
        bool success;
        uint256 words;
        uint256 modulus;
        // Equivalent to `(success, answer) = address(0x0a).staticcall(input)`, keeping two words in scratch space. The
        // answer is checked because a chain without the precompile answers success and nothing.
        assembly ("memory-safe") {
            success := staticcall(gas(), 0x0a, add(input, 0x20), mload(input), 0x00, 0x40)
            success := and(success, eq(returndatasize(), 0x40))
            words := mload(0x00)
            modulus := mload(0x20)
        }
        return success && words == FieldLanes.BLOB_WORDS && modulus == FieldLanes.MODULUS;
    }
}
