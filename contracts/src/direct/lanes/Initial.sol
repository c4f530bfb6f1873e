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
    /// @notice A given integer is outside ±bound; the bound of lanes beyond the dimension is zero.
    error BoundExceeded(uint256 parameter, int256 value, uint256 bound);

    /// @notice Stored (biased) words `first` to `first + count − 1` of a seeded model. Lanes beyond it hold zero.
    /// @param tensors Their lengths sum to the dimension; amplitudes are below `2^(laneBits−1)`.
    function seeded(bytes32 seed, uint256 laneBits, Tensor[] memory tensors, uint256 first, uint256 count)
        internal
        pure
        returns (uint256[] memory words)
    {
        words = new uint256[](count);
        uint256 lanes = 256 / laneBits;
        uint256 tensor;
        uint256 end = tensors[0].length; // first parameter after `tensor`
        for (uint256 k; k < count; ++k) {
            uint256 from = (first + k) * lanes;
            uint256 hash = _hash(seed, first + k);
            uint256 done; // lanes of this word already made
            uint256 stored;
            while (done < lanes) {
                while (from + done >= end && tensor + 1 < tensors.length) end += tensors[++tensor].length;
                if (from + done >= end) {
                    stored |= Lanes.bias(laneBits) & ~Lanes.below(laneBits, done);
                    break;
                }
                uint256 until = end - from < lanes ? end - from : lanes;
                uint256 mask = Lanes.below(laneBits, until) & ~Lanes.below(laneBits, done);
                stored |= _uniform(hash, laneBits, tensors[tensor].amplitude) & mask;
                done = until;
            }
            words[k] = stored;
        }
    }

    /// @notice Reverts unless every lane of given words is within ±bound and lanes beyond the dimension hold zero.
    /// @param data Stored (biased) words, 32 bytes each.
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

    /// @dev Every lane uniform in ±amplitude, biased. The products `u·(2a + 1)` fit 2·laneBits bits as
    ///      `2a + 1 < 2^laneBits`; their upper halves are at most 2a, so adding `2^(laneBits−1) − a` stays in the lane.
    function _uniform(uint256 hash, uint256 laneBits, uint256 amplitude) private pure returns (uint256) {
        uint256 evens = Lanes.evens(laneBits);
        unchecked {
            uint256 range = 2 * amplitude + 1;
            uint256 even = (((hash & evens) * range) >> laneBits) & evens;
            uint256 odd = (((hash >> laneBits) & evens) * range) & ~evens;
            return (even | odd) + Lanes.ones(laneBits) * ((1 << (laneBits - 1)) - amplitude);
        }
    }

    /// @dev `keccak256(abi.encodePacked(seed, word))`, in scratch space.
    function _hash(bytes32 seed, uint256 word) private pure returns (uint256 hash) {
        assembly ("memory-safe") {
            mstore(0x00, seed)
            mstore(0x20, word)
            hash := keccak256(0x00, 0x40)
        }
    }

    function _revertFor(uint256 word, uint256 laneBits, uint256 bound, uint256 parameter) private pure {
        for (uint256 j; j < 256 / laneBits; ++j) {
            int256 value = Lanes.read(word, laneBits, j);
            if (value < -int256(bound) || value > int256(bound)) revert BoundExceeded(parameter + j, value, bound);
        }
    }
}
