// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { TuttiMock } from "../../testing/TuttiMock.sol";

/// @notice The mock answers what it is told through the core's interface, and says what it has not been told.
contract TuttiMockTest is Test {
    bytes32 private constant ID = "federation";

    TuttiMock private mock;
    IFederation private core;
    int256[] private high;
    int256[] private low;

    function setUp() external {
        mock = new TuttiMock();
        core = IFederation(address(mock));
        high.push(2e18);
        low.push(-2e18);
    }

    function test_tell_answersEveryQuestionAlike() external {
        mock.tell(ID, 1, high);
        mock.tellOf(ID, "cold", 0, low);
        (uint32 version, int256[] memory outputs) = core.predict(ID, "warm");
        assertEq(version, 1);
        assertEq(outputs[0], 2e18);
        uint256 class;
        (version, class, outputs) = core.classify(ID, "cold");
        assertEq(version, 1);
        assertEq(class, 0);
        assertEq(outputs[0], -2e18);
        (class, outputs) = core.classifyAt(ID, 1, "warm");
        assertEq(class, 1);
        assertEq(core.predictAt(ID, 1, "cold")[0], -2e18);
        assertEq(core.predictWith(ID, "", "cold")[0], -2e18);
        (class,) = core.classifyWith(ID, "", "warm");
        assertEq(class, 1);
        assertTrue(core.modelOf(ID).isTrained);
        assertTrue(core.supportsInterface(0x01ffc9a7));
        assertEq(core.termsOf(ID).aggregator, address(mock));
    }

    function test_tellVersion_isWhatAnswersComeFrom() external {
        mock.tell(ID, 1, high);
        mock.tellVersion(ID, 7);
        (uint32 version,,) = core.classify(ID, "");
        assertEq(version, 7);
        core.classifyAt(ID, 6, "");
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.VersionNotSealed.selector, 8, 7));
        core.classifyAt(ID, 8, "");
        mock.tellVersion(ID, 0);
        assertFalse(core.modelOf(ID).isTrained);
    }

    function test_tellModel_thatIsNotSealedAnswersNothing() external {
        mock.tell(ID, 1, high);
        IFederation.Model memory model;
        mock.tellModel(ID, model);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotSealed.selector));
        core.predict(ID, "");
        assertEq(core.predictWith(ID, "", "")[0], 2e18);
    }

    function test_tellModel_isWhatModelOfSays() external {
        IFederation.Model memory model;
        (model.inputs, model.outputs, model.classes, model.round, model.isInMotion) = (4, 1, 2, 3, true);
        mock.tellModel(ID, model);
        assertEq(keccak256(abi.encode(core.modelOf(ID))), keccak256(abi.encode(model)));
        mock.tellVersion(ID, 9);
        assertEq(core.modelOf(ID).inputs, 4);
        assertEq(core.modelOf(ID).round, 9);
        mock.tellAggregator(ID, address(7));
        assertEq(core.termsOf(ID).aggregator, address(7));
    }

    function test_refuse_isWhatEveryQuestionMeets() external {
        mock.tell(ID, 1, high);
        bytes memory reason = abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, 3, 1);
        mock.refuse(ID, reason);
        vm.expectRevert(reason);
        core.predict(ID, "");
        vm.expectRevert(reason);
        core.classifyAt(ID, 1, "");
        mock.refuse(ID, "");
        (, int256[] memory outputs) = core.predict(ID, "");
        assertEq(outputs[0], 2e18);
    }

    function test_whatIsNotToldReverts() external {
        vm.expectRevert(abi.encodeWithSelector(TuttiMock.NotTold.selector, core.predict.selector));
        core.predict(ID, "");
        vm.expectRevert(abi.encodeWithSelector(TuttiMock.NotTold.selector, core.statusOf.selector));
        core.statusOf(ID);
    }
}
