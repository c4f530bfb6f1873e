// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Codec } from "../../src/direct/lanes/Codec.sol";
import { Estimate } from "../../src/direct/Estimate.sol";
import { Phase } from "../../src/types/Round.sol";
import { DirectSetup, Tensor } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "../federation/FederationFixture.sol";

/// @notice The real core with the real aggregator, every member sending the least of every value.
abstract contract WorstCase is FederationFixture {
    IDirectAggregator internal direct;

    function setUp() public virtual override {
        super.setUp();
        direct = IDirectAggregator(vm.deployCode("DirectAggregator.sol:DirectAggregator"));
    }

    function setupOf(uint32 dimension) internal pure returns (bytes memory) {
        DirectSetup memory setup;
        setup.tensors = new Tensor[](1);
        setup.tensors[0].length = dimension;
        return abi.encode(setup);
    }

    /// @dev 4 bits in lanes of 16, shards of one payload word, every member trains them all.
    function worstTerms(uint32 dimension, uint16 members, uint32 rounds, uint256 gain)
        internal
        view
        returns (Terms memory terms)
    {
        terms = defaultTerms();
        terms.aggregator = address(direct);
        terms.setupHash = keccak256(setupOf(dimension));
        (terms.dimension, terms.shardSize, terms.bits) = (dimension, 64, 4);
        terms.shardsPerMember = uint16((dimension + 63) / 64);
        (terms.cohortSize, terms.minimumUpdates) = (members, 1);
        (terms.rounds, terms.gains) = (rounds, gain);
    }

    function begin(Terms memory terms) internal returns (bytes32 id) {
        fund(creator, terms.bounty);
        vm.prank(creator);
        id = core.create(terms, MANIFEST, setupOf(terms.dimension));
        for (uint256 shard; 64 * shard < terms.dimension; ++shard) {
            core.initialise(id, shard, "");
        }
        joinMany(id, terms.cohortSize);
        core.open(id);
    }

    /// @dev All parameters are alike: the least that the rounds before could make them.
    function wordsBefore(bytes32 id, uint256 shard) internal view override returns (bytes memory) {
        Terms memory terms = core.termsOf(id);
        uint256 field = 32_768 - uint256(terms.cohortSize) * 8 * terms.gains * core.roundOf(id).number;
        return wordsOf(terms.dimension, shard, field);
    }

    /// @dev A shard of 64 parameters or fewer, each stored as `field`.
    function wordsOf(uint256 dimension, uint256 shard, uint256 field) internal pure returns (bytes memory) {
        uint256 left = dimension - 64 * shard;
        uint256[] memory words = new uint256[](left < 64 ? (left + 15) / 16 : 4);
        for (uint256 p; p < words.length * 16; ++p) {
            words[p / 16] |= (p < left ? field : 32_768) << (16 * (p % 16));
        }
        return abi.encodePacked(words);
    }

    function payloadOf(bytes32 id, address, uint256, uint256 shard) internal view override returns (bytes memory) {
        uint256 left = core.termsOf(id).dimension - 64 * shard;
        return abi.encode(Codec.signs(4) & Codec.lastMask(left < 64 ? left : 64, 16, 4));
    }
}

contract WorstCaseTest is WorstCase {
    /// @dev 3 rounds · 4 members · 8 · 341 = 32,736: the next gain could overflow and is refused.
    function test_allRounds_keepEveryLaneInItsRange() external {
        bytes32 id = begin(worstTerms(130, 4, 3, 341));
        for (uint256 round = 1; round <= 3; ++round) {
            playRound(id);
            uint256 field = 32_768 - 4 * 8 * 341 * round;
            for (uint256 shard; shard < 3; ++shard) {
                assertEq(core.modelHash(id, shard), keccak256(wordsOf(130, shard, field)));
            }
        }
        assertPhase(id, Phase.Finished);
        assertBacked(id);
    }

    function test_largerGains_areRefusedByTheCoreAsTheAggregatorDid() external {
        Terms memory terms = worstTerms(130, 4, 3, 342);
        fund(creator, terms.bounty);
        vm.prank(creator);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_832, 32_768));
        core.create(terms, MANIFEST, setupOf(130));
    }
}

/// @notice The estimate bounds the first round's last aggregation: it settles, and rewards balances not yet in use.
abstract contract EstimateBound is WorstCase {
    uint16 private immutable COHORT;
    bytes32 private id;

    constructor(uint16 cohort) {
        COHORT = cohort;
    }

    function setUp() public override {
        super.setUp();
        id = begin(worstTerms(64, COHORT, 3, 1));
        submitAll(id);
    }

    function test_estimate_boundsAggregationAndSettlement() external {
        bytes memory data = dataOf(id, 0);
        (address keeper,,) = core.keeperOf(id, 0);
        vm.cool(address(core));
        vm.cool(address(direct));
        vm.prank(keeper);
        core.aggregate(id, 0, 0, data);
        string memory name =
            string.concat("aggregate 64 parameters and settle, ", vm.toString(uint256(COHORT)), " members");
        uint256 gas = vm.snapshotGasLastCall("WorstCase", name);
        assertEq(core.roundOf(id).number, 1);
        gas += 21_000 + 16 * (data.length + 192);
        assertLe(gas, Estimate.aggregateGas(COHORT, COHORT, 64, 16, 4));
    }
}

contract EstimateOf8Test is EstimateBound(8) { }

contract EstimateOf64Test is EstimateBound(64) { }
