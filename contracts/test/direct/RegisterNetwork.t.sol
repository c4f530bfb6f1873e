// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectTerms } from "../../src/direct/DirectTerms.sol";
import { Layer, DirectSetup } from "../../src/types/DirectSetup.sol";
import { OutputKind } from "../../src/types/OutputKind.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice Networks that the model cannot be are refused one by one: 4-3-2 has 23 parameters.
contract RegisterNetworkTest is DirectFixture {
    function test_network_ofTheModelIsTakenUp() external {
        register("x", plainTerms(16, 4, 23), _setup());
        _checkNetwork("x", 4, 2, OutputKind.Softmax);
    }

    function test_networkShape_saysWhatTheSetupSays() external {
        DirectSetup memory setup = _setup();
        setup.outputKind = OutputKind.MultiLabel;
        register("two", plainTerms(16, 4, 23), setup);
        _checkNetwork("two", 4, 2, OutputKind.MultiLabel);
        setup = plainSetup(6);
        setup.outputKind = OutputKind.Linear;
        setup.layers = new Layer[](1);
        setup.layers[0] = Layer(5, 1, 1, 0);
        setup.outputMultiplier = 1;
        register("one", plainTerms(16, 4, 6), setup);
        _checkNetwork("one", 5, 1, OutputKind.Linear);
        register("none", plainTerms(16, 4, 23), plainSetup(23));
        _checkNetwork("none", 0, 0, OutputKind.Softmax);
    }

    function _checkNetwork(bytes32 id, uint256 inputs, uint256 outputs, OutputKind kind) private view {
        (uint32 actualInputs, uint32 actualOutputs, OutputKind actualKind) = aggregator.networkShape(id);
        assertEq(actualInputs, inputs, "inputs");
        assertEq(actualOutputs, outputs, "outputs");
        assertEq(uint256(actualKind), uint256(kind), "kind");
    }

    function test_layers_areNotEmpty() external {
        DirectSetup memory setup = _setup();
        setup.layers[0].inputs = 0;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.EmptyLayer.selector, 0));
        setup = _setup();
        setup.layers[1].outputs = 0;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.EmptyLayer.selector, 1));
    }

    function test_layers_areConnected() external {
        DirectSetup memory setup = _setup();
        setup.layers[1].inputs = 4;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.LayersUnconnected.selector, 1, 4, 3));
    }

    function test_layers_haveTheParametersOfTheModel() external {
        DirectSetup memory setup = _setup();
        setup.layers[1].outputs = 3;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.LayersMismatch.selector, 27, 23));
    }

    function test_biases_countSomething() external {
        DirectSetup memory setup = _setup();
        setup.layers[1].biasMultiplier = 0;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.ZeroBiasMultiplier.selector, 1));
    }

    function test_shifts_areOfAllLayersButTheLast() external {
        DirectSetup memory setup = _setup();
        setup.layers[0].shift = 0;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.InvalidLayerShift.selector, 0, 0));
        setup = _setup();
        setup.layers[1].shift = 1;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.InvalidLayerShift.selector, 1, 1));
    }

    function test_outputs_fitTheKindOfAnswer() external {
        DirectSetup memory setup = _setup();
        setup.outputKind = OutputKind.Logistic;
        _refuse(setup, abi.encodeWithSelector(DirectTerms.InvalidOutputs.selector, 2, 1));
        setup.outputKind = OutputKind.MultiLabel;
        register("labels", plainTerms(16, 4, 23), setup);
        setup = plainSetup(514);
        setup.outputKind = OutputKind.MultiLabel;
        setup.layers = new Layer[](1);
        setup.layers[0] = Layer(1, 257, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(DirectTerms.InvalidOutputs.selector, 257, 256));
        register("many labels", plainTerms(16, 4, 514), setup);
    }

    /// @dev The last layer's accumulator is below `(3 · 255 + 1) · 2^15`.
    function test_outputs_cannotOverflow() external {
        uint256 accumulator = 766 << 15;
        int256 most = type(int256).max / int256(accumulator);
        DirectSetup memory setup = _setup();
        bytes memory error_ = abi.encodeWithSelector(DirectTerms.OutputOverflow.selector, accumulator);
        setup.outputMultiplier = most + 1;
        _refuse(setup, error_);
        setup.outputMultiplier = -most - 1;
        _refuse(setup, error_);
        setup.outputMultiplier = type(int256).min;
        _refuse(setup, error_);
        setup.outputMultiplier = 1;
        setup.outputOffset = type(int256).max;
        _refuse(setup, error_);
        setup.outputOffset = type(int256).min;
        _refuse(setup, error_);
        setup.outputOffset = 0;
        setup.outputMultiplier = most;
        register("edge", plainTerms(16, 4, 23), setup);
    }

    function _setup() private pure returns (DirectSetup memory) {
        return withLayers(plainSetup(23), sizesOf(4, 3, 2));
    }

    function _refuse(DirectSetup memory setup, bytes memory error_) private {
        Terms memory terms = plainTerms(16, 4, 23);
        vm.expectRevert(error_);
        aggregator.register("refused", terms, abi.encode(setup));
    }
}
