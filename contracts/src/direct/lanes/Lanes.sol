// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Lanes
/// @notice Many signed integers in one 256-bit word: `word = Σ_j v_j · 2^(width·j)` modulo 2^256, lane 0 least significant.
/// @dev A word is read or stored *biased*: `stored = word + bias`, so that lane j's field is `v_j + 2^(width−1)`.
///      Adding words modulo 2^256 adds their vectors exactly while every lane stays inside its range: see "One idea" in
///      ARCHITECTURE.md.
library Lanes {
    /// @notice A word has `lanes` lanes, counted from 0.
    error NoSuchLane(uint256 lane, uint256 lanes);
    /// @notice The value does not fit a lane of `width` bits.
    error LaneOutOfRange(int256 value, uint256 width);

    /// @notice Lanes in a word: `256 / width`.
    function count(uint256 width) internal pure returns (uint256) {
        return 256 / width;
    }

    /// @notice The word with 1 in every lane: `Σ_j 2^(width·j) = (2^256 − 1) / (2^width − 1)`.
    /// @param width Divides 256 and is less than it.
    function ones(uint256 width) internal pure returns (uint256) {
        unchecked {
            return type(uint256).max / ((1 << width) - 1);
        }
    }

    /// @notice What is added to a word to store it: `Σ_j 2^(width−1) · 2^(width·j)`.
    function bias(uint256 width) internal pure returns (uint256) {
        unchecked {
            return ones(width) << (width - 1);
        }
    }

    /// @notice Mask of the even lanes: lanes 0, 2, 4, … keep their fields, as lanes of twice the width.
    function evens(uint256 width) internal pure returns (uint256) {
        unchecked {
            return ones(2 * width) * ((1 << width) - 1);
        }
    }

    /// @notice Mask of the lanes below `lane`; all of them when `lane` is the number of lanes.
    function below(uint256 width, uint256 lane) internal pure returns (uint256) {
        // A shift by 256 gives 0, and 0 − 1 wraps to the full mask: all lanes need no branch of their own.
        unchecked {
            return (1 << (width * lane)) - 1;
        }
    }

    /// @notice Words that `length` lanes take: `⌈length / lanes⌉`.
    function words(uint256 width, uint256 length) internal pure returns (uint256) {
        uint256 lanes = 256 / width;
        return (length + lanes - 1) / lanes;
    }

    /// @notice The value of one lane of a stored (biased) word.
    function read(uint256 stored, uint256 width, uint256 lane) internal pure returns (int256) {
        if (lane >= 256 / width) revert NoSuchLane(lane, 256 / width);
        uint256 field = (stored >> (width * lane)) & ((1 << width) - 1);
        return int256(field) - int256(1 << (width - 1));
    }

    /// @notice A stored (biased) word with one lane replaced.
    /// @param value `−2^(width−1) ≤ value < 2^(width−1)`.
    function write(uint256 stored, uint256 width, uint256 lane, int256 value) internal pure returns (uint256) {
        if (lane >= 256 / width) revert NoSuchLane(lane, 256 / width);
        int256 half = int256(1 << (width - 1));
        if (value < -half || value >= half) revert LaneOutOfRange(value, width);
        uint256 mask = ((1 << width) - 1) << (width * lane);
        return (stored & ~mask) | (uint256(value + half) << (width * lane));
    }
}
