// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Tensor } from "../../types/DirectSetup.sol";
import { Lanes } from "./Lanes.sol";

/// @title Initial
/// @notice Where a model starts: seeded integers, uniform in ±amplitude of each tensor, or given ones, checked.
/// @dev Seeded: word w of the model has `h = keccak256(seed ‖ w)`; lane j takes `u = (h >> laneBits·j) mod 2^laneBits`
///      and becomes `((u·(2a + 1)) >> laneBits) − a`, a being the amplitude of the tensor that owns parameter w·L + j.
///      Both halves of a word (even lanes, odd lanes) are multiplied at once.
library Initial {
    /// @notice What stays the same over the words of a tensor.
    struct Uniform {
        uint256 laneBits;
        uint256 evens; // mask of the even lanes
        uint256 range; // 2a + 1
        uint256 base; //  2^(laneBits−1) − a in every lane
        bytes32 seed;
    }

    /// @notice A given integer is outside ±bound; the bound of lanes beyond the dimension is zero.
    error BoundExceeded(uint256 parameter, int256 value, uint256 bound);

    /// @notice Words `first` to `first + count − 1` of a seeded model, biased. Lanes beyond it hold zero.
    /// @dev Tensor by tensor: words that it has for itself in one loop, those that it shares lane by lane.
    /// @param tensors Their lengths sum to the dimension; amplitudes are below `2^(laneBits−1)`.
    function seeded(bytes32 seed, uint256 laneBits, Tensor[] memory tensors, uint256 first, uint256 count)
        internal
        pure
        returns (uint256[] memory words)
    {
        words = new uint256[](count);
        // Parameters are below 2^32 and lanes of a word 32 at most.
        unchecked {
            uint256 begin = first * (256 / laneBits);
            uint256 stop = begin + count * (256 / laneBits);
            uint256 end; // first parameter after the tensor
            for (uint256 t; t < tensors.length && end < stop; ++t) {
                uint256 start = end;
                end += tensors[t].length;
                if (end <= begin) continue;
                uint256 from = start < begin ? begin : start;
                uint256 until = end < stop ? end : stop;
                _write(words, first, _uniformOf(seed, laneBits, tensors[t].amplitude), from, until);
            }
            uint256 used = end % (256 / laneBits);
            if (end < stop && used != 0) words[count - 1] |= Lanes.bias(laneBits) & ~Lanes.below(laneBits, used);
        }
    }

    /// @notice `count` words of a model of zeros, biased.
    function zero(uint256 laneBits, uint256 count) internal pure returns (uint256[] memory words) {
        words = new uint256[](count);
        uint256 bias = Lanes.bias(laneBits);
        assembly ("memory-safe") {
            let to := add(words, 0x20)
            for { let end := add(to, shl(5, count)) } lt(to, end) { to := add(to, 0x20) } { mstore(to, bias) }
        }
    }

    /// @notice Reverts unless every lane of given words is within ±bound and lanes beyond the dimension hold zero.
    /// @param data Biased words, 32 bytes each.
    /// @param parameter Index of the first lane in the model.
    function check(bytes calldata data, uint256 laneBits, uint256 bound, uint256 parameter, uint256 dimension)
        internal
        pure
    {
        uint256 lanes = 256 / laneBits;
        uint256 evens = Lanes.evens(laneBits);
        uint256 ones = Lanes.ones(2 * laneBits);
        uint256 top = 1 << (2 * laneBits - 1);
        uint256 half = 1 << (laneBits - 1);
        // With fields f in lanes of twice the width, f + top − (half − bound) has its top bit set iff f ≥ half − bound,
        // and f + top − (half + bound + 1) has it clear iff f ≤ half + bound; no lane borrows or carries.
        uint256 low = ones * (top - (half - bound));
        uint256 high = ones * (top - (half + bound + 1));
        uint256 tops = ones * top;
        for (uint256 at; at < data.length; at += 32) {
            uint256 word = uint256(bytes32(data[at:at + 32]));
            unchecked {
                // Fields are below 2^laneBits and the addends at most 2^(2·laneBits − 1): sums stay in their lane.
                uint256 even = word & evens;
                uint256 odd = (word >> laneBits) & evens;
                uint256 under = ~((even + low) & (odd + low)) & tops;
                uint256 over = ((even + high) | (odd + high)) & tops;
                if (under | over != 0) _revertFor(word, laneBits, bound, parameter);
            }
            if (parameter + lanes > dimension) {
                for (uint256 j = dimension - parameter; j < lanes; ++j) {
                    int256 value = Lanes.read(word, laneBits, j);
                    if (value != 0) revert BoundExceeded(parameter + j, value, 0);
                }
            }
            parameter += lanes;
        }
    }

    /// @dev Writes the parameters `from` to `until − 1` of one tensor, whose words begin with word `first` of the model.
    function _write(uint256[] memory words, uint256 first, Uniform memory uniform, uint256 from, uint256 until)
        private
        pure
    {
        // All are below 2^32.
        unchecked {
            uint256 lanes = 256 / uniform.laneBits;
            uint256 word = from / lanes;
            uint256 lane = from % lanes;
            if (lane != 0) {
                uint256 stop = until < (word + 1) * lanes ? until - word * lanes : lanes;
                words[word - first] |= _share(uniform, word, lane, stop);
                ++word;
            }
            uint256 end = until / lanes;
            if (word > end) return;
            _run(words, first, uniform, word, end);
            if (until % lanes != 0) words[end - first] |= _share(uniform, end, 0, until % lanes);
        }
    }

    /// @dev Lanes `from` to `until − 1` of a word that several tensors share; the others are zero.
    function _share(Uniform memory uniform, uint256 word, uint256 from, uint256 until) private pure returns (uint256) {
        uint256[] memory one = new uint256[](1);
        unchecked {
            _run(one, word, uniform, word, word + 1);
        }
        return one[0] & Lanes.below(uniform.laneBits, until) & ~Lanes.below(uniform.laneBits, from);
    }

    /// @dev Words `word` to `end − 1` of the model, which one tensor has for itself. Of each hash h the even lanes become
    ///      `((h & evens)·range >> laneBits) & evens`, the odd ones `((h >> laneBits) & evens)·range & odds`; then `base` is
    ///      added. The products `u·(2a + 1)` fit 2·laneBits bits as `2a + 1 < 2^laneBits`; their upper halves are at most
    ///      2a, so adding `2^(laneBits−1) − a` stays in the lane.
    ///      `h = keccak256(abi.encodePacked(seed, word))`, in scratch space.
    function _run(uint256[] memory words, uint256 first, Uniform memory uniform, uint256 word, uint256 end)
        private
        pure
    {
        assembly ("memory-safe") {
            let laneBits := mload(uniform)
            let evens := mload(add(uniform, 0x20))
            let odds := not(evens)
            let range := mload(add(uniform, 0x40))
            let base := mload(add(uniform, 0x60))
            mstore(0x00, mload(add(uniform, 0x80)))
            let to := add(add(words, 0x20), shl(5, sub(word, first)))
            if and(sub(end, word), 1) {
                mstore(0x20, word)
                let hash := keccak256(0x00, 0x40)
                let even := and(shr(laneBits, mul(and(hash, evens), range)), evens)
                mstore(to, add(or(even, and(mul(and(shr(laneBits, hash), evens), range), odds)), base))
                to := add(to, 0x20)
                word := add(word, 1)
            }
            for { } lt(word, end) { } {
                mstore(0x20, word)
                let hash := keccak256(0x00, 0x40)
                let even := and(shr(laneBits, mul(and(hash, evens), range)), evens)
                mstore(to, add(or(even, and(mul(and(shr(laneBits, hash), evens), range), odds)), base))
                mstore(0x20, add(word, 1))
                hash := keccak256(0x00, 0x40)
                even := and(shr(laneBits, mul(and(hash, evens), range)), evens)
                mstore(add(to, 0x20), add(or(even, and(mul(and(shr(laneBits, hash), evens), range), odds)), base))
                to := add(to, 0x40)
                word := add(word, 2)
            }
        }
    }

    function _uniformOf(bytes32 seed, uint256 laneBits, uint256 amplitude) private pure returns (Uniform memory) {
        unchecked {
            return Uniform({
                laneBits: laneBits,
                evens: Lanes.evens(laneBits),
                range: 2 * amplitude + 1,
                base: Lanes.ones(laneBits) * ((1 << (laneBits - 1)) - amplitude),
                seed: seed
            });
        }
    }

    function _revertFor(uint256 word, uint256 laneBits, uint256 bound, uint256 parameter) private pure {
        for (uint256 j; j < 256 / laneBits; ++j) {
            int256 value = Lanes.read(word, laneBits, j);
            if (value < -int256(bound) || value > int256(bound)) revert BoundExceeded(parameter + j, value, bound);
        }
    }
}
