// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { Codec } from "../../src/direct/lanes/Codec.sol";
import { Initial } from "../../src/direct/lanes/Initial.sol";
import { Lanes } from "../../src/direct/lanes/Lanes.sol";
import { Layer, DirectSetup, Tensor } from "../../src/types/DirectSetup.sol";
import { OutputKind } from "../../src/types/OutputKind.sol";
import { Test } from "../Test.sol";
import { FoldHarness } from "./rules/FoldHarness.sol";
import { NetworkHarness } from "./predict/NetworkHarness.sol";

/// @title Shared vectors of the direct path
/// @notice `vectors/*.json` are written by plain loops that share no code with either twin; TypeScript reads them too.
contract DirectVectorsTest is Test {
    function test_lanes_equalVectors() external view {
        string memory json = vm.readFile("../vectors/lanes.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 c; c < count; ++c) {
            uint256 width = vm.parseJsonUint(json, _path("cases", c, "laneBits"));
            int256[] memory lanes = vm.parseJsonIntArray(json, _path("cases", c, "lanes"));
            uint256 word = uint256(vm.parseJsonBytes32(json, _path("cases", c, "word")));
            uint256 stored = uint256(vm.parseJsonBytes32(json, _path("cases", c, "stored")));
            uint256 written = Lanes.bias(width);
            for (uint256 j; j < lanes.length; ++j) {
                assertEq(Lanes.read(stored, width, j), lanes[j]);
                written = Lanes.write(written, width, j, lanes[j]);
            }
            assertEq(written, stored);
            unchecked {
                assertEq(word + Lanes.bias(width), stored);
            }
        }
    }

    function test_codec_equalsVectors() external {
        string memory json = vm.readFile("../vectors/codec.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        FoldHarness harness = new FoldHarness();
        for (uint256 c; c < count; ++c) {
            uint256 bits = vm.parseJsonUint(json, _path("cases", c, "bits"));
            uint256 width = vm.parseJsonUint(json, _path("cases", c, "laneBits"));
            int256[] memory values = vm.parseJsonIntArray(json, _path("cases", c, "values"));
            bytes memory payload = vm.parseJsonBytes(json, _path("cases", c, "payload"));
            harness.check(payload, values.length, width, bits);
            for (uint256 p; p < values.length; ++p) {
                uint256 word = harness.wordAt(payload, p / (256 / bits));
                assertEq(Codec.valueAt(word, width, bits, p % (256 / bits)), values[p]);
            }
        }
        count = vm.parseJsonUint(json, ".refusedCount");
        for (uint256 c; c < count; ++c) {
            bool isLength =
                keccak256(bytes(vm.parseJsonString(json, _path("refused", c, "reason")))) == keccak256("length");
            vm.expectPartialRevert(
                isLength ? IAggregatorErrors.WrongPayloadLength.selector : Codec.NonZeroPadding.selector
            );
            harness.check(
                vm.parseJsonBytes(json, _path("refused", c, "payload")),
                vm.parseJsonUint(json, _path("refused", c, "length")),
                vm.parseJsonUint(json, _path("refused", c, "laneBits")),
                vm.parseJsonUint(json, _path("refused", c, "bits"))
            );
        }
    }

    function test_sum_equalsVectors() external {
        string memory json = vm.readFile("../vectors/sum.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 c; c < count; ++c) {
            FoldHarness harness = new FoldHarness();
            bytes memory expected = vm.parseJsonBytes(json, _path("cases", c, "after"));
            bytes memory words = harness.fold(
                vm.parseJsonUint(json, _path("cases", c, "laneBits")),
                vm.parseJsonUint(json, _path("cases", c, "bits")),
                vm.parseJsonUint(json, _path("cases", c, "length")),
                vm.parseJsonUint(json, _path("cases", c, "members")),
                vm.parseJsonUint(json, _path("cases", c, "gain")),
                vm.parseJsonBytes(json, _path("cases", c, "before")),
                vm.parseJsonBytes(json, _path("cases", c, "data"))
            );
            assertEq(words, expected, vm.toString(c));
            assertEq(keccak256(words), vm.parseJsonBytes32(json, _path("cases", c, "modelHash")));
        }
    }

    function test_initial_equalsVectors() external view {
        string memory json = vm.readFile("../vectors/initial.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 c; c < count; ++c) {
            uint256[] memory lengths = vm.parseJsonUintArray(json, _path("cases", c, "tensorLengths"));
            uint256[] memory amplitudes = vm.parseJsonUintArray(json, _path("cases", c, "tensorAmplitudes"));
            Tensor[] memory tensors = new Tensor[](lengths.length);
            for (uint256 t; t < tensors.length; ++t) {
                tensors[t] = Tensor(uint32(lengths[t]), uint32(amplitudes[t]));
            }
            uint256 width = vm.parseJsonUint(json, _path("cases", c, "laneBits"));
            bytes32 seed = vm.parseJsonBytes32(json, _path("cases", c, "seed"));
            bytes memory stored = vm.parseJsonBytes(json, _path("cases", c, "stored"));
            uint256[] memory words = Initial.seeded(seed, width, tensors, 0, stored.length / 32);
            assertEq(abi.encodePacked(words), stored, vm.toString(c));
        }
    }

    function test_network_equalsVectors() external {
        string memory json = vm.readFile("../vectors/network.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 c; c < count; ++c) {
            NetworkHarness harness = new NetworkHarness();
            DirectSetup memory setup;
            setup.outputKind = OutputKind(vm.parseJsonUint(json, _path("cases", c, "outputKind")));
            setup.inputZero = uint8(vm.parseJsonUint(json, _path("cases", c, "inputZero")));
            setup.outputMultiplier = vm.parseJsonInt(json, _path("cases", c, "outputMultiplier"));
            setup.outputOffset = vm.parseJsonInt(json, _path("cases", c, "outputOffset"));
            setup.layers = _layers(json, c);
            (uint256 class, int256[] memory outputs) = harness.classify(
                vm.parseJsonUint(json, _path("cases", c, "laneBits")),
                setup,
                vm.parseJsonBytes(json, _path("cases", c, "model")),
                vm.parseJsonBytes(json, _path("cases", c, "input"))
            );
            int256[] memory expected = vm.parseJsonIntArray(json, _path("cases", c, "outputs"));
            assertEq(outputs.length, expected.length);
            for (uint256 i; i < outputs.length; ++i) {
                assertEq(outputs[i], expected[i], vm.toString(c));
            }
            assertEq(class, vm.parseJsonUint(json, _path("cases", c, "class")), vm.toString(c));
        }
    }

    function _layers(string memory json, uint256 c) private pure returns (Layer[] memory layers) {
        uint256[] memory inputs = vm.parseJsonUintArray(json, _path("cases", c, "layerInputs"));
        uint256[] memory outputs = vm.parseJsonUintArray(json, _path("cases", c, "layerOutputs"));
        uint256[] memory multipliers = vm.parseJsonUintArray(json, _path("cases", c, "layerBiasMultipliers"));
        uint256[] memory shifts = vm.parseJsonUintArray(json, _path("cases", c, "layerShifts"));
        layers = new Layer[](inputs.length);
        for (uint256 l; l < layers.length; ++l) {
            layers[l] = Layer(uint32(inputs[l]), uint32(outputs[l]), uint32(multipliers[l]), uint8(shifts[l]));
        }
    }

    function _path(string memory list, uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "].", field);
    }
}
