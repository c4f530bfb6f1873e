// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "../../../src/direct/lanes/Codec.sol";
import { SumRule } from "../../../src/direct/rules/SumRule.sol";

/// @notice The sum rule over words in calldata, and the checks of a payload.
contract FoldHarness {
    function check(bytes calldata payload, uint256 length, uint256 laneBits, uint256 bits) external pure {
        Codec.check(payload, length, laneBits, bits);
    }

    function wordAt(bytes calldata payload, uint256 index) external pure returns (uint256) {
        return uint256(bytes32(payload[32 * index:32 * index + 32]));
    }

    /// @notice Adds the payloads to the words `before`.
    function fold(
        uint256 laneBits,
        uint256 bits,
        uint256 length,
        uint256 members,
        uint256 gain,
        bytes calldata before,
        bytes calldata data
    ) external pure returns (bytes memory) {
        uint256 from;
        uint256 model;
        assembly ("memory-safe") {
            from := data.offset
            model := before.offset
        }
        uint256[] memory words = SumRule.addTo(model, length, laneBits, bits, gain, from, members);
        return abi.encodePacked(words);
    }
}
