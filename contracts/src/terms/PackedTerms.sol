// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../types/Terms.sol";

/// @title PackedTerms
/// @notice Copies terms between calldata, memory and storage, by one table of the fields' widths.
/// @dev Equivalent to assignments of whole structs, which the compiler writes out field by field: 1.3 kilobytes more, and
///      the core would not fit under EIP-170. Storage follows the layout of Solidity: fields in order, from the lowest
///      bit up, each in the next slot if it does not fit into what is left of this one.
library PackedTerms {
    uint256 private constant FIELDS = 29;
    /// @dev Bytes of each field, in the order of `Terms`: one byte a field, the first the highest.
    uint256 private constant WIDTHS = 0x2020202010101004040414040404140202020201010101140404041410000000;

    /// @notice `given` in memory. Reverts without a reason, as the ABI decoder does, if a value is wider than its field.
    function read(Terms calldata given) internal pure returns (Terms memory terms) {
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, FIELDS) { i := add(i, 1) } {
                let value := calldataload(add(given, shl(5, i)))
                // A shift by 256 leaves nothing.
                if shr(shl(3, byte(i, WIDTHS)), value) { revert(0, 0) }
                mstore(add(terms, shl(5, i)), value)
            }
            // `isPrivateNetwork`, field 22, is true or false.
            if gt(mload(add(terms, 0x2c0)), 1) { revert(0, 0) }
        }
    }

    /// @notice Equivalent to `to = terms`, into empty storage.
    function store(Terms storage to, Terms memory terms) internal {
        assembly ("memory-safe") {
            let slot := to.slot
            let word := 0
            let place := 0
            for { let i := 0 } lt(i, FIELDS) { i := add(i, 1) } {
                let width := shl(3, byte(i, WIDTHS))
                if gt(add(place, width), 256) {
                    sstore(slot, word)
                    slot := add(slot, 1)
                    word := 0
                    place := 0
                }
                word := or(word, shl(place, mload(add(terms, shl(5, i)))))
                place := add(place, width)
            }
            sstore(slot, word)
        }
    }

    /// @notice Equivalent to `terms = from`.
    function load(Terms storage from) internal view returns (Terms memory terms) {
        assembly ("memory-safe") {
            let slot := from.slot
            let word := sload(slot)
            let place := 0
            for { let i := 0 } lt(i, FIELDS) { i := add(i, 1) } {
                let width := shl(3, byte(i, WIDTHS))
                if gt(add(place, width), 256) {
                    slot := add(slot, 1)
                    word := sload(slot)
                    place := 0
                }
                // Two to the 256 is zero, less one all bits.
                mstore(add(terms, shl(5, i)), and(shr(place, word), sub(shl(width, 1), 1)))
                place := add(place, width)
            }
        }
    }
}
