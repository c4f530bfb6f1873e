// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Cohort
/// @notice Who trains what: a pseudorandom permutation of the members, its inverse, and the shards of each position.
/// @dev Balanced Feistel network of four rounds with cycle-walking: one position costs a few hashes, however many members.
///      Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002. The draw is fair, not secret.
library Cohort {
    /// @notice Index of the member at `position`: a permutation of `[0, members)` chosen by `seed`.
    /// @param members At least 1; `position` is below it.
    function indexOf(bytes32 seed, uint256 members, uint256 position) internal pure returns (uint256 index) {
        index = _walk(seed, members, position, 0);
    }

    /// @notice Position of the member at `index`: the inverse of `indexOf`.
    function positionOf(bytes32 seed, uint256 members, uint256 index) internal pure returns (uint256 position) {
        position = _walk(seed, members, index, 3);
    }

    /// @notice Smallest h ≥ 1 with 2^(2h) ≥ `members`.
    function halfBitsOf(uint256 members) internal pure returns (uint256 halfBits) {
        halfBits = 1;
        // Members are below 2^32.
        unchecked {
            while ((1 << (2 * halfBits)) < members) ++halfBits;
        }
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

    /// @dev Walks from `x` until it is below `members` again. A network run backwards is the same network on swapped halves,
    ///      its rounds in the opposite order.
    /// @param flip 0 for the permutation, 3 for its inverse: the k-th round is `k XOR flip`.
    function _walk(bytes32 seed, uint256 members, uint256 x, uint256 flip) private pure returns (uint256) {
        // Nothing here comes near 2^256.
        unchecked {
            uint256 halfBits = halfBitsOf(members);
            uint256 mask = (1 << halfBits) - 1;
            do {
                (uint256 a, uint256 b) = (x >> halfBits, x & mask);
                if (flip != 0) (a, b) = (b, a);
                for (uint256 k; k < 4; ++k) {
                    (a, b) = (b, a ^ (_hash(seed, k ^ flip, b) & mask));
                }
                if (flip != 0) (a, b) = (b, a);
                x = (a << halfBits) | b;
            } while (x >= members);
        }
        return x;
    }

    function _hash(bytes32 seed, uint256 k, uint256 x) private pure returns (uint256 hash) {
        // Equivalent to `uint256(keccak256(abi.encode(seed, k, x)))`, in memory that is not kept: a round of 256 members
        // hashes some thousand times, and memory costs the square of its length.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, seed)
            mstore(add(free, 0x20), k)
            mstore(add(free, 0x40), x)
            hash := keccak256(free, 0x60)
        }
    }
}
