// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { PackedTerms } from "../../src/terms/PackedTerms.sol";
import { Terms } from "../../src/types/Terms.sol";
import { Test } from "../Test.sol";

/// @notice Against the compiler's own copies of the same struct.
contract PackedTermsTest is Test {
    uint256 private constant SLOTS = 11;

    Terms private _own;
    Terms private _compilers;

    function testFuzz_store_writesWhatTheCompilerWould(Terms calldata terms) external {
        PackedTerms.store(_own, terms);
        _compilers = terms;
        for (uint256 i; i < SLOTS; ++i) {
            assertEq(_slotOf(_own, i), _slotOf(_compilers, i), vm.toString(i));
        }
        // Nothing beyond.
        assertEq(_slotOf(_compilers, SLOTS), 0);
    }

    function testFuzz_load_readsWhatTheCompilerWrote(Terms calldata terms) external {
        _compilers = terms;
        assertEq(abi.encode(PackedTerms.load(_compilers)), abi.encode(terms));
    }

    function testFuzz_read_takesWhatTheAbiDecoderTakes(Terms calldata terms) external view {
        assertEq(abi.encode(this.read(terms)), abi.encode(terms));
    }

    function test_read_refusesEachFieldThatIsTooWide() external view {
        Terms memory terms;
        uint16[29] memory widths = [
            256,
            256,
            256,
            256,
            128,
            128,
            128,
            32,
            32,
            32,
            160,
            32,
            32,
            32,
            160,
            16,
            16,
            16,
            16,
            8,
            8,
            8,
            1,
            160,
            32,
            32,
            32,
            160,
            128
        ];
        for (uint256 field; field < widths.length; ++field) {
            bytes memory input = abi.encodeCall(this.read, (terms));
            uint256 place = 36 + 32 * field;
            uint256 largest = widths[field] == 256 ? type(uint256).max : (1 << widths[field]) - 1;
            assembly ("memory-safe") {
                mstore(add(input, place), largest)
            }
            (bool success,) = address(this).staticcall(input);
            assertTrue(success, vm.toString(field));
            if (widths[field] == 256) continue;
            assembly ("memory-safe") {
                mstore(add(input, place), add(largest, 1))
            }
            (success,) = address(this).staticcall(input);
            assertFalse(success, vm.toString(field));
        }
    }

    function read(Terms calldata terms) external pure returns (Terms memory) {
        return PackedTerms.read(terms);
    }

    function _slotOf(Terms storage terms, uint256 offset) private view returns (bytes32 value) {
        assembly ("memory-safe") {
            value := sload(add(terms.slot, offset))
        }
    }
}
