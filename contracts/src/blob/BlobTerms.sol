// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../interfaces/IAggregatorErrors.sol";
import { Terms } from "../types/Terms.sol";
import { Commitment } from "./Commitment.sol";
import { FieldLanes } from "./FieldLanes.sol";
import { Gains } from "../terms/Gains.sol";
import { TermsChecks } from "../terms/TermsChecks.sol";

/// @title BlobTerms
/// @notice Refuses terms that are impossible on the blob path: one named error for each.
/// @dev What passes can run all its rounds: no lane can overflow, a fault can be proven in time, every action fits a
///      transaction.
library BlobTerms {
    /// @notice Watchers find the faults: they need this time.
    error ChallengeTooShort(uint256 challengeSeconds, uint256 minimum);

    /// @notice A shard is submitted in one transaction, which carries so many blobs at most.
    error TooManyBlobs(uint256 blobs, uint256 limit);

    /// @notice A committed update comes in one transaction, and a transaction carries the blobs of one shard.
    error CommitmentOverSeveralShards(uint256 shardsPerMember);

    /// @notice Models of this path cannot be sealed: there is nothing to pay for.
    error UnsupportedSealPay(uint256 sealPay);

    /// @notice Blobs that a transaction may carry (EIP-7594).
    uint256 internal constant TRANSACTION_BLOBS = 6;
    /// @notice Least challenge window where stakes may be real: two hours. On a private network one second is enough.
    uint256 internal constant CHALLENGE_SECONDS = 7_200;

    uint256 private constant MIN_LANE_BITS = 8;
    uint256 private constant MAX_LANE_BITS = 32;

    /// @dev Most bytes of a transaction that nodes relay (`txMaxSize` of geth's pool), less head and envelope. So few
    ///      points cost less gas than a transaction may use (EIP-7825), whatever the cohort: measured by the tests.
    uint256 private constant DATA_LIMIT = 131_072 - 448;

    /// @notice Reverts with a named error if the terms are impossible.
    /// @return shards Shards of the model, 1 to 256.
    /// @return updates Most updates of a shard in a round.
    function check(Terms memory terms) internal pure returns (uint256 shards, uint256 updates) {
        shards = TermsChecks.checkSizes(terms);
        updates = TermsChecks.maxUpdates(terms);
        _checkForm(terms);
        uint256 blobs = _checkShards(terms, shards);
        _checkOverflow(terms, updates);
        uint256 size = updates * blobs * Commitment.AFFINE_BYTES;
        if (size > DATA_LIMIT) revert IAggregatorErrors.AggregateTooLong(size, DATA_LIMIT);
    }

    /// @dev One bit means ±1, so that padding could not be zero.
    function _checkForm(Terms memory terms) private pure {
        if (terms.laneBits < MIN_LANE_BITS || terms.laneBits > MAX_LANE_BITS) {
            revert IAggregatorErrors.UnsupportedLaneBits(terms.laneBits);
        }
        if (terms.bits != 2 && terms.bits != 4 && terms.bits != 8) {
            revert IAggregatorErrors.UnsupportedBits(terms.bits);
        }
        if (terms.rule != 0) revert IAggregatorErrors.UnsupportedRule(terms.rule);
        if (terms.sealPay != 0) revert UnsupportedSealPay(terms.sealPay);
        uint256 minimum = terms.isPrivateNetwork ? 1 : CHALLENGE_SECONDS;
        if (terms.challengeSeconds < minimum) revert ChallengeTooShort(terms.challengeSeconds, minimum);
    }

    /// @dev Several shards must each fill whole blobs.
    /// @return blobs Blobs of the longest shard.
    function _checkShards(Terms memory terms, uint256 shards) private pure returns (uint256 blobs) {
        uint256 multiple = FieldLanes.blobLength(terms.laneBits);
        if (shards > 1 && terms.shardSize % multiple != 0) {
            revert IAggregatorErrors.MisalignedShard(terms.shardSize, multiple);
        }
        blobs = FieldLanes.blobs(terms.laneBits, TermsChecks.longestShard(terms));
        if (blobs > TRANSACTION_BLOBS) revert TooManyBlobs(blobs, TRANSACTION_BLOBS);
        if (terms.commitSeconds > 0 && terms.shardsPerMember > 1) {
            revert CommitmentOverSeveralShards(terms.shardsPerMember);
        }
    }

    /// @dev `Σ_{r < rounds} gain_r · updates · 2^(bits−1) < 2^(laneBits−1)`: lanes start at zero.
    function _checkOverflow(Terms memory terms, uint256 updates) private pure {
        uint256 largest = Gains.total(terms.gains, terms.rounds) * updates << (terms.bits - 1);
        uint256 limit = 1 << (terms.laneBits - 1);
        if (largest >= limit) revert IAggregatorErrors.LaneOverflow(largest, limit);
    }
}
