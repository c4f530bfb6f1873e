// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "@tutti/contracts/src/interfaces/IFederation.sol";
import { TuttiMock } from "@tutti/contracts/testing/TuttiMock.sol";

/// @notice A contract of another project, which asks a model.
contract Consumer {
    function classOf(IFederation core, bytes32 id, bytes calldata input) external view returns (uint256 class) {
        (, class,) = core.classify(id, input);
    }
}

/// @notice Its test.
contract ConsumerTest {
    function test_asks_a_model() external {
        TuttiMock mock = new TuttiMock();
        mock.tell("id", 7, new int256[](10));
        require(new Consumer().classOf(IFederation(address(mock)), "id", hex"00") == 7, "not the model's answer");
    }
}
