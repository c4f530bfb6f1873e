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

    /// @dev What stays the same within a layer.
    struct Pass {
        uint256 laneBits;
        uint256 evens; //   mask of the even lanes of a stored word
        uint256 start; //   B in every lane of twice the width
        uint256 top; //     position of the top lane
        uint256 bias; //    B
        uint256 stride; //  words from a row to the next one, where all rows are aligned alike
        uint256 words; //   words of the row at hand
        uint256 packed; //  memory of the inputs packed for its alignment, two words a word
        uint256 zero; //    byte that stands for zero
        uint256 size; //    words of a block
    }

    /// @notice Outputs of the network in fixed point: `acc · outputMultiplier + outputOffset` of each last accumulator.
    /// @param slot Storage slot of the model's first word.
    /// @param input One byte a feature, as many as the first layer has inputs.
    function outputs(uint256 slot, uint256 laneBits, Setup memory setup, bytes calldata input)
        internal
        view
        returns (int256[] memory values)
    {
        Layer[] memory layers = setup.layers;
        if (input.length != layers[0].inputs) revert WrongInputLength(input.length, layers[0].inputs);
        bytes memory activations = _padded(input.length);
        assembly ("memory-safe") {
            calldatacopy(add(activations, 0x40), input.offset, input.length)
        }
        uint256 zero = setup.inputZero;
        uint256 parameter;
        for (uint256 l; l < layers.length; ++l) {
            values = _layer(slot, laneBits, layers[l], parameter, activations, zero);
            parameter += uint256(layers[l].outputs) * (uint256(layers[l].inputs) + 1);
            if (l + 1 < layers.length) activations = _requantise(values, layers[l].shift);
            zero = 0;
        }
        // Bounded at registration: `DirectTerms` refuses scales that could overflow.
        for (uint256 i; i < values.length; ++i) {
            values[i] = values[i] * setup.outputMultiplier + setup.outputOffset;
        }
    }

    /// @notice The class that outputs stand for: softmax, the largest, lowest index on ties; logistic, 1 if positive;
    ///         multi-label, bit i if output i is positive; linear, always 0.
    function classOf(OutputKind kind, int256[] memory values) internal pure returns (uint256 class) {
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
    function _layer(
        uint256 slot,
        uint256 laneBits,
        Layer memory layer,
        uint256 parameter,
        bytes memory activations,
        uint256 zero
    ) private view returns (int256[] memory acc) {
        // Sizes are below 2^32 and model words below 2^17; accumulators stay below 2^72 by the types of their factors.
        unchecked {
            uint256 inputs = layer.inputs;
            acc = new int256[](layer.outputs);
            _addProducts(acc, slot, _pass(laneBits, zero), parameter, inputs, activations);
            int256 offset = int256(1 << (laneBits - 1)) * _sum(activations, inputs, zero);
            parameter += acc.length * inputs;
            _addBiases(acc, slot, laneBits, parameter, int256(uint256(layer.biasMultiplier)), offset);
        }
    }

    /// @dev `acc_i += Σ_j f_ij · (u_j − zero)`, f being the fields of the words.
    function _addProducts(
        int256[] memory acc,
        uint256 slot,
        Pass memory pass,
        uint256 parameter,
        uint256 inputs,
        bytes memory activations
    ) private view {
        unchecked {
            uint256 lanes = 256 / pass.laneBits;
            bytes memory ones = pass.zero == 0 ? activations : _ones(inputs);
            pass.stride = inputs / lanes;
            bool isAligned = lanes == 16 && inputs % 16 == 0;
            uint256[] memory packs = new uint256[](lanes);
            for (uint256 i; i < acc.length;) {
                uint256 align = (parameter + i * inputs) % lanes;
                pass.words = (align + inputs + lanes - 1) / lanes;
                if (packs[align] == 0) packs[align] = _pack(activations, ones, pass.words, align, lanes, pass.zero);
                pass.packed = packs[align];
                uint256 row = slot + (parameter + i * inputs) / lanes;
                if (isAligned && i + 4 <= acc.length) {
                    _dotFour(pass, row, acc, i);
                    i += 4;
                } else {
                    acc[i] = _dot(pass, row);
                    ++i;
                }
            }
        }
    }

    /// @dev `acc_i += multiplier · b_i − offset`, b being the parameters from `parameter` on.
    function _addBiases(
        int256[] memory acc,
        uint256 slot,
        uint256 laneBits,
        uint256 parameter,
        int256 multiplier,
        int256 offset
    ) private view {
        unchecked {
            uint256 lanes = 256 / laneBits;
            int256 half = int256(1 << (laneBits - 1));
            slot += parameter / lanes;
            uint256 lane = parameter % lanes;
            uint256 stored;
            assembly ("memory-safe") {
                stored := shr(mul(laneBits, lane), sload(slot))
            }
            for (uint256 i; i < acc.length; ++i) {
                if (lane == lanes) {
                    lane = 0;
                    assembly ("memory-safe") {
                        slot := add(slot, 1)
                        stored := sload(slot)
                    }
                }
                acc[i] += multiplier * (int256(stored & (uint256(2 * half) - 1)) - half) - offset;
                stored >>= laneBits;
                ++lane;
            }
        }
    }

    /// @dev Activations of the next layer: `min(255, (max(acc, 0) + 2^(shift−1)) >> shift)`.
    function _requantise(int256[] memory acc, uint256 shift) private pure returns (bytes memory activations) {
        activations = _padded(acc.length);
        for (uint256 i; i < acc.length; ++i) {
            if (acc[i] <= 0) continue;
            uint256 value = (uint256(acc[i]) + (1 << (shift - 1))) >> shift;
            activations[32 + i] = bytes1(uint8(value > 255 ? 255 : value));
        }
    }

    function _pass(uint256 laneBits, uint256 zero) private pure returns (Pass memory pass) {
        pass.laneBits = laneBits;
        pass.zero = zero;
        pass.size = BLOCK;
        pass.evens = Lanes.evens(laneBits);
        pass.bias = 2 * BLOCK * (128 / laneBits) * ((1 << laneBits) - 1) * zero;
        pass.start = Lanes.ones(2 * laneBits) * pass.bias;
        pass.top = 256 - 2 * laneBits;
    }

    /// @dev Room for `length` bytes between 32 zero bytes on either side, so that whole words can be read around them.
    function _padded(uint256 length) private pure returns (bytes memory) {
        return new bytes(length + 64);
    }

    /// @dev As `_padded`, each of the `length` bytes being 1.
    function _ones(uint256 length) private pure returns (bytes memory ones) {
        ones = _padded(length);
        for (uint256 i; i < length; ++i) {
            ones[32 + i] = 0x01;
        }
    }

    /// @dev `Σ_j (u_j − zero)`.
    function _sum(bytes memory activations, uint256 length, uint256 zero) private pure returns (int256) {
        uint256 sum;
        // Bytes are added in 16 lanes of 16 bits, two a word of 32 bytes; 128 words reach 128·2·255 < 2^16.
        uint256 bytesMask = Lanes.evens(8);
        uint256 ones = Lanes.ones(32);
        uint256 pairs = Lanes.evens(16);
        for (uint256 at; at < length; at += 4096) {
            uint256 until = at + 4096 < length ? at + 4096 : length;
            assembly ("memory-safe") {
                let lanes := 0
                let end := add(add(activations, 0x40), until)
                for { let p := add(add(activations, 0x40), at) } lt(p, end) { p := add(p, 0x20) } {
                    let word := mload(p)
                    lanes := add(lanes, add(and(word, bytesMask), and(shr(8, word), bytesMask)))
                }
                lanes := add(and(lanes, pairs), and(shr(16, lanes), pairs))
                // The top lane of the product with ones is the sum of all eight lanes, below 16·2^16.
                sum := add(sum, shr(224, mul(lanes, ones)))
            }
        }
        return int256(sum) - int256(length * zero);
    }

    /// @dev Inputs of a row that begins `align` lanes into its first word: for each word of the row, the word that its
    ///      even lanes meet and the one that its odd lanes meet, values `u − zero`, zero outside of the row.
    /// @return packed Memory of the `2 · words` words.
    function _pack(
        bytes memory activations,
        bytes memory ones,
        uint256 words,
        uint256 align,
        uint256 lanes,
        uint256 zero
    ) private pure returns (uint256 packed) {
        uint256[] memory room = new uint256[](2 * words);
        assembly ("memory-safe") {
            packed := add(room, 0x20)
        }
        _addPacked(packed, words, activations, align, lanes, 1);
        // Signed lanes in Σ form: taking `zero` off every lane that has an input is a subtraction modulo 2^256.
        unchecked {
            if (zero != 0) _addPacked(packed, words, ones, align, lanes, 0 - zero);
        }
    }

    /// @dev Adds `factor` times the packed bytes of `source` to the words at `to`, modulo 2^256. The first byte stands 64
    ///      bytes after the array's start, the 32 bytes before it are zero and `align` < 32.
    function _addPacked(uint256 to, uint256 words, bytes memory source, uint256 align, uint256 lanes, uint256 factor)
        private
        pure
    {
        unchecked {
            uint256 from;
            assembly ("memory-safe") {
                from := sub(add(source, 0x40), align)
            }
            for (uint256 stop = to + 64 * words; to < stop; to += 64) {
                (uint256 even, uint256 odd) = _spread(from, lanes);
                assembly ("memory-safe") {
                    mstore(to, add(mload(to), mul(even, factor)))
                    mstore(add(to, 0x20), add(mload(add(to, 0x20)), mul(odd, factor)))
                }
                from += lanes;
            }
        }
    }

    /// @dev `lanes` bytes of memory from `from` on: the first of each pair of bytes into `even`, the second into `odd`, the earliest in
    ///      the top lane.
    function _spread(uint256 from, uint256 lanes) private pure returns (uint256 even, uint256 odd) {
        uint256 word;
        assembly ("memory-safe") {
            word := mload(from)
        }
        if (lanes == 16) {
            // 8 pairs of bytes, moved apart to every 32 bits.
            word >>= 128;
            word = (word | (word << 64)) & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
            word = (word | (word << 32)) & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
            word = (word | (word << 16)) & 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
            odd = word & 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff;
            even = (word >> 8) & 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff;
        } else {
            // 4 pairs of bytes, moved apart to every 64 bits.
            word >>= 192;
            word = (word | (word << 96)) & 0x000000000000000000000000ffffffff000000000000000000000000ffffffff;
            word = (word | (word << 48)) & 0x000000000000ffff000000000000ffff000000000000ffff000000000000ffff;
            odd = word & 0x00000000000000ff00000000000000ff00000000000000ff00000000000000ff;
            even = (word >> 8) & 0x00000000000000ff00000000000000ff00000000000000ff00000000000000ff;
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

    /// @dev `_dot` of four rows, `stride` words apart, into `acc[i]` to `acc[i + 3]`.
    function _dotFour(Pass memory pass, uint256 slot, int256[] memory acc, uint256 i) private view {
        uint256 place = pass.packed;
        uint256 to;
        assembly ("memory-safe") {
            to := add(add(acc, 0x20), shl(5, i))
        }
        // Two calls keep the loop a function of its own, whose variables fit the stack.
        unchecked {
            uint256 size = pass.words % BLOCK;
            uint256 left = pass.words - size;
            if (size != 0) {
                _addTops(pass, to, _products(pass.start, pass.evens, pass.stride, slot, place, place + 64 * size));
            }
            while (left != 0) {
                slot += size;
                place += 64 * size;
                size = pass.size;
                _addTops(pass, to, _products(pass.start, pass.evens, pass.stride, slot, place, place + 64 * size));
                left -= size;
            }
        }
    }

    /// @dev Sums of products of the words of four rows of 16-bit lanes: for row r, modulo 2^256 and from `start` on,
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

    /// @dev Adds the top lanes of four sums, less B, to the accumulators in memory at `to`.
    function _addTops(Pass memory pass, uint256 to, uint256 sums) private pure {
        assembly ("memory-safe") {
            let top := mload(add(pass, 0x60))
            let bias := mload(add(pass, 0x80))
            for { let end := add(to, 0x80) } lt(to, end) { } {
                mstore(to, add(mload(to), sub(shr(top, mload(sums)), bias)))
                to := add(to, 0x20)
                sums := add(sums, 0x20)
            }
        }
    }
}
