// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { BlobTerms } from "../../src/blob/BlobTerms.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobVectors } from "./BlobVectors.sol";

contract BlobTermsTest is BlobVectors {
    Terms private terms;

    function setUp() external {
        terms = blobTerms();
    }

    function check(Terms calldata given) external view {
        BlobTerms.check(given);
    }

    function test_check_acceptsTheTermsOfTheVectors() external view {
        this.check(terms);
    }

    function test_check_refusesWidths() external {
        terms.laneBits = 7;
        refused(IAggregatorErrors.UnsupportedLaneBits.selector, 7);
        terms.laneBits = 33;
        refused(IAggregatorErrors.UnsupportedLaneBits.selector, 33);
        terms.laneBits = 24;
        uint8[5] memory bits = [0, 1, 3, 5, 16];
        for (uint256 i; i < bits.length; ++i) {
            terms.bits = bits[i];
            refused(IAggregatorErrors.UnsupportedBits.selector, bits[i]);
        }
        terms.bits = 8;
        terms.rule = 1;
        refused(IAggregatorErrors.UnsupportedRule.selector, 1);
    }

    function test_check_wantsTwoHoursForChallengesWhereTheChainIsPublic() external {
        terms.challengeSeconds = 0;
        refused(BlobTerms.ChallengeTooShort.selector, 0, 1);
        terms.challengeSeconds = 1;
        this.check(terms);
        terms.isPrivateNetwork = false;
        refused(BlobTerms.ChallengeTooShort.selector, 1, 7200);
        terms.challengeSeconds = 7199;
        refused(BlobTerms.ChallengeTooShort.selector, 7199, 7200);
        terms.challengeSeconds = 7200;
        this.check(terms);
    }

    function test_check_refusesSizes() external {
        terms.dimension = 0;
        refused(IFederationErrors.DimensionZero.selector);
        terms.dimension = 122_887;
        terms.shardSize = 0;
        refused(IFederationErrors.ShardSizeZero.selector);
        terms.shardSize = 40_961;
        refused(IAggregatorErrors.MisalignedShard.selector, 40_961, 40_960);
        terms.shardSize = 7 * 40_960;
        this.check(withShards(1)); // one shard of four blobs
        terms.dimension = 7 * 40_960;
        terms.shardsPerMember = 1;
        refused(BlobTerms.TooManyBlobs.selector, 7, 6);
        terms.dimension = 257 * 40_960;
        terms.shardSize = 40_960;
        refused(IFederationErrors.TooManyShards.selector, 257, 256);
    }

    function test_check_takesAnyLengthOfASingleShardOfSixBlobs() external {
        terms.dimension = 6 * 40_960 - 3;
        terms.shardSize = 6 * 40_960 - 3;
        this.check(withShards(1));
        terms.shardSize = type(uint32).max;
        this.check(withShards(1));
        terms.dimension = 6 * 40_960 + 1;
        terms.shardsPerMember = 1;
        refused(BlobTerms.TooManyBlobs.selector, 7, 6);
    }

    function test_check_refusesCohortsAndAssignments() external {
        terms.cohortSize = 0;
        refused(IFederationErrors.CohortSizeOutOfRange.selector, 0, 256);
        terms.cohortSize = 257;
        refused(IFederationErrors.CohortSizeOutOfRange.selector, 257, 256);
        terms.cohortSize = 3;
        terms.shardsPerMember = 0;
        refused(IFederationErrors.ShardsPerMemberOutOfRange.selector, 0, 2);
        terms.shardsPerMember = 3;
        refused(IFederationErrors.ShardsPerMemberOutOfRange.selector, 3, 2);
        terms.shardsPerMember = 2;
        terms.commitSeconds = 10;
        refused(BlobTerms.CommitmentOverSeveralShards.selector, 2);
        terms.shardsPerMember = 1;
        this.check(terms);
    }

    /// @dev 3 updates of at most 128 in a shard: 384 a unit of gain, below 2^23.
    function test_check_provesThatNoLaneOverflows() external {
        terms.gains = 21_845;
        terms.rounds = 1;
        this.check(terms); // 21,845 · 384 = 2^23 − 128
        terms.gains = 21_846;
        refused(IAggregatorErrors.LaneOverflow.selector, 21_846 * 384, 1 << 23);
        terms.rounds = 21_846;
        terms.gains = 1;
        refused(IAggregatorErrors.LaneOverflow.selector, 21_846 * 384, 1 << 23);
        // Gain 1 for 845 rounds, 2 for 10,500.
        terms.rounds = 11_345;
        terms.gains = 1 | (((845 << 16) | 2) << 48);
        this.check(terms);
        terms.gains = 1 | (((844 << 16) | 2) << 48);
        refused(IAggregatorErrors.LaneOverflow.selector, 21_846 * 384, 1 << 23);
        terms.gains = 0;
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.GainsMalformed.selector, 0, 0));
        this.check(terms);
    }

    /// @dev 20 rounds each at 20, 40, 60, 80, and the rest at 100 or more.
    function test_check_countsFiveEntriesOfTheGainSchedule() external {
        terms.rounds = 100;
        terms.gains = 20;
        for (uint256 e = 1; e < 5; ++e) {
            terms.gains |= (((20 * e) << 16) | 20 * (e + 1)) << (48 * e);
        }
        this.check(terms); // 20 · (20 + 40 + 60 + 80 + 100) · 384 = 2,304,000
        terms.gains += 792 << 192; // 20 · (200 + 892) = 21,840
        this.check(terms);
        terms.gains += 1 << 192;
        refused(IAggregatorErrors.LaneOverflow.selector, 21_860 * 384, 1 << 23);
    }

    function test_check_refusesAggregationsThatNoNodeRelays() external {
        terms.laneBits = 32;
        terms.dimension = 6 * 28_672;
        terms.shardSize = terms.dimension;
        terms.cohortSize = 226;
        this.check(withShards(1));
        terms.cohortSize = 227;
        refused(IAggregatorErrors.AggregateTooLong.selector, 227 * 6 * 96, 130_624);
    }

    function withShards(uint16 count) private returns (Terms memory) {
        terms.shardsPerMember = count;
        return terms;
    }

    function refused(bytes4 selector) private {
        vm.expectRevert(selector);
        this.check(terms);
    }

    function refused(bytes4 selector, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(selector, value));
        this.check(terms);
    }

    function refused(bytes4 selector, uint256 value, uint256 limit) private {
        vm.expectRevert(abi.encodeWithSelector(selector, value, limit));
        this.check(terms);
    }
}
