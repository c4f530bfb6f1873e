// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LayerContext } from "./LayerContext.sol";
import { Layer, DirectSetup } from "../../types/DirectSetup.sol";
import { OutputKind } from "../../types/OutputKind.sol";
import { Lanes } from "../lanes/Lanes.sol";
import { PackedInputs } from "./PackedInputs.sol";
import { Products } from "./Products.sol";

/// @title Network
/// @notice The forward pass of dense layers with ReLU in integers, the model's words in memory.
/// @dev Layer by layer: `PackedInputs` makes multipliers of the activations, `Products` multiplies rows of words by them, and
///      the sums become the next activations. A field is `f = w + 2^(laneBits−1)`: what that adds is subtracted from
///      the sums.
///      A row that begins inside a word meets inputs packed for that alignment; foreign lanes meet zeros.
library Network {
    /// @notice An input has one byte for each input of the first layer.
    error WrongInputLength(uint256 length, uint256 expected);

    /// @notice The part of a setup that a forward pass needs, in words: kind, zero and count; scale; offset; one a layer.
    /// @dev To decode a whole setup at each prediction would cost more than the last layer.
    function encode(DirectSetup memory setup) internal pure returns (bytes memory network) {
        uint256[] memory words = new uint256[](3 + setup.layers.length);
        words[0] = uint256(setup.outputKind) | uint256(setup.inputZero) << 8 | setup.layers.length << 16;
        words[1] = uint256(setup.outputMultiplier);
        words[2] = uint256(setup.outputOffset);
        for (uint256 k; k < setup.layers.length; ++k) {
            Layer memory layer = setup.layers[k];
            words[3 + k] = uint256(layer.inputs) | uint256(layer.outputs) << 32 | uint256(layer.biasMultiplier) << 64
                | uint256(layer.shift) << 96;
        }
        network = abi.encodePacked(words);
    }

    /// @notice Inputs of the first layer, outputs of the last, and how these become a class.
    /// @param network Memory of the words of `encode`.
    function shapeOf(uint256 network) internal pure returns (uint32 inputs, uint32 outputs_, OutputKind kind) {
        uint256 head = _wordAt(network, 0);
        inputs = uint32(_wordAt(network, 3));
        outputs_ = uint32(_wordAt(network, 2 + (head >> 16)) >> 32);
        kind = OutputKind(head & 0xff);
    }

    /// @notice Outputs of the network in fixed point: `acc · outputMultiplier + outputOffset` of each last accumulator.
    /// @param network Memory of the words of `encode`.
    /// @param words Memory of the model's first word.
    /// @param input One byte a feature, as many as the first layer has inputs.
    function outputs(uint256 network, uint256 words, uint256 laneBits, bytes calldata input)
        internal
        pure
        returns (int256[] memory values)
    {
        uint256 layer = _wordAt(network, 3);
        if (input.length != uint32(layer)) revert WrongInputLength(input.length, uint32(layer));
        uint256 activations = PackedInputs.allocate(input.length + 2 * PackedInputs.MARGIN) + PackedInputs.MARGIN;
        assembly ("memory-safe") {
            calldatacopy(activations, input.offset, input.length)
        }
        LayerContext memory context;
        context.words = words;
        context.laneBits = laneBits;
        context.lanes = 256 / laneBits;
        context.evens = Lanes.evens(laneBits);
        context.activations = activations;
        uint256 count = _wordAt(network, 0) >> 16;
        // Bounded at registration: lanes have 16 or 32 bits, and `DirectTerms` refuses sizes that do not sum to the dimension.
        unchecked {
            context.mask = (1 << laneBits) - 1;
            context.zero = (_wordAt(network, 0) >> 8) & 0xff;
            context.bias = 2 * Products.BLOCK * (128 / laneBits) * ((1 << laneBits) - 1) * context.zero;
            context.start = Lanes.ones(2 * laneBits) * context.bias;
            values = _layer(context, layer, 0);
            uint256 parameter = uint256(uint32(layer >> 32)) * uint32(layer); // the first bias of the layer
            (context.zero, context.bias, context.start) = (0, 0, 0);
            for (uint256 k = 4; k < count + 3; ++k) {
                _activate(context, values, parameter);
                parameter += values.length;
                layer = _wordAt(network, k);
                values = _layer(context, layer, parameter);
                parameter += values.length * uint32(layer);
            }
            _answer(context, values, parameter, _wordAt(network, 1), _wordAt(network, 2));
        }
    }

    /// @notice The class that outputs stand for: softmax, the largest, lowest index on ties; logistic, 1 if positive;
    ///         multi-label, bit i if output i is positive; linear, always 0.
    /// @param network Memory of the words of `encode`.
    function classOf(uint256 network, int256[] memory values) internal pure returns (uint256 class) {
        OutputKind kind = OutputKind(_wordAt(network, 0) & 0xff);
        if (kind == OutputKind.Softmax) {
            // Equivalent to `for (i = 1; i < values.length; ++i) if (values[i] > values[class]) class = i;`
            assembly ("memory-safe") {
                let from := add(values, 0x20)
                let largest := mload(from)
                let place := from
                for { let end := add(from, shl(5, mload(values))) } xor(place, end) { place := add(place, 0x20) } {
                    if sgt(mload(place), largest) {
                        largest := mload(place)
                        class := shr(5, sub(place, from))
                    }
                }
            }
        } else if (kind == OutputKind.Logistic) {
            class = values[0] > 0 ? 1 : 0;
        } else if (kind == OutputKind.MultiLabel) {
            for (uint256 i; i < values.length; ++i) {
                if (values[i] > 0) class |= 1 << i;
            }
        }
    }

    /// @dev `acc_i = Σ_j f_ij · (u_j − zero)` of the fields from parameter `parameter` on; `offset` is what to subtract.
    ///      Rows of whole words all have the same alignment, and five or four of them share one reading of the inputs.
    ///      Sizes are below 2^32 and model words below 2^17; accumulators stay below 2^72 by the types of their factors.
    function _layer(LayerContext memory context, uint256 layer, uint256 parameter)
        private
        pure
        returns (int256[] memory acc)
    {
        unchecked {
            uint256 inputs = uint32(layer);
            uint256 lanes = context.lanes;
            acc = new int256[](uint32(layer >> 32));
            context.inputs = inputs;
            context.multiplier = uint32(layer >> 64);
            context.shift = layer >> 96;
            context.half = (1 << context.shift) >> 1;
            uint256 laneBits = context.laneBits;
            // Lanes are a power of two, and 256 / laneBits: places are counted in bits.
            if (inputs & (lanes - 1) == 0) {
                uint256 align = parameter & (lanes - 1);
                uint256 words = ((align + inputs) * laneBits + 255) / 256;
                uint256 row = context.words + parameter * laneBits / 256 * 32;
                uint256 packed = PackedInputs.pack(context, align, words);
                context.offset += (words + Products.BLOCK - 1) / Products.BLOCK * context.bias;
                uint256 i;
                if (lanes == 16 && acc.length > 3) i = Products.dotByGroups(context, row, packed, words, acc);
                for (; i < acc.length; ++i) {
                    acc[i] = Products.dot(context, row + i * inputs * laneBits / 8, packed, words);
                }
                parameter += i * inputs;
            } else {
                uint256[] memory packs = new uint256[](lanes);
                for (uint256 i; i < acc.length; ++i) {
                    uint256 align = parameter & (lanes - 1);
                    uint256 words = ((align + inputs) * laneBits + 255) / 256;
                    if (packs[align] == 0) packs[align] = PackedInputs.pack(context, align, words);
                    acc[i] = Products.dot(context, context.words + parameter * laneBits / 256 * 32, packs[align], words);
                    acc[i] -= int256((words + Products.BLOCK - 1) / Products.BLOCK * context.bias);
                    parameter += inputs;
                }
            }
        }
    }

    /// @dev Activations of the next layer: `min(255, (max(acc + multiplier · b − offset, 0) + 2^(shift−1)) >> shift)`, a byte
    ///      each; b are the fields from `parameter` on, read word by word,
    ///      four at a time.
    function _activate(LayerContext memory context, int256[] memory acc, uint256 parameter) private pure {
        unchecked {
            uint256 laneBits = context.laneBits;
            uint256 place = context.words + parameter * laneBits / 256 * 32;
            uint256 offset = context.offset - context.half;
            uint256 unread = 256 - parameter * laneBits % 256;
            context.activations = PackedInputs.allocate(acc.length + 2 * PackedInputs.MARGIN) + PackedInputs.MARGIN;
            // mstore8(activations + i, …) where that is above 0, as it is for no acc[i] ≤ 0; fresh memory is zero
            assembly ("memory-safe") {
                let multiplier := mload(add(context, 0x100))
                let mask := mload(add(context, 0x1c0))
                let shift := mload(add(context, 0x200))
                let to := mload(add(context, 0x120))
                let from := add(acc, 0x20)
                let end := add(from, shl(5, mload(acc)))
                for { } lt(from, end) { } {
                    let fields := shr(sub(256, unread), mload(place))
                    let until := add(from, shl(5, div(unread, laneBits)))
                    if gt(until, end) { until := end }
                    for { let quads := sub(until, 0x60) } slt(from, quads) { } {
                        let value := sar(shift, add(mload(from), sub(mul(multiplier, and(fields, mask)), offset)))
                        if sgt(value, 0) { mstore8(to, or(value, sub(0, gt(value, 255)))) }
                        fields := shr(laneBits, fields)
                        value := sar(
                            shift,
                            add(mload(add(from, 0x20)), sub(mul(multiplier, and(fields, mask)), offset))
                        )
                        if sgt(value, 0) { mstore8(add(to, 1), or(value, sub(0, gt(value, 255)))) }
                        fields := shr(laneBits, fields)
                        value := sar(
                            shift,
                            add(mload(add(from, 0x40)), sub(mul(multiplier, and(fields, mask)), offset))
                        )
                        if sgt(value, 0) { mstore8(add(to, 2), or(value, sub(0, gt(value, 255)))) }
                        fields := shr(laneBits, fields)
                        value := sar(
                            shift,
                            add(mload(add(from, 0x60)), sub(mul(multiplier, and(fields, mask)), offset))
                        )
                        if sgt(value, 0) { mstore8(add(to, 3), or(value, sub(0, gt(value, 255)))) }
                        fields := shr(laneBits, fields)
                        from := add(from, 0x80)
                        to := add(to, 4)
                    }
                    for { } xor(from, until) { } {
                        let value := sar(shift, add(mload(from), sub(mul(multiplier, and(fields, mask)), offset)))
                        if sgt(value, 0) { mstore8(to, or(value, sub(0, gt(value, 255)))) }
                        fields := shr(laneBits, fields)
                        from := add(from, 0x20)
                        to := add(to, 1)
                    }
                    unread := 256
                    place := add(place, 0x20)
                }
            }
        }
    }

    /// @dev `acc_i := (acc_i + multiplier · b_i − offset) · scale + shift`. `DirectTerms` refuses scales that could overflow.
    function _answer(LayerContext memory context, int256[] memory acc, uint256 parameter, uint256 scale, uint256 shift)
        private
        pure
    {
        unchecked {
            uint256 laneBits = context.laneBits;
            uint256 place = context.words + parameter * laneBits / 256 * 32;
            uint256 unread = 256 - parameter * laneBits % 256;
            assembly ("memory-safe") {
                let multiplier := mload(add(context, 0x100))
                let offset := mload(add(context, 0x1a0))
                let mask := mload(add(context, 0x1c0))
                let to := add(acc, 0x20)
                let end := add(to, shl(5, mload(acc)))
                for { } lt(to, end) { } {
                    let fields := shr(sub(256, unread), mload(place))
                    let until := add(to, shl(5, div(unread, laneBits)))
                    if gt(until, end) { until := end }
                    for { } xor(to, until) { to := add(to, 0x20) } {
                        let value := add(mload(to), sub(mul(multiplier, and(fields, mask)), offset))
                        mstore(to, add(mul(value, scale), shift))
                        fields := shr(laneBits, fields)
                    }
                    unread := 256
                    place := add(place, 0x20)
                }
            }
        }
    }

    function _wordAt(uint256 network, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(network, shl(5, index)))
        }
    }
}
