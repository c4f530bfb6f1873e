// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { DirectTerms } from "../../src/direct/DirectTerms.sol";
import { Estimate } from "../../src/direct/Estimate.sol";
import { Start, DirectSetup, Tensor } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice Impossible terms and starts are refused one by one; those at the edge are accepted.
/// @dev Networks are refused in `RegisterNetwork.t.sol`.
contract RegisterTest is DirectFixture {
    function test_widths_areOfTheDirectPathOnly() external {
        Terms memory terms = plainTerms(8, 4, 100);
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedLaneBits.selector, 8));
        terms.laneBits = 64;
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedLaneBits.selector, 64));
        terms = plainTerms(16, 3, 100);
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedBits.selector, 3));
        terms.bits = 16;
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedBits.selector, 16));
        terms.bits = 0;
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedBits.selector, 0));
    }

    function test_rulesAndChallenges_haveNoMeaningHere() external {
        Terms memory terms = plainTerms(16, 4, 100);
        terms.rule = 1;
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedRule.selector, 1));
        terms.rule = 0;
        terms.challengeSeconds = 60;
        _refuse(terms, abi.encodeWithSelector(DirectTerms.UnsupportedChallenge.selector, 60));
    }

    function test_sizes_areRefusedBeyondTheirLimits() external {
        Terms memory terms = plainTerms(16, 4, 0);
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.DimensionZero.selector));
        terms = plainTerms(16, 4, 16 * 131_072 + 1);
        _refuse(terms, abi.encodeWithSelector(DirectTerms.ModelTooLarge.selector, 131_073, 131_072));
        terms = plainTerms(32, 4, 8 * 131_072 + 1);
        _refuse(terms, abi.encodeWithSelector(DirectTerms.ModelTooLarge.selector, 131_073, 131_072));
        terms = plainTerms(16, 4, 100);
        terms.shardSize = 0;
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.ShardSizeZero.selector));
        terms = plainTerms(16, 4, 64 * 256 + 1);
        terms.shardSize = 64;
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.TooManyShards.selector, 257, 256));
        terms.shardSize = 96;
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.MisalignedShard.selector, 96, 64));
    }

    function test_shardsOfAMember_areOneToAll() external {
        Terms memory terms = plainTerms(16, 4, 128);
        terms.shardSize = 64;
        terms.shardsPerMember = 0;
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.ShardsPerMemberOutOfRange.selector, 0, 2));
        terms.shardsPerMember = 3;
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.ShardsPerMemberOutOfRange.selector, 3, 2));
    }

    function test_cohort_isOneTo256() external {
        Terms memory terms = plainTerms(32, 4, 100);
        terms.cohortSize = 0;
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.CohortSizeOutOfRange.selector, 0, 256));
        terms.cohortSize = 257;
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.CohortSizeOutOfRange.selector, 257, 256));
        terms.cohortSize = 256;
        register("largest", terms, plainSetup(100));
    }

    function test_gains_thatAreMalformedAreRefused() external {
        Terms memory terms = plainTerms(32, 4, 100);
        _refuseGains(terms, 0, 0, 0);
        _refuseGains(terms, 1 << 16, 0, 1 << 16); // no gain
        _refuseGains(terms, (1 << 16) | 1, 0, (1 << 16) | 1); // does not begin with round 0
        _refuseGains(terms, 1 | (2 << 96), 1, 2 << 48); // a gap
        _refuseGains(terms, 1 | (2 << 48), 1, 2); // not after the one before
        _refuseGains(terms, 1 | ((10 << 16 | 2) << 48), 1, 10 << 16 | 2); // after the last round
        _refuseGains(terms, 1 | (1 << 240), 1, 1 << 192); // beyond the entries
        uint256 full = 1 | ((1 << 16 | 2) << 48) | ((2 << 16 | 1) << 96) | ((3 << 16 | 1) << 144);
        full |= (9 << 16 | 1) << 192;
        _refuseGains(terms, full | (1 << 240), 5, 1);
        terms.gains = full;
        register("full", terms, plainSetup(100));
    }

    function test_overflow_isRefusedFromTheFirstIntegerOn() external {
        Terms memory terms = plainTerms(16, 8, 100);
        terms.rounds = 1;
        terms.cohortSize = 256;
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_768, 32_768));
        terms.cohortSize = 255;
        register("edge", terms, plainSetup(100));
    }

    function test_overflow_countsStartAndEveryStepOfGains() external {
        Terms memory terms = plainTerms(16, 8, 100);
        terms.rounds = 5;
        terms.gains = 3 | ((2 << 16 | 1) << 48); // 3 + 3 + 1 + 1 + 1
        DirectSetup memory setup = plainSetup(100);
        setup.start = Start.Seeded;
        setup.tensors[0].amplitude = 32_768 - 9 * 8 * 128;
        _refuse(terms, setup, abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_768, 32_768));
        setup.tensors[0].amplitude -= 1;
        register("seeded", terms, setup);
        setup = plainSetup(100);
        setup.start = Start.Given;
        setup.hashes = new bytes32[](1);
        setup.bound = 32_768 - 9 * 8 * 128;
        _refuse(terms, setup, abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_768, 32_768));
        setup.bound -= 1;
        register("given", terms, setup);
    }

    function test_overflow_countsUpdatesOfAShardRoundedUp() external {
        Terms memory terms = plainTerms(16, 8, 96);
        (terms.shardSize, terms.shardsPerMember, terms.rounds) = (32, 2, 1);
        terms.cohortSize = 256; // ⌈256 · 2 / 3⌉ = 171 updates of a shard
        terms.gains = 2;
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 2 * 171 * 128, 32_768));
        terms.gains = 1;
        register("rounded", terms, plainSetup(96));
    }

    function test_starts_thatDoNotFitTheModelAreRefused() external {
        Terms memory terms = plainTerms(16, 4, 100);
        DirectSetup memory setup = plainSetup(100);
        setup.tensors = new Tensor[](2);
        setup.tensors[0].length = 100;
        _refuse(terms, setup, abi.encodeWithSelector(DirectTerms.EmptyTensor.selector, 1));
        setup = plainSetup(99);
        _refuse(terms, setup, abi.encodeWithSelector(DirectTerms.TensorsMismatch.selector, 99, 100));
        setup = plainSetup(100);
        setup.start = Start.Seeded;
        setup.tensors[0].amplitude = 32_768;
        _refuse(terms, setup, abi.encodeWithSelector(DirectTerms.AmplitudeTooLarge.selector, 0, 32_768, 32_768));
        setup = plainSetup(100);
        setup.start = Start.Given;
        _refuse(terms, setup, abi.encodeWithSelector(DirectTerms.WrongHashCount.selector, 0, 1));
        setup.bound = 32_768;
        _refuse(terms, setup, abi.encodeWithSelector(DirectTerms.BoundTooLarge.selector, 32_768, 32_768));
        setup = plainSetup(100);
        setup.hashes = new bytes32[](1);
        _refuse(terms, setup, abi.encodeWithSelector(DirectTerms.WrongHashCount.selector, 1, 0));
    }

    function test_aggregation_fitsOneTransaction() external {
        // 8 members of 340 payload words, and four words of the model for each: 131,008 bytes with all around them. One
        // parameter more is one word more of each.
        Terms memory terms = plainTerms(16, 4, 340 * 64);
        register("longest", terms, plainSetup(340 * 64));
        terms = plainTerms(16, 4, 340 * 64 + 1);
        _refuse(terms, abi.encodeWithSelector(IAggregatorErrors.AggregateTooLong.selector, 131_296, 131_072));
    }

    /// @dev With the words in the transaction, its bytes decide, whatever the widths and the cohort.
    function testFuzz_aggregation_thatIsShortEnoughIsCheapEnough(uint256 cohort, uint256 updates, uint256 width)
        external
        pure
    {
        cohort = bound(cohort, 1, 256);
        updates = bound(updates, 1, cohort);
        (uint256 laneBits, uint256 bits) = (16 << (width >> 2) % 2, 1 << (width % 4));
        // Bytes of the model and of the payloads for each payload word of parameters.
        uint256 each = 32 * (laneBits / bits) + 32 * updates;
        uint256 length = (131_072 - 448) / each * (256 / bits);
        if (length == 0) return;
        assertLe(Estimate.aggregateBytes(updates, length, laneBits, bits), Estimate.BYTES_LIMIT);
        assertLe(Estimate.aggregateGas(cohort, updates, length, laneBits, bits), Estimate.GAS_LIMIT);
    }

    function test_submission_fitsOneTransactionWhereItIsCommitted() external {
        Terms memory terms = plainTerms(16, 8, 32 * 5000);
        (terms.shardSize, terms.shardsPerMember, terms.cohortSize) = (3200, 50, 4);
        register("shard by shard", terms, plainSetup(32 * 5000));
        terms.commitSeconds = 60;
        uint256 size = Estimate.submitBytes(50, 3200, 8);
        _refuse(terms, abi.encodeWithSelector(DirectTerms.SubmitTooLong.selector, size, 131_072));
    }

    /// @dev A submission that is short enough also fits the gas of a transaction, so no error is needed for its gas.
    function testFuzz_submission_thatIsShortEnoughIsCheapEnough(uint256 shards, uint256 length, uint256 bits)
        external
        pure
    {
        shards = bound(shards, 1, 256);
        bits = 1 << bits % 4;
        length = bound(length, 1, 131_072 * 8 / bits);
        if (Estimate.submitBytes(shards, length, bits) > Estimate.BYTES_LIMIT) return;
        assertLe(Estimate.submitGas(shards, length, bits), Estimate.GAS_LIMIT);
    }

    function test_setups_thatCannotBeReadAreRefused() external {
        Terms memory terms = plainTerms(16, 4, 100);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.MalformedSetup.selector, 0));
        aggregator.register("x", terms, "");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.MalformedSetup.selector, 64));
        aggregator.register("x", terms, abi.encode(uint256(32), uint256(9)));
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.SetupTooLarge.selector, 24_576, 24_575));
        aggregator.register("x", terms, new bytes(24_576));
    }

    function test_registration_isOnceForEachCoreAndId() external {
        Terms memory terms = plainTerms(16, 4, 100);
        register("x", terms, plainSetup(100));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.AlreadyRegistered.selector, bytes32("x")));
        register("x", terms, plainSetup(100));
        register("y", terms, plainSetup(100));
        vm.prank(account("another core"));
        aggregator.register("x", terms, abi.encode(plainSetup(100)));
    }

    function _refuseGains(Terms memory terms, uint256 gains, uint256 entry, uint256 value) private {
        terms.gains = gains;
        _refuse(terms, abi.encodeWithSelector(IFederationErrors.GainsMalformed.selector, entry, value));
    }

    function _refuse(Terms memory terms, bytes memory error_) private {
        _refuse(terms, plainSetup(terms.dimension), error_);
    }

    function _refuse(Terms memory terms, DirectSetup memory setup, bytes memory error_) private {
        vm.expectRevert(error_);
        aggregator.register("refused", terms, abi.encode(setup));
    }
}
