// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title FieldLanes
/// @notice Many signed integers in one field element: `word = Σ_j v_j · 2^(width·j)` modulo r, lane 0 least significant,
///         r the order of the scalar field of BLS12-381. A blob holds 4,096 such words.
/// @dev L = ⌊253 / width⌋ lanes. Reading adds the bias first: `u = (word + bias) mod r` is in the packing range if
///      u < 2^(width·L), and then lane j's field is `v_j + 2^(width−1)`. As 2^253 < r, every vector of lanes has one word,
///      and every word in the packing range has one vector.
library FieldLanes {
    /// @notice r, the modulus of a blob's field elements (EIP-4844, `BLS_MODULUS`).
    uint256 internal constant MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
    /// @notice Words of a blob (EIP-4844, `FIELD_ELEMENTS_PER_BLOB`).
    uint256 internal constant BLOB_WORDS = 4096;

    uint256 private constant PACKED_BITS = 253;

    /// @notice Lanes in a word: `⌊253 / width⌋`.
    function count(uint256 width) internal pure returns (uint256) {
        return PACKED_BITS / width;
    }

    /// @notice Parameters that a blob holds: `4,096 · L`.
    function blobLength(uint256 width) internal pure returns (uint256) {
        return BLOB_WORDS * count(width);
    }

    /// @notice Blobs that `length` parameters take: `⌈length / (4,096 · L)⌉`.
    function blobs(uint256 width, uint256 length) internal pure returns (uint256) {
        uint256 size = blobLength(width);
        return (length + size - 1) / size;
    }

    /// @notice What is added to a word to read it: `Σ_j 2^(width−1) · 2^(width·j)` over its L lanes.
    function bias(uint256 width) internal pure returns (uint256) {
        return ((1 << (width * count(width))) - 1) / ((1 << width) - 1) << (width - 1);
    }

    /// @notice Lanes of word `word` of blob `blob` that hold parameters, of a shard of `length` of them; the lanes after
    ///         them are padding.
    function used(uint256 width, uint256 length, uint256 blob, uint256 word) internal pure returns (uint256) {
        uint256 lanes = count(width);
        uint256 first = (blob * BLOB_WORDS + word) * lanes;
        if (first >= length) return 0;
        return length - first < lanes ? length - first : lanes;
    }

    /// @notice Whether a word breaks the bounds of an update: it is outside the packing range, or one of its first
    ///         `usedLanes` lanes is not in `[−2^(bits−1), 2^(bits−1) − 1]`, or a later lane is not zero.
    /// @param word A field element, below r.
    /// @param bits 1 ≤ bits ≤ width.
    function isFault(uint256 word, uint256 width, uint256 bits, uint256 usedLanes) internal pure returns (bool) {
        uint256 lanes = count(width);
        uint256 biased = addmod(word, bias(width), MODULUS);
        if (biased >> (width * lanes) != 0) return true;
        uint256 zero = 1 << (width - 1);
        uint256 half = 1 << (bits - 1);
        for (uint256 j; j < lanes; ++j) {
            uint256 field = (biased >> (width * j)) & ((1 << width) - 1);
            if (j >= usedLanes) {
                if (field != zero) return true;
            } else if (field + half < zero || field >= zero + half) {
                return true;
            }
        }
        return false;
    }
}
