// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { Terms } from "../types/Terms.sol";
import { Cohort } from "./Cohort.sol";
import { Gains } from "./Gains.sol";
import { Reward } from "./Reward.sol";

/// @title TermsChecks
/// @notice What follows from terms alone, and which terms are refused.
/// @dev The core checks what it knows: people, time, tokens. The aggregator checks widths, overflow and gas.
library TermsChecks {
    uint256 internal constant MAX_COHORT = 256; // positions are bits of a word
    uint256 internal constant MAX_SHARDS = 256; // shards are bits of a word
    uint256 internal constant BASIS_POINTS = 10_000;

    uint256 private constant MINUTE = 60;
    uint256 private constant HOUR = 3_600;
    uint256 private constant MONTH = 2_592_000; // 30 days

    /// @notice Shards of the model: `⌈dimension / shardSize⌉`.
    function shardCount(Terms memory terms) internal pure returns (uint256) {
        // The fields have 32 bits and checked terms a `shardSize` of at least 1: the sum neither overflows nor underflows.
        unchecked {
            return (uint256(terms.dimension) + terms.shardSize - 1) / terms.shardSize;
        }
    }

    /// @notice Parameters of the longest shard: `min(dimension, shardSize)`.
    function longestShard(Terms memory terms) internal pure returns (uint256) {
        return terms.dimension < terms.shardSize ? terms.dimension : terms.shardSize;
    }

    /// @notice Most updates of a shard in a round: `⌈cohortSize · shardsPerMember / shards⌉`.
    function maxUpdates(Terms memory terms) internal pure returns (uint256) {
        return Cohort.maxUpdates(terms.cohortSize, terms.shardsPerMember, shardCount(terms));
    }

    /// @notice The pot of round `number`.
    function potOf(Terms storage terms, uint256 number) internal view returns (uint256) {
        return Reward.potOf(terms.bounty, terms.rounds, number);
    }

    /// @notice Whether anyone may join for a bounty: then there must be time for more than one account to join.
    function isOpenPot(uint256 bounty, address gate, bool isPrivateNetwork) internal pure returns (bool) {
        return bounty > 0 && gate == address(0) && !isPrivateNetwork;
    }

    /// @notice Reverts with a named error at the first term that no model, cohort or schedule can have. The core and the
    ///         aggregators check these terms alike: an aggregator takes federations from any core.
    /// @return shards Shards of the model, 1 to 256.
    function checkSizes(Terms memory terms) internal pure returns (uint256 shards) {
        if (terms.cohortSize == 0 || terms.cohortSize > MAX_COHORT) {
            revert IFederationErrors.CohortSizeOutOfRange(terms.cohortSize, MAX_COHORT);
        }
        if (terms.rounds == 0) revert IFederationErrors.RoundsZero();
        if (terms.dimension == 0) revert IFederationErrors.DimensionZero();
        if (terms.shardSize == 0) revert IFederationErrors.ShardSizeZero();
        shards = shardCount(terms);
        if (shards > MAX_SHARDS) revert IFederationErrors.TooManyShards(shards, MAX_SHARDS);
        if (terms.shardsPerMember == 0 || terms.shardsPerMember > shards) {
            revert IFederationErrors.ShardsPerMemberOutOfRange(terms.shardsPerMember, shards);
        }
        Gains.check(terms.gains, terms.rounds);
    }

    /// @notice Reverts with a named error at the first term that is impossible for the core.
    /// @return shards Shards of the model, 1 to 256.
    function check(Terms memory terms) internal view returns (uint256 shards) {
        shards = checkSizes(terms);
        if (terms.minimumUpdates == 0 || terms.minimumUpdates > terms.cohortSize) {
            revert IFederationErrors.MinimumUpdatesOutOfRange(terms.minimumUpdates, terms.cohortSize);
        }
        if (terms.endQuorum > BASIS_POINTS) {
            revert IFederationErrors.EndQuorumOutOfRange(terms.endQuorum, BASIS_POINTS);
        }
        _checkDurations(terms);
        if (terms.aggregator.code.length == 0) revert IFederationErrors.AggregatorHasNoCode(terms.aggregator);
        if (_isMissing(terms.gate)) revert IFederationErrors.GateHasNoCode(terms.gate);
        if (_isMissing(terms.judge)) revert IFederationErrors.JudgeHasNoCode(terms.judge);
        if (_isMissing(terms.token)) revert IFederationErrors.TokenHasNoCode(terms.token);
        bool isTokenNeeded = terms.stake > 0 || terms.bounty > 0 || terms.keeperPay > 0 || terms.sealPay > 0;
        if (isTokenNeeded && terms.token == address(0)) {
            revert IFederationErrors.TokenMissing(terms.stake, terms.bounty, terms.keeperPay, terms.sealPay);
        }
        uint256 needed = terms.keeperPay * (shards + Reward.ACTIONS_BESIDES_SHARDS);
        uint256 pot = Reward.potRoundedDown(terms.bounty, terms.rounds);
        if (needed > pot) revert IFederationErrors.KeeperBudgetExceeded(needed, pot);
    }

    /// @dev The least durations stop a creator from abandoning before anyone can act, and from asking for the impossible.
    ///      The greatest ones stop a silent member from locking stakes for longer than a month in each phase.
    function _checkDurations(Terms memory terms) private pure {
        bool isPublic = !terms.isPrivateNetwork;
        bool isOpen = isOpenPot(terms.bounty, terms.gate, terms.isPrivateNetwork);
        _checkDuration("joinSeconds", terms.joinSeconds, isOpen ? HOUR : 0);
        _checkDuration("commitSeconds", terms.commitSeconds, 0);
        _checkDuration("submitSeconds", terms.submitSeconds, isPublic ? MINUTE : 1);
        _checkDuration("challengeSeconds", terms.challengeSeconds, 0);
        _checkDuration("keeperSeconds", terms.keeperSeconds, 0);
        _checkDuration("idleSeconds", terms.idleSeconds, isPublic ? HOUR : 1);
    }

    function _checkDuration(bytes32 term, uint256 value, uint256 least) private pure {
        if (value < least || value > MONTH) revert IFederationErrors.DurationOutOfRange(term, value, least, MONTH);
    }

    /// @dev Zero means that the terms name none.
    function _isMissing(address module) private view returns (bool) {
        return module != address(0) && module.code.length == 0;
    }
}
