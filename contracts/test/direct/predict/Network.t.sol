// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Network } from "../../../src/direct/predict/Network.sol";
import { Layer, DirectSetup } from "../../../src/types/DirectSetup.sol";
import { OutputKind } from "../../../src/types/OutputKind.sol";
import { DirectFixture } from "../DirectFixture.sol";
import { NetworkHarness } from "./NetworkHarness.sol";

/// @notice The packed forward pass against a plain loop over integers.
contract NetworkTest is DirectFixture {
    function setUp() public override { }

    function testFuzz_outputs_equalPlainLoop(uint256 seed, uint256 a, uint256 b, uint256 c, bool isWide) external {
        uint256[] memory sizes = sizesOf(bound(a, 1, 70), bound(b, 1, 20), bound(c, 1, 6));
        uint8[3] memory zeros = [0, 128, 255];
        _check(seed, sizes, isWide ? 32 : 16, zeros[seed % 3], false);
    }

    /// @dev Weights at −2^(laneBits−1) and 2^(laneBits−1) − 1, inputs at 0 and 255, rows longer than two blocks.
    function test_outputs_atTheExtremes() external {
        for (uint256 seed; seed < 8; ++seed) {
            uint8 zero = seed % 2 == 0 ? 0 : 128;
            _check(seed, sizesOf(784, 5, 3), 16, zero, true);
            _check(seed, sizesOf(275, 4, 3), 32, zero, true);
            _check(seed, sizesOf(523, 3, 2), 16, seed % 2 == 0 ? 255 : 127, true);
        }
    }

    function test_outputs_ofAlignedRowsByFivesAndFours() external {
        for (uint256 rows = 1; rows < 25; ++rows) {
            _check(rows, sizesOf(48, rows, 2), 16, 0, false);
            _check(rows, sizesOf(272, rows, 2), 16, 128, true);
        }
    }

    function test_outputs_ofOneLayer() external {
        uint256[] memory sizes = new uint256[](2);
        (sizes[0], sizes[1]) = (13, 1);
        _check(1, sizes, 16, 0, false);
    }

    function test_classOf_followsTheKind() external {
        NetworkHarness harness = new NetworkHarness();
        int256[] memory values = new int256[](4);
        (values[0], values[1], values[2], values[3]) = (-1, 7, 0, 7);
        assertEq(harness.classOf(OutputKind.Softmax, values), 1, "lowest index on ties");
        assertEq(harness.classOf(OutputKind.MultiLabel, values), 10, "bits of the positive ones");
        assertEq(harness.classOf(OutputKind.Logistic, values), 0, "not positive");
        values[0] = 1;
        assertEq(harness.classOf(OutputKind.Logistic, values), 1, "positive");
        assertEq(harness.classOf(OutputKind.Linear, values), 0, "no class");
    }

    function test_outputs_refuseOtherInputLengths() external {
        NetworkHarness harness = new NetworkHarness();
        DirectSetup memory setup = withLayers(plainSetup(1), sizesOf(5, 2, 1));
        vm.expectRevert(abi.encodeWithSelector(Network.WrongInputLength.selector, 4, 5));
        harness.classify(16, setup, "", new bytes(4));
        vm.expectRevert(abi.encodeWithSelector(Network.WrongInputLength.selector, 6, 5));
        harness.classify(16, setup, "", new bytes(6));
    }

    function _check(uint256 seed, uint256[] memory sizes, uint256 laneBits, uint8 zero, bool isExtreme) private {
        int256[] memory parameters = new int256[](parametersOf(sizes));
        int256 half = int256(1 << (laneBits - 1));
        for (uint256 p; p < parameters.length; ++p) {
            uint256 r = uint256(hashOf(seed, p));
            bool isEdge = isExtreme && (seed < 4 || r % 4 != 0);
            if (!isEdge) parameters[p] = int256((r >> 8) % (2 * uint256(half))) - half;
            else if (seed % 4 == 0) parameters[p] = half - 1;
            else if (seed % 4 == 1) parameters[p] = -half;
            else parameters[p] = r % 8 < 4 ? -half : half - 1;
        }
        bytes memory input = new bytes(sizes[0]);
        for (uint256 j; j < input.length; ++j) {
            uint256 r = uint256(hashOf(seed, 1e9 + j));
            if (isExtreme) r = seed < 4 ? 255 : (r % 2) * 255;
            input[j] = bytes1(uint8(r));
        }
        DirectSetup memory setup = withLayers(plainSetup(parameters.length), sizes);
        setup.inputZero = zero;
        setup.outputMultiplier = seed % 2 == 0 ? int256(1e9) : -int256(7);
        setup.outputOffset = int256(seed % 1000) - 500;
        for (uint256 l; l < setup.layers.length; ++l) {
            setup.layers[l].biasMultiplier = uint32(1 + uint256(hashOf(seed, 2e9 + l)) % 5000);
            if (setup.layers[l].shift != 0) setup.layers[l].shift = uint8(1 + uint256(hashOf(seed, 3e9 + l)) % 40);
        }
        NetworkHarness harness = new NetworkHarness();
        bytes memory words = encodeModel(parameters, 0, parameters.length, laneBits);
        (, int256[] memory outputs) = harness.classify(laneBits, setup, words, input);
        int256[] memory expected = _plain(parameters, setup, input);
        assertEq(outputs.length, expected.length);
        for (uint256 i; i < outputs.length; ++i) {
            assertEq(outputs[i], expected[i]);
        }
    }

    function _plain(int256[] memory parameters, DirectSetup memory setup, bytes memory input)
        private
        pure
        returns (int256[] memory acc)
    {
        int256[] memory x = new int256[](input.length);
        for (uint256 j; j < input.length; ++j) {
            x[j] = int256(uint256(uint8(input[j]))) - int256(uint256(setup.inputZero));
        }
        uint256 at;
        for (uint256 l; l < setup.layers.length; ++l) {
            Layer memory layer = setup.layers[l];
            acc = new int256[](layer.outputs);
            for (uint256 i; i < acc.length; ++i) {
                for (uint256 j; j < x.length; ++j) {
                    acc[i] += parameters[at++] * x[j];
                }
            }
            for (uint256 i; i < acc.length; ++i) {
                acc[i] += int256(uint256(layer.biasMultiplier)) * parameters[at++];
            }
            if (l + 1 == setup.layers.length) break;
            x = new int256[](acc.length);
            for (uint256 i; i < acc.length; ++i) {
                int256 value = acc[i] < 0 ? int256(0) : acc[i];
                value = (value + int256(1 << (layer.shift - 1))) >> layer.shift;
                x[i] = value > 255 ? int256(255) : value;
            }
        }
        for (uint256 i; i < acc.length; ++i) {
            acc[i] = acc[i] * setup.outputMultiplier + setup.outputOffset;
        }
    }
}
