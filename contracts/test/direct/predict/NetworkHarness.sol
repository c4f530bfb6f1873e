// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Network } from "../../../src/direct/predict/Network.sol";
import { DirectSetup } from "../../../src/types/DirectSetup.sol";
import { OutputKind } from "../../../src/types/OutputKind.sol";

/// @notice A network over words at slot 0 and after.
contract NetworkHarness {
    function store(bytes calldata words) external {
        for (uint256 k; k < words.length / 32; ++k) {
            bytes32 word = bytes32(words[32 * k:32 * k + 32]);
            assembly ("memory-safe") {
                sstore(k, word)
            }
        }
    }

    function classify(uint256 laneBits, DirectSetup calldata setup, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs)
    {
        bytes memory network = Network.encode(setup);
        outputs = Network.outputs(network, 0, laneBits, input);
        class = Network.classOf(network, outputs);
    }

    function classOf(OutputKind kind, int256[] calldata values) external pure returns (uint256) {
        DirectSetup memory setup;
        setup.outputKind = kind;
        return Network.classOf(Network.encode(setup), values);
    }
}
