// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../types/Terms.sol";
import { Cohort } from "../terms/Cohort.sol";
import { Commitment } from "./Commitment.sol";
import { FieldLanes } from "./FieldLanes.sol";
import { Gains } from "../terms/Gains.sol";

/// @title BlobTerms
/// @notice Refuses terms that are impossible on the blob path: one named error for each.
/// @dev What passes can run all its rounds: no lane can overflow, a fault can be proven in time, every step fits a
///      transaction.
library BlobTerms {
    error UnsupportedLaneBits(uint256 laneBits);
    /// @notice 2, 4 or 8. One bit means ±1, and padding could not be zero.
    error UnsupportedBits(uint256 bits);
    error UnsupportedRule(uint256 rule);
    /// @notice Watchers find the faults: they need this time.
    error ChallengeTooShort(uint256 challengeSeconds, uint256 minimum);
    error EmptyModel();
    error EmptyShard();
    error TooManyShards(uint256 shards, uint256 limit);
    /// @notice Several shards must each fill whole blobs.
    error MisalignedShard(uint256 shardSize, uint256 multiple);
    /// @notice A shard is submitted in one transaction, which carries so many blobs at most.
    error TooManyBlobs(uint256 blobs, uint256 limit);
    error InvalidShardsPerMember(uint256 shardsPerMember, uint256 shards);
    error InvalidCohortSize(uint256 cohortSize, uint256 limit);
    /// @notice A committed update comes in one transaction, and a transaction carries the blobs of one shard.
    error CommitmentOverSeveralShards(uint256 shardsPerMember);
    error LaneOverflow(uint256 largest, uint256 limit);
    /// @notice Choose fewer blobs a shard or a smaller cohort.
    error AggregateTooLong(uint256 size, uint256 limit);

    /// @notice Blobs that a transaction may carry (EIP-7594).
    uint256 internal constant TRANSACTION_BLOBS = 6;
    /// @notice Least challenge window where stakes may be real: two hours. On a private network one second is enough.
    uint256 internal constant CHALLENGE_SECONDS = 7_200;

    uint256 private constant MIN_LANE_BITS = 8;
    uint256 private constant MAX_LANE_BITS = 32;
    uint256 private constant LIMIT = 256;
    uint256 private constant GAIN_WIDTH = 48;
    /// @dev Most bytes of a transaction that nodes relay (`txMaxSize` of geth's pool), less head and envelope. So few
    ///      points cost less gas than a transaction may use (EIP-7825), whatever the cohort: measured by the tests.
    uint256 private constant DATA_LIMIT = 131_072 - 448;

    /// @notice Reverts with a named error if the terms are impossible.
    function check(Terms calldata terms) internal view {
        _checkForm(terms);
        _checkShards(terms);
        _checkOverflow(terms);
        uint256 size =
            maxUpdates(terms) * FieldLanes.blobs(terms.laneBits, _longestShard(terms)) * Commitment.AFFINE_BYTES;
        if (size > DATA_LIMIT) revert AggregateTooLong(size, DATA_LIMIT);
    }

    /// @notice Shards of the model: `⌈dimension / shardSize⌉`.
    function shardCount(Terms calldata terms) internal pure returns (uint256) {
        return (uint256(terms.dimension) + terms.shardSize - 1) / terms.shardSize;
    }

    /// @notice Most updates of a shard in a round: `⌈cohortSize · shardsPerMember / shards⌉`.
    function maxUpdates(Terms calldata terms) internal pure returns (uint256) {
        return Cohort.maxUpdates(terms.cohortSize, terms.shardsPerMember, shardCount(terms));
    }

    function _checkForm(Terms calldata terms) private view {
        if (terms.laneBits < MIN_LANE_BITS || terms.laneBits > MAX_LANE_BITS) {
            revert UnsupportedLaneBits(terms.laneBits);
        }
        if (terms.bits != 2 && terms.bits != 4 && terms.bits != 8) revert UnsupportedBits(terms.bits);
        if (terms.rule != 0) revert UnsupportedRule(terms.rule);
        uint256 minimum = terms.isPrivateNetwork ? 1 : CHALLENGE_SECONDS;
        if (terms.challengeSeconds < minimum) revert ChallengeTooShort(terms.challengeSeconds, minimum);
        if (terms.cohortSize == 0 || terms.cohortSize > LIMIT) revert InvalidCohortSize(terms.cohortSize, LIMIT);
    }

    function _checkShards(Terms calldata terms) private pure {
        if (terms.dimension == 0) revert EmptyModel();
        if (terms.shardSize == 0) revert EmptyShard();
        uint256 shards = shardCount(terms);
        if (shards > LIMIT) revert TooManyShards(shards, LIMIT);
        uint256 multiple = FieldLanes.blobLength(terms.laneBits);
        if (shards > 1 && terms.shardSize % multiple != 0) revert MisalignedShard(terms.shardSize, multiple);
        uint256 blobs = FieldLanes.blobs(terms.laneBits, _longestShard(terms));
        if (blobs > TRANSACTION_BLOBS) revert TooManyBlobs(blobs, TRANSACTION_BLOBS);
        if (terms.shardsPerMember == 0 || terms.shardsPerMember > shards) {
            revert InvalidShardsPerMember(terms.shardsPerMember, shards);
        }
        if (terms.commitSeconds > 0 && terms.shardsPerMember > 1) {
            revert CommitmentOverSeveralShards(terms.shardsPerMember);
        }
    }

    /// @dev `Σ_{r < rounds} gain_r · maxUpdates · 2^(bits−1) < 2^(laneBits−1)`: lanes start at zero.
    function _checkOverflow(Terms calldata terms) private pure {
        uint256 gains = terms.gains;
        uint256 rounds = terms.rounds;
        Gains.check(gains, rounds);
        uint256 total; // Σ of gains over all rounds
        for (uint256 e; e < Gains.ENTRIES; ++e) {
            uint256 entry = uint48(gains >> (GAIN_WIDTH * e));
            if (entry == 0) break;
            uint256 next = e + 1 == Gains.ENTRIES ? 0 : uint48(gains >> (GAIN_WIDTH * (e + 1)));
            uint256 end = next == 0 ? rounds : next >> 16;
            total += (entry & 0xffff) * (end - (entry >> 16));
        }
        uint256 largest = total * maxUpdates(terms) << (terms.bits - 1);
        uint256 limit = 1 << (terms.laneBits - 1);
        if (largest >= limit) revert LaneOverflow(largest, limit);
    }

    function _longestShard(Terms calldata terms) private pure returns (uint256) {
        return terms.dimension < terms.shardSize ? terms.dimension : terms.shardSize;
    }
}
