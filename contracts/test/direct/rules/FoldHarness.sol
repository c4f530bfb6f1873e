// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "../../../src/direct/lanes/Codec.sol";
import { SumRule } from "../../../src/direct/rules/SumRule.sol";

/// @notice The sum rule over words at slot 0 and after, and the checks of a payload.
contract FoldHarness {
    function check(bytes calldata payload, uint256 length, uint256 laneBits, uint256 bits) external pure {
        Codec.check(payload, length, laneBits, bits);
    }

    function wordAt(bytes calldata payload, uint256 index) external pure returns (uint256) {
        return uint256(bytes32(payload[32 * index:32 * index + 32]));
    }

    /// @notice Stores `before`, folds the payloads in and returns the words.
    function fold(
        uint256 laneBits,
        uint256 bits,
        uint256 length,
        uint256 members,
        uint256 gain,
        bytes calldata before,
        bytes calldata data
    ) external returns (bytes memory) {
        for (uint256 k; k < before.length / 32; ++k) {
            bytes32 word = bytes32(before[32 * k:32 * k + 32]);
            assembly ("memory-safe") {
                sstore(k, word)
            }
        }
        uint256 from;
        assembly ("memory-safe") {
            from := data.offset
        }
        uint256[] memory words = SumRule.addTo(0, length, laneBits, bits, gain, from, members);
        return abi.encodePacked(words);
    }
}
