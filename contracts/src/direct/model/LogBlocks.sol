// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title LogBlocks
/// @notice Block numbers of 40 bits, several in a slot: where the words of each shard were logged.
/// @dev Those of shards 0 to 3 are in the slot that every aggregation writes; those of the others six in a slot.
library LogBlocks {
    /// @notice Shards whose block numbers are in `Progress.logBlocks`.
    uint256 internal constant IN_PROGRESS = 4;

    uint256 private constant IN_SLOT = 6;
    uint256 private constant WIDTH = 40;
    uint256 private constant MASK = (1 << WIDTH) - 1;

    /// @notice Which slot of the mapping holds the block number of a shard, and at which place.
    /// @param shard At least `IN_PROGRESS`.
    function placeOf(uint256 shard) internal pure returns (uint256 group, uint256 place) {
        group = (shard - IN_PROGRESS) / IN_SLOT;
        place = (shard - IN_PROGRESS) % IN_SLOT;
    }

    /// @notice The number at `place` of a packed word.
    function read(uint256 packed, uint256 place) internal pure returns (uint256) {
        return (packed >> (WIDTH * place)) & MASK;
    }

    /// @notice The packed word with another number at `place`.
    /// @param number Below 2^40: at one block a millisecond, enough for 34 years.
    function write(uint256 packed, uint256 place, uint256 number) internal pure returns (uint256) {
        return packed & ~(MASK << (WIDTH * place)) | number << (WIDTH * place);
    }
}
