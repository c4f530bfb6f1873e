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
        uint256 evens; // mask of the even lanes of a stored word
        uint256 start; // B in every lane of twice the width
        uint256 top; //   position of the top lane
        int256 blockBias; // B
        uint256 zero; //  byte that stands for zero
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
    function _layer(
        uint256 slot,
        uint256 laneBits,
        Layer memory layer,
        uint256 parameter,
        bytes memory activations,
        uint256 zero
    ) private view returns (int256[] memory acc) {
        uint256 lanes = 256 / laneBits;
        uint256 inputs = layer.inputs;
        acc = new int256[](layer.outputs);
        Pass memory pass = _pass(laneBits, zero);
        int256 offset = int256(1 << (laneBits - 1)) * _sum(activations, inputs, zero);
        bytes memory ones = zero == 0 ? new bytes(0) : _ones(inputs);
        uint256[][] memory packs = new uint256[][](lanes);
        // Rows of whole words are all aligned alike, and two at a time share the reading of the inputs.
        uint256 step = inputs % lanes == 0 ? 2 : 1;
        for (uint256 i; i < acc.length;) {
            uint256 from = parameter + i * inputs;
            uint256 align = from % lanes;
            if (packs[align].length == 0) packs[align] = _pack(pass, activations, ones, inputs, align);
            if (step == 2 && i + 1 < acc.length) {
                (acc[i], acc[i + 1]) = _dotPair(pass, slot + from / lanes, inputs / lanes, packs[align]);
                i += 2;
            } else {
                acc[i] = _dot(pass, slot + from / lanes, packs[align]);
                ++i;
            }
        }
        uint256 biases = parameter + acc.length * inputs;
        int256 multiplier = int256(uint256(layer.biasMultiplier));
        for (uint256 i; i < acc.length; ++i) {
            uint256 stored;
            uint256 at = slot + (biases + i) / lanes;
            assembly ("memory-safe") {
                stored := sload(at)
            }
            acc[i] += multiplier * Lanes.read(stored, laneBits, (biases + i) % lanes) - offset;
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

    function _pass(uint256 laneBits, uint256 zero) private pure returns (Pass memory) {
        uint256 blockBias = 2 * BLOCK * (128 / laneBits) * ((1 << laneBits) - 1) * zero;
        return Pass({
            laneBits: laneBits,
            evens: Lanes.evens(laneBits),
            start: Lanes.ones(2 * laneBits) * blockBias,
            top: 256 - 2 * laneBits,
            blockBias: int256(blockBias),
            zero: zero
        });
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
    function _pack(Pass memory pass, bytes memory activations, bytes memory ones, uint256 inputs, uint256 align)
        private
        pure
        returns (uint256[] memory packed)
    {
        uint256 lanes = 256 / pass.laneBits;
        uint256 words = (align + inputs + lanes - 1) / lanes;
        packed = new uint256[](2 * words);
        uint256 zero = pass.zero;
        // The first input stands 64 bytes after the array's start; the 32 bytes before it are zero and `align` < 32.
        uint256 shift = 64 - align;
        for (uint256 k; k < words; ++k) {
            (uint256 even, uint256 odd) = _spread(activations, shift + k * lanes, lanes);
            if (zero != 0) {
                (uint256 evenOnes, uint256 oddOnes) = _spread(ones, shift + k * lanes, lanes);
                unchecked {
                    // Signed lanes in Σ form, modulo 2^256.
                    even -= zero * evenOnes;
                    odd -= zero * oddOnes;
                }
            }
            assembly ("memory-safe") {
                let to := add(add(packed, 0x20), shl(6, k))
                mstore(to, even)
                mstore(add(to, 0x20), odd)
            }
        }
    }

    /// @dev `lanes` bytes from `at` on: the first of each pair of bytes into `even`, the second into `odd`, the earliest in
    ///      the top lane.
    function _spread(bytes memory source, uint256 at, uint256 lanes) private pure returns (uint256 even, uint256 odd) {
        uint256 word;
        assembly ("memory-safe") {
            word := mload(add(source, at))
        }
        if (lanes == 16) {
            // 8 pairs of bytes, moved apart to every 32 bits.
            word >>= 128;
            word = (word | (word << 64)) & Lanes.evens(64);
            word = (word | (word << 32)) & Lanes.evens(32);
            word = (word | (word << 16)) & Lanes.evens(16);
            odd = word & (Lanes.ones(32) * 0xff);
            even = (word >> 8) & (Lanes.ones(32) * 0xff);
        } else {
            // 4 pairs of bytes, moved apart to every 64 bits.
            word >>= 192;
            word = (word | (word << 96)) & (Lanes.ones(128) * 0xffffffff);
            word = (word | (word << 48)) & (Lanes.ones(64) * 0xffff);
            odd = word & (Lanes.ones(64) * 0xff);
            even = (word >> 8) & (Lanes.ones(64) * 0xff);
        }
    }

    /// @dev `Σ_j f_j · x_j` over the fields of one row.
    function _dot(Pass memory pass, uint256 slot, uint256[] memory packed) private view returns (int256 dot) {
        uint256 words = packed.length / 2;
        uint256 at;
        assembly ("memory-safe") {
            at := add(packed, 0x20)
        }
        uint256 evens = pass.evens;
        uint256 laneBits = pass.laneBits;
        for (uint256 end = slot + words; slot < end;) {
            uint256 until = slot + BLOCK < end ? slot + BLOCK : end;
            uint256 product = pass.start;
            assembly ("memory-safe") {
                for { } lt(slot, until) { slot := add(slot, 1) } {
                    let word := sload(slot)
                    product := add(product, mul(and(word, evens), mload(at)))
                    product := add(product, mul(and(shr(laneBits, word), evens), mload(add(at, 0x20))))
                    at := add(at, 0x40)
                }
            }
            dot += int256(product >> pass.top) - pass.blockBias;
        }
    }

    /// @dev `_dot` of two rows of `stride` words each, one after the other; unaligned, each takes one word more.
    function _dotPair(Pass memory pass, uint256 slot, uint256 stride, uint256[] memory packed)
        private
        view
        returns (int256 first, int256 second)
    {
        uint256 at;
        assembly ("memory-safe") {
            at := add(packed, 0x20)
        }
        for (uint256 end = slot + packed.length / 2; slot < end;) {
            uint256 size = end - slot < BLOCK ? end - slot : BLOCK;
            (uint256 one, uint256 other) = _block(slot, stride, at, size, pass.evens, pass.laneBits, pass.start);
            first += int256(one >> pass.top) - pass.blockBias;
            second += int256(other >> pass.top) - pass.blockBias;
            slot += size;
            at += 64 * size;
        }
    }

    /// @dev Sums of the products of up to `BLOCK` words of two rows that stand `stride` slots apart. Equivalent to
    ///      `w = storage[slot + k]; one += (w & evens) · even_k + ((w >> laneBits) & evens) · odd_k`, and so for the other
    ///      row, modulo 2^256; two words a turn.
    function _block(
        uint256 slot,
        uint256 stride,
        uint256 at,
        uint256 size,
        uint256 evens,
        uint256 laneBits,
        uint256 start
    ) private view returns (uint256 one, uint256 other) {
        one = start;
        other = start;
        assembly ("memory-safe") {
            let end := add(at, shl(6, size))
            if and(size, 1) {
                let even := mload(at)
                let odd := mload(add(at, 0x20))
                let word := sload(slot)
                one := add(one, add(mul(and(word, evens), even), mul(and(shr(laneBits, word), evens), odd)))
                word := sload(add(slot, stride))
                other := add(other, add(mul(and(word, evens), even), mul(and(shr(laneBits, word), evens), odd)))
                slot := add(slot, 1)
                at := add(at, 0x40)
            }
            for { } lt(at, end) { } {
                let even := mload(at)
                let odd := mload(add(at, 0x20))
                let word := sload(slot)
                one := add(one, add(mul(and(word, evens), even), mul(and(shr(laneBits, word), evens), odd)))
                word := sload(add(slot, stride))
                other := add(other, add(mul(and(word, evens), even), mul(and(shr(laneBits, word), evens), odd)))
                slot := add(slot, 1)
                even := mload(add(at, 0x40))
                odd := mload(add(at, 0x60))
                word := sload(slot)
                one := add(one, add(mul(and(word, evens), even), mul(and(shr(laneBits, word), evens), odd)))
                word := sload(add(slot, stride))
                other := add(other, add(mul(and(word, evens), even), mul(and(shr(laneBits, word), evens), odd)))
                slot := add(slot, 1)
                at := add(at, 0x80)
            }
        }
    }
}
