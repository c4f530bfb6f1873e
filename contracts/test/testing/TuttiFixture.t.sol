// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { OutputKind } from "../../src/types/OutputKind.sol";
import { TuttiFixture } from "../../testing/TuttiFixture.sol";

/// @notice The fixture that others test with: one call, and a federation of the real contracts answers what was asked for.
contract TuttiFixtureTest is TuttiFixture {
    function test_openTrained_answersWithThePlaceOfTheLargestByte() external {
        (IFederation core, bytes32 id) = openTrained();
        (uint32 version, uint256 class, int256[] memory outputs) = core.classify(id, hex"07c809");
        assertEq(version, 1, "version");
        assertEq(class, 1, "class");
        assertEq(outputs.length, 3);
        assertEq(outputs[0], 7e18);
        assertEq(outputs[1], 200e18);
        assertEq(outputs[2], 9e18);
        IFederation.Model memory model = core.modelOf(id);
        assertTrue(model.isTrained && model.isInitialised && model.hasNetwork && !model.isInMotion);
        assertEq(model.inputs, 3);
        assertEq(model.classes, 3);
        assertEq(core.termsOf(id).aggregator, address(tuttiAggregator()));
    }

    function testFuzz_openTrained_hasTheParametersThatWereAskedFor(int8[8] calldata given, uint8 a, uint8 b, uint8 c)
        external
    {
        vm.assume(given[0] != 0);
        int8[] memory parameters = new int8[](8);
        for (uint256 i; i < 8; ++i) {
            parameters[i] = given[i];
        }
        (IFederation core, bytes32 id) = openTrained(3, 2, OutputKind.MultiLabel, parameters);
        (, int256[] memory outputs) = core.predict(id, abi.encodePacked(a, b, c));
        for (uint256 i; i < 2; ++i) {
            int256 expected = int256(given[3 * i]) * int256(uint256(a)) + int256(given[3 * i + 1]) * int256(uint256(b))
                + int256(given[3 * i + 2]) * int256(uint256(c)) + given[6 + i];
            assertEq(outputs[i], expected * 1e18);
        }
    }

    function test_openTrained_ofSeveralWords() external {
        int8[] memory parameters = new int8[](9000);
        parameters[0] = 3;
        parameters[8998] = -2;
        parameters[8999] = 5;
        (IFederation core, bytes32 id) = openTrained(8999, 1, OutputKind.Logistic, parameters);
        bytes memory input = new bytes(8999);
        (input[0], input[8998]) = (0x02, 0x01);
        (, uint256 class, int256[] memory outputs) = core.classify(id, input);
        assertEq(outputs[0], 9e18);
        assertEq(class, 1);
    }

    function test_trainTutti_addsToTheModelAndCountsTheRound() external {
        (IFederation core, bytes32 id) = openTrained();
        int8[] memory more = new int8[](12);
        more[11] = 100;
        for (uint256 i; i < 3; ++i) {
            trainTutti(id, more);
        }
        (uint32 version, uint256 class, int256[] memory outputs) = core.classify(id, hex"0a0a0a");
        assertEq(version, 4);
        assertEq(class, 2);
        assertEq(outputs[2], 310e18);
        assertEq(core.predictWith(id, tuttiWords(id), hex"0a0a0a"), outputs);
        (, outputs) = core.classifyAt(id, 1, hex"0a0a0a");
        assertEq(outputs[2], 10e18, "the versions before still answer");
    }

    function test_openUntrained_answersAndSaysThatItIsNot() external {
        bytes32 id = openUntrained(2, 1, OutputKind.Linear);
        IFederation.Model memory model = tuttiCore().modelOf(id);
        assertFalse(model.isTrained);
        assertEq(model.round, 0);
        (, int256[] memory outputs) = tuttiCore().predict(id, hex"ffff");
        assertEq(outputs[0], 0);
    }

    function test_federations_ofOneTestAreTold() external {
        (IFederation core, bytes32 first) = openTrained();
        (IFederation same, bytes32 second) = openTrained();
        assertEq(address(core), address(same));
        assertTrue(first != second);
    }

    function test_trainTutti_refusesAnotherCount() external {
        (, bytes32 id) = openTrained();
        vm.expectRevert(abi.encodeWithSelector(WrongParameterCount.selector, 11, 12));
        this.train(id, new int8[](11));
    }

    function train(bytes32 id, int8[] memory parameters) external {
        trainTutti(id, parameters);
    }
}
