// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Network } from "../../../src/direct/predict/Network.sol";
import { DirectSetup } from "../../../src/types/DirectSetup.sol";
import { OutputKind } from "../../../src/types/OutputKind.sol";

/// @notice A network over words that are handed in.
contract NetworkHarness {
    function classify(uint256 laneBits, DirectSetup calldata setup, bytes memory words, bytes calldata input)
        external
        pure
        returns (uint256 class, int256[] memory outputs)
    {
        bytes memory network = Network.encode(setup);
        uint256 place;
        assembly ("memory-safe") {
            place := add(words, 0x20)
        }
        outputs = Network.outputs(_placeOf(network), place, laneBits, input);
        class = Network.classOf(_placeOf(network), outputs);
    }

    function classOf(OutputKind kind, int256[] calldata values) external pure returns (uint256) {
        DirectSetup memory setup;
        setup.outputKind = kind;
        return Network.classOf(_placeOf(Network.encode(setup)), values);
    }

    function _placeOf(bytes memory network) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(network, 0x20)
        }
    }
}
