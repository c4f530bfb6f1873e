// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Layer, OutputKind, Setup } from "../types/Setup.sol";
import { Lanes } from "./Lanes.sol";

/// @title Network
/// @notice The forward pass of dense layers with ReLU in integers, weights read from the stored model: protocol, section 8.
/// @dev A stored word is split into even and odd lanes, each a word of lanes twice as wide, holding `f = w + 2^(laneBits−1)`.
///      Inputs are packed the same way in reverse order, so that the top lane of one 256-bit product is the dot product
///      of `128 / laneBits` pairs. With `x = u − zero`, u a byte, 32 products of 16-bit lanes sum to
///      `−B ≤ Σ f·x ≤ 32·8·(2^16−1)·255 − B < 2^32 − B`, where `B = 32·8·(2^16−1)·zero`: started from B in every lane, no
///      lane carries or borrows, whatever the zero. Wider lanes have more room still.
///      A row that begins inside a word meets inputs packed for that alignment; foreign lanes meet zeros.
library Network {
    error WrongInputLength(uint256 length, uint256 expected);

    /// @dev Words of a row that are multiplied, two products each, before their sum is taken out.
    uint256 private constant BLOCK = 16;

    /// @dev Zero bytes on either side of activations, so that whole words can be read around them.
    uint256 private constant MARGIN = 32;

    /// @dev What stays the same within a layer. Assembly reads it by position.
    struct Pass {
        uint256 slot; //     0x00  of the model's first word
        uint256 laneBits; // 0x20
        uint256 evens; //    0x40  mask of the even lanes of a stored word
        uint256 start; //    0x60  B in every lane of twice the width
        uint256 top; //      0x80  position of the top lane
        uint256 bias; //     0xa0  B
        uint256 stride; //   0xc0  words from a row to the next one, where all rows are aligned alike
        uint256 words; //    0xe0  words of the row at hand
        uint256 packed; //   0x100 memory of the inputs packed for its alignment, two words a word
    }

    /// @notice What a forward pass needs of a setup, a word each: kind, zero and count; scale; offset; the layers.
    /// @dev Decoding a whole setup at each prediction would cost more than the last layer.
    function encode(Setup memory setup) internal pure returns (bytes memory network) {
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

    /// @notice Outputs of the network in fixed point: `acc · outputMultiplier + outputOffset` of each last accumulator.
    /// @param network From `encode`.
    /// @param slot Storage slot of the model's first word.
    /// @param input One byte a feature, as many as the first layer has inputs.
    function outputs(bytes memory network, uint256 slot, uint256 laneBits, bytes calldata input)
        internal
        view
        returns (int256[] memory values)
    {
        uint256 inputs = _wordAt(network, 3) & type(uint32).max;
        if (input.length != inputs) revert WrongInputLength(input.length, inputs);
        uint256 activations = _allocate(inputs + 2 * MARGIN) + MARGIN;
        assembly ("memory-safe") {
            calldatacopy(activations, input.offset, input.length)
        }
        Pass memory pass;
        pass.slot = slot;
        pass.laneBits = laneBits;
        pass.evens = Lanes.evens(laneBits);
        pass.top = 256 - 2 * laneBits;
        uint256 zero = (_wordAt(network, 0) >> 8) & 0xff;
        uint256 count = _wordAt(network, 0) >> 16;
        uint256 parameter;
        // Bounded at registration: `DirectTerms` refuses sizes that do not sum to the dimension.
        unchecked {
            for (uint256 k = 3;; ++k) {
                uint256 layer = _wordAt(network, k);
                pass.bias = 2 * BLOCK * (128 / laneBits) * ((1 << laneBits) - 1) * zero;
                pass.start = Lanes.ones(2 * laneBits) * pass.bias;
                values = _layer(pass, layer, parameter, activations, zero);
                if (k == count + 2) break;
                parameter += uint256(uint32(layer >> 32)) * (uint256(uint32(layer)) + 1);
                activations = _requantise(values, layer >> 96);
                zero = 0;
            }
            _scale(values, int256(_wordAt(network, 1)), int256(_wordAt(network, 2)));
        }
    }

    /// @notice The class that outputs stand for: softmax, the largest, lowest index on ties; logistic, 1 if positive;
    ///         multi-label, bit i if output i is positive; linear, always 0.
    /// @param network From `encode`.
    function classOf(bytes memory network, int256[] memory values) internal pure returns (uint256 class) {
        OutputKind kind = OutputKind(_wordAt(network, 0) & 0xff);
        if (kind == OutputKind.Softmax) {
            for (uint256 i = 1; i < values.length; ++i) {
                if (values[i] > values[class]) class = i;
            }
        } else if (kind == OutputKind.Logistic) {
            class = values[0] > 0 ? 1 : 0;
        } else if (kind == OutputKind.MultiLabel) {
            for (uint256 i; i < values.length; ++i) {
                if (values[i] > 0) class |= 1 << i;
            }
        }
    }

    /// @dev `acc_i = Σ_j w_ij · (u_j − zero) + biasMultiplier · b_i`, rows from parameter `parameter` on, then biases.
    ///      Rows of whole words are all aligned alike, and four at a time share the reading of the inputs.
    ///      Sizes are below 2^32 and model words below 2^17; accumulators stay below 2^72 by the types of their factors.
    function _layer(Pass memory pass, uint256 layer, uint256 parameter, uint256 activations, uint256 zero)
        private
        view
        returns (int256[] memory acc)
    {
        unchecked {
            uint256 inputs = uint32(layer);
            acc = new int256[](uint32(layer >> 32));
            uint256 lanes = 256 / pass.laneBits;
            uint256 ones = zero == 0 ? 0 : _ones(inputs);
            uint256[] memory packs = new uint256[](lanes);
            uint256 fours = lanes == 16 && inputs % 16 == 0 ? acc.length & ~uint256(3) : 0;
            pass.stride = inputs / lanes;
            for (uint256 i; i < acc.length;) {
                uint256 row = parameter + i * inputs;
                uint256 align = row % lanes;
                pass.words = (align + inputs + lanes - 1) / lanes;
                if (packs[align] == 0) {
                    packs[align] = _pack(activations - align, pass.words, lanes);
                    if (zero != 0) _subtract(packs[align], _pack(ones - align, pass.words, lanes), pass.words, zero);
                }
                pass.packed = packs[align];
                if (i < fours) {
                    uint256 to;
                    assembly ("memory-safe") {
                        to := add(add(acc, 0x20), shl(5, i))
                    }
                    _dotFour(pass, pass.slot + row / lanes, to);
                    i += 4;
                } else {
                    acc[i] = _dot(pass, pass.slot + row / lanes);
                    ++i;
                }
            }
            int256 offset = (_sum(activations, inputs) - int256(inputs * zero)) << (pass.laneBits - 1);
            _addBiases(pass, acc, parameter + acc.length * inputs, int256(uint256(uint32(layer >> 64))), offset);
        }
    }

    /// @dev `acc_i += multiplier · b_i − offset`, b being the parameters from `parameter` on.
    function _addBiases(Pass memory pass, int256[] memory acc, uint256 parameter, int256 multiplier, int256 offset)
        private
        view
    {
        unchecked {
            uint256 laneBits = pass.laneBits;
            uint256 slot = pass.slot + parameter * laneBits / 256;
            uint256 shift = parameter * laneBits % 256;
            uint256 half = 1 << (laneBits - 1);
            offset += multiplier * int256(half);
            // for each i: acc[i] += multiplier · field − (offset + multiplier · half); a word is read when it is entered
            assembly ("memory-safe") {
                let mask := sub(shl(1, half), 1)
                let stored := shr(shift, sload(slot))
                let to := add(acc, 0x20)
                for { let end := add(to, shl(5, mload(acc))) } lt(to, end) { to := add(to, 0x20) } {
                    if eq(shift, 256) {
                        shift := 0
                        slot := add(slot, 1)
                        stored := sload(slot)
                    }
                    mstore(to, add(mload(to), sub(mul(multiplier, and(stored, mask)), offset)))
                    stored := shr(laneBits, stored)
                    shift := add(shift, laneBits)
                }
            }
        }
    }

    /// @dev Activations of the next layer: `min(255, (max(acc, 0) + 2^(shift−1)) >> shift)`, a byte each.
    /// @return activations Memory of the first one.
    function _requantise(int256[] memory acc, uint256 shift) private pure returns (uint256 activations) {
        activations = _allocate(acc.length + 2 * MARGIN) + MARGIN;
        // mstore8(activations + i, …) where acc[i] > 0; fresh memory is zero
        assembly ("memory-safe") {
            let half := shl(sub(shift, 1), 1)
            let from := add(acc, 0x20)
            let to := activations
            for { let end := add(from, shl(5, mload(acc))) } lt(from, end) { from := add(from, 0x20) } {
                let value := mload(from)
                if sgt(value, 0) {
                    value := shr(shift, add(value, half))
                    if gt(value, 255) { value := 255 }
                    mstore8(to, value)
                }
                to := add(to, 1)
            }
        }
    }

    /// @dev `values[i] = values[i] · multiplier + offset`. `DirectTerms` refuses scales that could overflow.
    function _scale(int256[] memory values, int256 multiplier, int256 offset) private pure {
        assembly ("memory-safe") {
            let to := add(values, 0x20)
            for { let end := add(to, shl(5, mload(values))) } lt(to, end) { to := add(to, 0x20) } {
                mstore(to, add(mul(mload(to), multiplier), offset))
            }
        }
    }

    /// @dev `Σ_j u_j`. Bytes are added in 16 lanes of 16 bits, two of each word of 32; 128 words reach 128·2·255 < 2^16.
    ///      The zeros after the last activation add nothing.
    function _sum(uint256 activations, uint256 length) private pure returns (int256) {
        uint256 sum;
        uint256 bytesMask = Lanes.evens(8);
        uint256 pairs = Lanes.evens(16);
        uint256 ones = Lanes.ones(32);
        assembly ("memory-safe") {
            let end := add(activations, length)
            for { } lt(activations, end) { } {
                let until := add(activations, 4096)
                if gt(until, end) { until := end }
                let lanes := 0
                for { } lt(activations, until) { activations := add(activations, 0x20) } {
                    let word := mload(activations)
                    lanes := add(lanes, add(and(word, bytesMask), and(shr(8, word), bytesMask)))
                }
                // The top lane of the product with ones is the sum of all eight lanes, below 16·2^16.
                lanes := add(and(lanes, pairs), and(shr(16, lanes), pairs))
                sum := add(sum, shr(224, mul(lanes, ones)))
            }
        }
        return int256(sum);
    }

    /// @dev For each of `words` words of a row the word that its even lanes meet and the one that its odd lanes meet: of
    ///      each pair of bytes from `from` on the first and the second, the earliest in the top lane.
    /// @return packed Memory of the `2 · words` words.
    function _pack(uint256 from, uint256 words, uint256 lanes) private pure returns (uint256 packed) {
        packed = _allocate(64 * words);
        uint256 end = packed + 64 * words;
        if (lanes == 16) {
            uint256 wide = Lanes.evens(64);
            uint256 middle = Lanes.evens(32);
            uint256 narrow = Lanes.evens(16);
            uint256 bytesMask = Lanes.ones(32) * 0xff;
            // 8 pairs of bytes, moved apart to every 32 bits.
            assembly ("memory-safe") {
                for { let to := packed } lt(to, end) { to := add(to, 0x40) } {
                    let word := shr(128, mload(from))
                    word := and(or(word, shl(64, word)), wide)
                    word := and(or(word, shl(32, word)), middle)
                    word := and(or(word, shl(16, word)), narrow)
                    mstore(to, and(shr(8, word), bytesMask))
                    mstore(add(to, 0x20), and(word, bytesMask))
                    from := add(from, 16)
                }
            }
        } else {
            uint256 wide = Lanes.ones(128) * 0xffffffff;
            uint256 narrow = Lanes.ones(64) * 0xffff;
            uint256 bytesMask = Lanes.ones(64) * 0xff;
            // 4 pairs of bytes, moved apart to every 64 bits.
            assembly ("memory-safe") {
                for { let to := packed } lt(to, end) { to := add(to, 0x40) } {
                    let word := shr(192, mload(from))
                    word := and(or(word, shl(96, word)), wide)
                    word := and(or(word, shl(48, word)), narrow)
                    mstore(to, and(shr(8, word), bytesMask))
                    mstore(add(to, 0x20), and(word, bytesMask))
                    from := add(from, 8)
                }
            }
        }
    }

    /// @dev Takes `zero` off every lane that has an input: signed lanes in Σ form, modulo 2^256.
    function _subtract(uint256 packed, uint256 ones, uint256 words, uint256 zero) private pure {
        assembly ("memory-safe") {
            for { let end := add(packed, shl(6, words)) } lt(packed, end) { packed := add(packed, 0x20) } {
                mstore(packed, sub(mload(packed), mul(mload(ones), zero)))
                ones := add(ones, 0x20)
            }
        }
    }

    /// @dev Memory of `length` bytes that are 1, between margins of zeros.
    function _ones(uint256 length) private pure returns (uint256 ones) {
        ones = _allocate(length + 2 * MARGIN) + MARGIN;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, length) { i := add(i, 1) } {
                mstore8(add(ones, i), 1)
            }
        }
    }

    /// @dev Memory of `length` zero bytes.
    function _allocate(uint256 length) private pure returns (uint256 place) {
        bytes memory room = new bytes(length);
        assembly ("memory-safe") {
            place := add(room, 0x20)
        }
    }

    function _wordAt(bytes memory network, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(network, 0x20), shl(5, index)))
        }
    }

    /// @dev `Σ_j f_j · x_j` over the fields of one row.
    function _dot(Pass memory pass, uint256 slot) private view returns (int256 dot) {
        uint256 place = pass.packed;
        uint256 evens = pass.evens;
        uint256 laneBits = pass.laneBits;
        unchecked {
            for (uint256 end = slot + pass.words; slot < end;) {
                uint256 until = slot + BLOCK < end ? slot + BLOCK : end;
                uint256 product = pass.start;
                // product += (w & evens) · even + ((w >> laneBits) & evens) · odd for each word, modulo 2^256
                assembly ("memory-safe") {
                    for { } lt(slot, until) { slot := add(slot, 1) } {
                        let word := sload(slot)
                        product := add(product, mul(and(word, evens), mload(place)))
                        product := add(product, mul(and(shr(laneBits, word), evens), mload(add(place, 0x20))))
                        place := add(place, 0x40)
                    }
                }
                dot += int256(product >> pass.top) - int256(pass.bias);
            }
        }
    }

    /// @dev `_dot` of four rows of 16-bit lanes, `stride` words apart, into the four words of memory at `to`.
    function _dotFour(Pass memory pass, uint256 slot, uint256 to) private view {
        // Two calls keep the loop a function of its own, whose variables fit the stack.
        unchecked {
            uint256 place = pass.packed;
            uint256 end = place + 64 * pass.words;
            uint256 until = place + 64 * (pass.words % BLOCK);
            if (until != place) {
                _addTops(to, _products(pass.start, pass.evens, pass.stride, slot, place, until), pass.bias);
            }
            while (until != end) {
                slot += (until - place) / 64;
                place = until;
                until += 64 * BLOCK;
                _addTops(to, _products(pass.start, pass.evens, pass.stride, slot, place, until), pass.bias);
            }
        }
    }

    /// @dev Adds the top lanes of four sums, less B, to the four words of memory at `to`.
    function _addTops(uint256 to, uint256 sums, uint256 bias) private pure {
        assembly ("memory-safe") {
            mstore(to, add(mload(to), sub(shr(224, mload(sums)), bias)))
            to := add(to, 0x20)
            mstore(to, add(mload(to), sub(shr(224, mload(add(sums, 0x20))), bias)))
            to := add(to, 0x20)
            mstore(to, add(mload(to), sub(shr(224, mload(add(sums, 0x40))), bias)))
            to := add(to, 0x20)
            mstore(to, add(mload(to), sub(shr(224, mload(add(sums, 0x60))), bias)))
        }
    }

    /// @dev Sums of the products of the words of four rows: for row r, modulo 2^256 and from `start` on,
    ///      `w = storage[slot + r·stride + k]; p_r += (w & evens) · even_k + ((w >> 16) & evens) · odd_k`.
    ///      The width is a literal so that all that changes fits the stack; wider lanes go row by row.
    /// @param place Memory of the packed inputs, up to `end`: at most `BLOCK` words.
    /// @return sums Memory of the four sums, after the free memory pointer: to be read before anything is allocated.
    function _products(uint256 start, uint256 evens, uint256 stride, uint256 slot, uint256 place, uint256 end)
        private
        view
        returns (uint256 sums)
    {
        assembly ("memory-safe") {
            let a := start
            let b := start
            let c := start
            let d := start
            for { } lt(place, end) { } {
                let even := mload(place)
                let odd := mload(add(place, 0x20))
                let row := slot
                let word := sload(row)
                a := add(add(mul(and(word, evens), even), mul(and(shr(16, word), evens), odd)), a)
                row := add(row, stride)
                word := sload(row)
                b := add(add(mul(and(word, evens), even), mul(and(shr(16, word), evens), odd)), b)
                row := add(row, stride)
                word := sload(row)
                c := add(add(mul(and(word, evens), even), mul(and(shr(16, word), evens), odd)), c)
                row := add(row, stride)
                word := sload(row)
                d := add(add(mul(and(word, evens), even), mul(and(shr(16, word), evens), odd)), d)
                slot := add(slot, 1)
                place := add(place, 0x40)
            }
            sums := mload(0x40)
            mstore(sums, a)
            mstore(add(sums, 0x20), b)
            mstore(add(sums, 0x40), c)
            mstore(add(sums, 0x60), d)
        }
    }
}
