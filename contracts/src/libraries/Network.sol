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

    /// @dev What stays the same within a layer. Assembly reads it by position: what it loads, the compiler does not
    ///      compute anew in every turn of a loop.
    struct Pass {
        uint256 slot; //        0x00  of the model's first word
        uint256 laneBits; //    0x20
        uint256 lanes; //       0x40  in a word
        uint256 evens; //       0x60  mask of the even lanes of a stored word
        uint256 zero; //        0x80  byte that stands for zero
        uint256 bias; //        0xa0  B
        uint256 start; //       0xc0  B in every lane of twice the width
        uint256 inputs; //      0xe0
        uint256 multiplier; //  0x100 of the biases
        uint256 activations; // 0x120 memory of the inputs, a byte each
        uint256 stride; //      0x140 words from a row to the next one, where all rows are aligned alike
        uint256 length; //      0x160 bytes of their packed inputs
        uint256 first; //       0x180 of these, those of the first block
        uint256 offset; //      0x1a0 what accumulators of fields hold too much
        uint256 mask; //        0x1c0 of a lane
        uint256 sum; //         0x1e0 of the inputs
        uint256 shift; //       0x200 by which its accumulators become activations
        uint256 half; //        0x220 of what is shifted out
        uint256 results; //     0x240 memory of the accumulators of the rows at hand
        uint256 rows; //        0x260 four or five
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
        uint256 layer = _wordAt(network, 3);
        if (input.length != uint32(layer)) revert WrongInputLength(input.length, uint32(layer));
        uint256 activations = _allocate(input.length + 2 * MARGIN) + MARGIN;
        assembly ("memory-safe") {
            calldatacopy(activations, input.offset, input.length)
        }
        Pass memory pass;
        pass.slot = slot;
        pass.laneBits = laneBits;
        pass.lanes = 256 / laneBits;
        pass.evens = Lanes.evens(laneBits);
        pass.mask = (1 << laneBits) - 1;
        pass.activations = activations;
        uint256 count = _wordAt(network, 0) >> 16;
        // Bounded at registration: `DirectTerms` refuses sizes that do not sum to the dimension.
        unchecked {
            pass.zero = (_wordAt(network, 0) >> 8) & 0xff;
            pass.bias = 2 * BLOCK * (128 / laneBits) * ((1 << laneBits) - 1) * pass.zero;
            pass.start = Lanes.ones(2 * laneBits) * pass.bias;
            values = _layer(pass, layer, 0);
            uint256 parameter = uint256(uint32(layer >> 32)) * uint32(layer); // the first bias of the layer
            (pass.zero, pass.bias, pass.start) = (0, 0, 0);
            for (uint256 k = 4; k < count + 3; ++k) {
                _activate(pass, values, parameter);
                parameter += values.length;
                layer = _wordAt(network, k);
                values = _layer(pass, layer, parameter);
                parameter += values.length * uint32(layer);
            }
            _answer(pass, values, parameter, _wordAt(network, 1), _wordAt(network, 2));
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

    /// @dev `acc_i = Σ_j f_ij · (u_j − zero)` of the fields from parameter `parameter` on; `offset` is what to take off.
    ///      Rows of whole words are all aligned alike, and by fives and fours share the reading of the inputs.
    ///      Sizes are below 2^32 and model words below 2^17; accumulators stay below 2^72 by the types of their factors.
    function _layer(Pass memory pass, uint256 layer, uint256 parameter) private view returns (int256[] memory acc) {
        unchecked {
            uint256 inputs = uint32(layer);
            uint256 lanes = pass.lanes;
            acc = new int256[](uint32(layer >> 32));
            pass.inputs = inputs;
            pass.multiplier = uint32(layer >> 64);
            pass.shift = layer >> 96;
            pass.half = (1 << pass.shift) >> 1;
            uint256 laneBits = pass.laneBits;
            // Lanes are a power of two, and 256 / laneBits: places are counted in bits.
            if (inputs & (lanes - 1) == 0) {
                uint256 align = parameter & (lanes - 1);
                uint256 words = ((align + inputs) * laneBits + 255) / 256;
                uint256 slot = pass.slot + parameter * laneBits / 256;
                uint256 packed = _packed(pass, align, words);
                pass.offset += (words + BLOCK - 1) / BLOCK * pass.bias;
                uint256 i;
                if (lanes == 16 && acc.length > 3) i = _groups(pass, slot, packed, words, acc);
                for (; i < acc.length; ++i) {
                    acc[i] = _dot(pass, slot + i * inputs * laneBits / 256, packed, words);
                }
                parameter += i * inputs;
            } else {
                uint256[] memory packs = new uint256[](lanes);
                for (uint256 i; i < acc.length; ++i) {
                    uint256 align = parameter & (lanes - 1);
                    uint256 words = ((align + inputs) * laneBits + 255) / 256;
                    if (packs[align] == 0) packs[align] = _packed(pass, align, words);
                    acc[i] = _dot(pass, pass.slot + parameter * laneBits / 256, packs[align], words);
                    acc[i] -= int256((words + BLOCK - 1) / BLOCK * pass.bias);
                    parameter += inputs;
                }
            }
        }
    }

    /// @dev Activations of the next layer: `min(255, (max(acc + multiplier · b − offset, 0) + 2^(shift−1)) >> shift)`, a byte
    ///      each; b are the fields from `parameter` on, read word by word.
    function _activate(Pass memory pass, int256[] memory acc, uint256 parameter) private view {
        unchecked {
            uint256 laneBits = pass.laneBits;
            uint256 slot = pass.slot + parameter * laneBits / 256;
            uint256 offset = pass.offset - pass.half;
            uint256 unread = 256 - parameter * laneBits % 256;
            pass.activations = _allocate(acc.length + 2 * MARGIN) + MARGIN;
            // mstore8(activations + i, …) where that is above 0, as it is for no acc[i] ≤ 0; fresh memory is zero
            assembly ("memory-safe") {
                let multiplier := mload(add(pass, 0x100))
                let mask := mload(add(pass, 0x1c0))
                let shift := mload(add(pass, 0x200))
                let to := mload(add(pass, 0x120))
                let from := add(acc, 0x20)
                let end := add(from, shl(5, mload(acc)))
                for { } lt(from, end) { } {
                    let fields := shr(sub(256, unread), sload(slot))
                    let until := add(from, shl(5, div(unread, laneBits)))
                    if gt(until, end) { until := end }
                    for { } xor(from, until) { } {
                        let value := sar(shift, add(mload(from), sub(mul(multiplier, and(fields, mask)), offset)))
                        if sgt(value, 0) {
                            mstore8(to, or(value, sub(0, gt(value, 255))))
                        }
                        fields := shr(laneBits, fields)
                        from := add(from, 0x20)
                        to := add(to, 1)
                    }
                    unread := 256
                    slot := add(slot, 1)
                }
            }
        }
    }

    /// @dev `acc_i := (acc_i + multiplier · b_i − offset) · scale + shift`. `DirectTerms` refuses scales that could overflow.
    function _answer(Pass memory pass, int256[] memory acc, uint256 parameter, uint256 scale, uint256 shift)
        private
        view
    {
        unchecked {
            uint256 laneBits = pass.laneBits;
            uint256 slot = pass.slot + parameter * laneBits / 256;
            uint256 unread = 256 - parameter * laneBits % 256;
            assembly ("memory-safe") {
                let multiplier := mload(add(pass, 0x100))
                let offset := mload(add(pass, 0x1a0))
                let mask := mload(add(pass, 0x1c0))
                let to := add(acc, 0x20)
                let end := add(to, shl(5, mload(acc)))
                for { } lt(to, end) { } {
                    let fields := shr(sub(256, unread), sload(slot))
                    let until := add(to, shl(5, div(unread, laneBits)))
                    if gt(until, end) { until := end }
                    for { } xor(to, until) { to := add(to, 0x20) } {
                        let value := add(mload(to), sub(mul(multiplier, and(fields, mask)), offset))
                        mstore(to, add(mul(value, scale), shift))
                        fields := shr(laneBits, fields)
                    }
                    unread := 256
                    slot := add(slot, 1)
                }
            }
        }
    }

    /// @dev The inputs packed for rows that begin at lane `align`, `zero` taken off each. Finds `offset` as well: a field is
    ///      2^(laneBits−1) more than its value, for each weight times its input, for each bias times the multiplier.
    function _packed(Pass memory pass, uint256 align, uint256 words) private pure returns (uint256 packed) {
        unchecked {
            uint256 length = 64 * (words + (words & 1));
            packed = _pack(pass, pass.activations - align, length);
            uint256 zero = pass.zero;
            if (zero != 0) {
                uint256 sum = pass.sum;
                uint256 ones = _pack(pass, _ones(pass.inputs) - align, length);
                _subtract(packed, ones, length, zero);
                pass.sum = sum - pass.inputs * zero;
            }
            pass.offset = (pass.sum + pass.multiplier) << (pass.laneBits - 1);
        }
    }

    /// @dev For each word of a row two words that multiply it: `even`, of each pair of bytes from `from` on the first, the
    ///      earliest in the top lane, and `odd − 2^laneBits · even`, where `odd` has the second of each pair. Keeps the
    ///      `sum` of the bytes, taken from lanes of at least 32 bits, each the sum of two bytes a word.
    /// @param length 64 bytes for each word of the row, of which there is an even number.
    /// @return packed Memory of these words.
    function _pack(Pass memory pass, uint256 from, uint256 length) private pure returns (uint256 packed) {
        uint256 laneBits = pass.laneBits;
        uint256 bytesMask = Lanes.ones(2 * laneBits) * 0xff;
        if (laneBits == 16) {
            uint256 wide = Lanes.evens(4 * laneBits);
            uint256 middle = Lanes.evens(2 * laneBits);
            // Two times 8 pairs of bytes, moved apart to every 32 bits.
            assembly ("memory-safe") {
                packed := mload(0x40)
                mstore(0x40, add(packed, length))
                mstore(0x00, 0)
                for {
                    let to := packed
                    let end := add(packed, length)
                } xor(to, end) { to := add(to, 0x80) } {
                    let both := mload(from)
                    from := add(from, 0x20)
                    let word := shr(128, both)
                    word := and(or(word, shl(64, word)), wide)
                    word := and(or(word, shl(32, word)), middle)
                    word := or(word, shl(16, word))
                    let even := and(shr(8, word), bytesMask)
                    let odd := and(word, bytesMask)
                    mstore(to, even)
                    mstore(add(to, 0x20), sub(odd, shl(16, even)))
                    mstore(0x00, add(mload(0x00), add(even, odd)))
                    word := shr(128, shl(128, both))
                    word := and(or(word, shl(64, word)), wide)
                    word := and(or(word, shl(32, word)), middle)
                    word := or(word, shl(16, word))
                    even := and(shr(8, word), bytesMask)
                    odd := and(word, bytesMask)
                    mstore(add(to, 0x40), even)
                    mstore(add(to, 0x60), sub(odd, shl(16, even)))
                    mstore(0x00, add(mload(0x00), add(even, odd)))
                }
                mstore(add(pass, 0x1e0), mload(0x00))
            }
        } else {
            uint256 wide = Lanes.ones(4 * laneBits) * 0xffffffff;
            // 4 pairs of bytes, moved apart to every 64 bits.
            assembly ("memory-safe") {
                packed := mload(0x40)
                mstore(0x40, add(packed, length))
                let sum := 0
                for {
                    let to := packed
                    let end := add(packed, length)
                } xor(to, end) { to := add(to, 0x40) } {
                    let word := shr(192, mload(from))
                    from := add(from, 8)
                    word := and(or(word, shl(96, word)), wide)
                    word := or(word, shl(48, word))
                    let even := and(shr(8, word), bytesMask)
                    let odd := and(word, bytesMask)
                    mstore(to, even)
                    mstore(add(to, 0x20), sub(odd, shl(32, even)))
                    sum := add(sum, add(even, odd))
                }
                mstore(add(pass, 0x1e0), sum)
            }
        }
        unchecked {
            pass.sum = (pass.sum * (bytesMask / 0xff)) >> (256 - 2 * laneBits);
        }
    }

    /// @dev Takes `zero` off every lane that has an input: signed lanes in Σ form, modulo 2^256.
    function _subtract(uint256 packed, uint256 ones, uint256 length, uint256 zero) private pure {
        assembly ("memory-safe") {
            for { let end := add(packed, length) } lt(packed, end) { packed := add(packed, 0x20) } {
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

    /// @dev Memory of `length` zero bytes: what lies beyond the calldata is zero. Bounded by the sizes of a layer.
    function _allocate(uint256 length) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            calldatacopy(place, calldatasize(), length)
            mstore(0x40, and(add(add(place, length), 31), not(31)))
        }
    }

    function _wordAt(bytes memory network, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(network, 0x20), shl(5, index)))
        }
    }

    /// @dev `Σ_j f_j · x_j` over the fields of one row, in pairs of words: beyond an odd last word the inputs are zero.
    function _dot(Pass memory pass, uint256 slot, uint256 place, uint256 words) private view returns (int256 dot) {
        uint256 evens = pass.evens;
        uint256 laneBits = pass.laneBits;
        unchecked {
            uint256 end = place + 64 * (words + (words & 1));
            while (place != end) {
                uint256 until = place + 64 * BLOCK < end ? place + 64 * BLOCK : end;
                uint256 sum = pass.start;
                // sum += w · even + ((w >> laneBits) & evens) · (odd − 2^laneBits · even) for each word, modulo 2^256
                assembly ("memory-safe") {
                    for { } xor(place, until) { } {
                        let word := sload(slot)
                        let next := sload(add(slot, 1))
                        slot := add(slot, 2)
                        word := add(
                            mul(word, mload(place)),
                            mul(and(shr(laneBits, word), evens), mload(add(place, 0x20)))
                        )
                        place := add(place, 0x40)
                        next := add(
                            mul(next, mload(place)),
                            mul(and(shr(laneBits, next), evens), mload(add(place, 0x20)))
                        )
                        place := add(place, 0x40)
                        sum := add(sum, add(word, next))
                    }
                }
                dot += int256(sum >> (256 - 2 * laneBits));
            }
        }
    }

    /// @dev `_dot` of rows by fives and fours, into `acc`: fives until fours make up the rest. Returns how many rows.
    function _groups(Pass memory pass, uint256 slot, uint256 place, uint256 words, int256[] memory acc)
        private
        view
        returns (uint256 rows)
    {
        unchecked {
            uint256 stride = pass.inputs / 16;
            pass.stride = stride;
            pass.length = 64 * words;
            pass.first = 64 * ((words - 1) % BLOCK + 1);
            // As many fives as leave a multiple of four; if none do, as many as there are.
            uint256 fives = acc.length / 5;
            uint256 spare = (fives - acc.length) & 3;
            if (spare <= fives) fives -= spare;
            uint256 fours = (acc.length - 5 * fives) / 4;
            rows = 5 * fives + 4 * fours;
            uint256 to;
            assembly ("memory-safe") {
                to := add(acc, 0x20)
            }
            pass.rows = 5;
            // Called from two places, it stays a function of its own, whose variables fit the stack.
            for (uint256 end = slot + 5 * fives * stride; slot != end; slot += 5 * stride) {
                pass.results = to;
                _multiply(pass, slot, place);
                to += 160;
            }
            pass.rows = 4;
            for (uint256 end = slot + 4 * fours * stride; slot != end; slot += 4 * stride) {
                pass.results = to;
                _multiply(pass, slot, place);
                to += 128;
            }
        }
    }

    /// @dev Dot products of `pass.rows` rows of 16-bit lanes, into memory at `pass.results`. Row r begins
    ///      `r · stride` words after `slot`. In each block, modulo 2^256,
    ///      `w = storage[slot + r · stride + k]; p_r += w · even_k + ((w >> 16) & evens) · (odd_k − 2^16 · even_k)`.
    ///      Tops of 32 bits are summed in fields of 48, fewer than 2^16 of them; each has B too much.
    function _multiply(Pass memory pass, uint256 slot, uint256 place) private view {
        assembly ("memory-safe") {
            let evens := mload(add(pass, 0x60))
            let stride := mload(add(pass, 0x140))
            let end := add(place, mload(add(pass, 0x160)))
            let until := add(place, mload(add(pass, 0x180)))
            let tops := 0
            switch mload(add(pass, 0x260))
            case 5 {
                for { } 1 { } {
                    let a := mload(add(pass, 0xc0))
                    let b := a
                    let c := a
                    let d := a
                    let e := a
                    for { } xor(place, until) { } {
                        let even := mload(place)
                        let odd := mload(add(place, 0x20))
                        place := add(place, 0x40)
                        let word := sload(slot)
                        a := add(a, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        let row := add(slot, stride)
                        word := sload(row)
                        slot := add(slot, 1)
                        b := add(b, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        row := add(row, stride)
                        word := sload(row)
                        c := add(c, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        row := add(row, stride)
                        word := sload(row)
                        d := add(d, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        word := sload(add(row, stride))
                        e := add(e, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    }
                    let fields := or(shl(48, shr(224, e)), shr(224, d))
                    fields := or(shl(48, fields), shr(224, c))
                    fields := or(shl(48, fields), shr(224, b))
                    tops := add(tops, or(shl(48, fields), shr(224, a)))
                    if eq(until, end) { break }
                    until := add(until, 0x400)
                }
                let to := mload(add(pass, 0x240))
                mstore(to, shr(208, shl(208, tops)))
                mstore(add(to, 0x20), shr(208, shl(160, tops)))
                mstore(add(to, 0x40), shr(208, shl(112, tops)))
                mstore(add(to, 0x60), shr(208, shl(64, tops)))
                mstore(add(to, 0x80), shr(208, shl(16, tops)))
            }
            default {
                for { } 1 { } {
                    let a := mload(add(pass, 0xc0))
                    let b := a
                    let c := a
                    let d := a
                    for { } xor(place, until) { } {
                        let even := mload(place)
                        let odd := mload(add(place, 0x20))
                        place := add(place, 0x40)
                        let word := sload(slot)
                        a := add(a, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        let row := add(slot, stride)
                        word := sload(row)
                        slot := add(slot, 1)
                        b := add(b, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        row := add(row, stride)
                        word := sload(row)
                        c := add(c, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                        word := sload(add(row, stride))
                        d := add(d, add(mul(word, even), mul(odd, and(shr(16, word), evens))))
                    }
                    let fields := or(shl(48, shr(224, d)), shr(224, c))
                    fields := or(shl(48, fields), shr(224, b))
                    tops := add(tops, or(shl(48, fields), shr(224, a)))
                    if eq(until, end) { break }
                    until := add(until, 0x400)
                }
                let to := mload(add(pass, 0x240))
                mstore(to, shr(208, shl(208, tops)))
                mstore(add(to, 0x20), shr(208, shl(160, tops)))
                mstore(add(to, 0x40), shr(208, shl(112, tops)))
                mstore(add(to, 0x60), shr(144, tops))
            }
        }
    }
}
