// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Cohort
/// @notice Who trains what: a pseudorandom permutation of the members, its inverse, and the shards of each position.
/// @dev Balanced Feistel network of four rounds with cycle-walking: one position costs a few hashes, however many members.
///      Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002. It is drawn fairly, not kept secret.
library Cohort {
    /// @notice Index of the member at `position`: a permutation of `[0, members)` chosen by `seed`.
    /// @param members At least 1; `position` is below it.
    function indexOf(bytes32 seed, uint256 members, uint256 position) internal pure returns (uint256 index) {
        uint256 halfBits = halfBitsOf(members);
        uint256 mask = (1 << halfBits) - 1;
        index = position;
        do {
            (uint256 a, uint256 b) = (index >> halfBits, index & mask);
            for (uint256 k; k < 4; ++k) {
                (a, b) = (b, a ^ (_hash(seed, k, b) & mask));
            }
            index = (a << halfBits) | b;
        } while (index >= members);
    }

    /// @notice Position of the member at `index`: the inverse of `indexOf`.
    function positionOf(bytes32 seed, uint256 members, uint256 index) internal pure returns (uint256 position) {
        uint256 halfBits = halfBitsOf(members);
        uint256 mask = (1 << halfBits) - 1;
        position = index;
        do {
            (uint256 a, uint256 b) = (position >> halfBits, position & mask);
            for (uint256 k = 4; k > 0; --k) {
                (a, b) = (b ^ (_hash(seed, k - 1, a) & mask), a);
            }
            position = (a << halfBits) | b;
        } while (position >= members);
    }

    /// @notice Smallest h ≥ 1 with 2^(2h) ≥ `members`.
    function halfBitsOf(uint256 members) internal pure returns (uint256 halfBits) {
        halfBits = 1;
        while ((1 << (2 * halfBits)) < members) ++halfBits;
    }

    /// @notice Position of the keeper chosen for a shard: `keccak256(seed, shard) mod cohort`.
    function keeperPosition(bytes32 seed, uint256 shard, uint256 cohort) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, shard))) % cohort;
    }

    /// @notice The `assigned`-th shard of a position: `((position + round) · shardsPerMember + assigned) mod shards`.
    function shardOf(uint256 position, uint256 round, uint256 assigned, uint256 shardsPerMember, uint256 shards)
        internal
        pure
        returns (uint256)
    {
        // Positions and shards are 256 at most and rounds below 2^32: far from 2^256.
        unchecked {
            return ((position + round) * shardsPerMember + assigned) % shards;
        }
    }

    /// @notice Whether a position trains `shard` in `round`, and as which of its assigned shards.
    /// @dev `shardsPerMember ≤ shards`, so a position meets a shard at most once a round.
    function assignmentOf(uint256 position, uint256 round, uint256 shard, uint256 shardsPerMember, uint256 shards)
        internal
        pure
        returns (bool isAssigned, uint256 assigned)
    {
        // As above; the inner remainder is below `shards`.
        unchecked {
            assigned = (shard + shards - ((position + round) * shardsPerMember) % shards) % shards;
        }
        isAssigned = assigned < shardsPerMember;
    }

    /// @notice Updates of `shard` that a full cohort sends: `#{ j < cohort · K : (round · K + j) mod shards = shard }`.
    function expectedUpdates(uint256 cohort, uint256 round, uint256 shard, uint256 shardsPerMember, uint256 shards)
        internal
        pure
        returns (uint256)
    {
        uint256 assignments = cohort * shardsPerMember;
        uint256 first = (shard + shards - (round * shardsPerMember) % shards) % shards;
        return first < assignments ? (assignments - first - 1) / shards + 1 : 0;
    }

    /// @notice Most updates of any shard with `cohort` positions: `⌈cohort · shardsPerMember / shards⌉`.
    /// @dev Positions are assigned runs of shards, one run after the other around the ring of all shards, so that any two
    ///      shards differ by one update at most.
    function maxUpdates(uint256 cohort, uint256 shardsPerMember, uint256 shards) internal pure returns (uint256) {
        return (cohort * shardsPerMember + shards - 1) / shards;
    }

    function _hash(bytes32 seed, uint256 k, uint256 x) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, k, x)));
    }
}
