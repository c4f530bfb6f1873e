// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "./FederationFixture.sol";

contract CreateTest is FederationFixture {
    function test_create_takesTheBountyAndKeepsTheTerms() external {
        Terms memory terms = defaultTerms();
        bytes32 id = create(terms);
        assertEq(id, keccak256(abi.encode(block.chainid, address(core), terms)));
        assertEq(id, core.toId(terms));
        assertEq(abi.encode(core.termsOf(id)), abi.encode(terms));
        IFederation.Status memory status = core.statusOf(id);
        assertEq(status.creator, creator);
        assertEq(status.createdAt, block.timestamp);
        assertEq(status.unspent, BOUNTY);
        assertPhase(id, Phase.Joining);
        assertBacked(id);
    }

    function test_create_emitsManifestAndSetupWhole() external {
        Terms memory terms = defaultTerms();
        fund(creator, BOUNTY);
        vm.expectEmit(address(core));
        emit IFederationEvents.Created(core.toId(terms), creator, address(aggregator), terms, MANIFEST, SETUP);
        vm.prank(creator);
        core.create(terms, MANIFEST, SETUP);
    }

    function test_create_refusesTheSameTermsTwice() external {
        Terms memory terms = defaultTerms();
        bytes32 id = create(terms);
        refused(terms, abi.encodeWithSelector(IFederationErrors.FederationExists.selector, id));
        terms.salt = bytes32(uint256(1));
        assertNotEq(create(terms), id);
    }

    function test_toId_dependsOnChainAndCore() external {
        Terms memory terms = defaultTerms();
        bytes32 id = core.toId(terms);
        vm.chainId(999);
        assertNotEq(core.toId(terms), id);
    }

    function test_create_refusesCohortSizeOutOfRange() external {
        Terms memory terms = defaultTerms();
        terms.cohortSize = 0;
        refused(terms, abi.encodeWithSelector(IFederationErrors.CohortSizeOutOfRange.selector, 0, 256));
        terms.cohortSize = 257;
        refused(terms, abi.encodeWithSelector(IFederationErrors.CohortSizeOutOfRange.selector, 257, 256));
    }

    function test_create_refusesMinimumUpdatesOutOfRange() external {
        Terms memory terms = defaultTerms();
        terms.minimumUpdates = 0;
        refused(terms, abi.encodeWithSelector(IFederationErrors.MinimumUpdatesOutOfRange.selector, 0, 4));
        terms.minimumUpdates = 5;
        refused(terms, abi.encodeWithSelector(IFederationErrors.MinimumUpdatesOutOfRange.selector, 5, 4));
    }

    function test_create_refusesZeroRounds() external {
        Terms memory terms = defaultTerms();
        terms.rounds = 0;
        refused(terms, abi.encodeWithSelector(IFederationErrors.RoundsZero.selector));
    }

    function test_create_refusesZeroDimensionAndShardSize() external {
        Terms memory terms = defaultTerms();
        terms.dimension = 0;
        refused(terms, abi.encodeWithSelector(IFederationErrors.DimensionZero.selector));
        terms.dimension = 7;
        terms.shardSize = 0;
        refused(terms, abi.encodeWithSelector(IFederationErrors.ShardSizeZero.selector));
    }

    function test_create_refusesTooManyShards() external {
        Terms memory terms = defaultTerms();
        terms.dimension = 257;
        terms.shardSize = 1;
        refused(terms, abi.encodeWithSelector(IFederationErrors.TooManyShards.selector, 257, 256));
    }

    function test_create_refusesShardsPerMemberOutOfRange() external {
        Terms memory terms = defaultTerms();
        terms.shardsPerMember = 0;
        refused(terms, abi.encodeWithSelector(IFederationErrors.ShardsPerMemberOutOfRange.selector, 0, 2));
        terms.shardsPerMember = 3;
        refused(terms, abi.encodeWithSelector(IFederationErrors.ShardsPerMemberOutOfRange.selector, 3, 2));
    }

    function test_create_refusesMalformedGains() external {
        Terms memory terms = defaultTerms();
        terms.gains = 0;
        refused(terms, abi.encodeWithSelector(IFederationErrors.GainsMalformed.selector, 0, 0));
    }

    function test_create_refusesEndQuorumAboveAll() external {
        Terms memory terms = defaultTerms();
        terms.endQuorum = 10_001;
        refused(terms, abi.encodeWithSelector(IFederationErrors.EndQuorumOutOfRange.selector, 10_001, 10_000));
    }

    function test_create_refusesZeroSubmitAndIdleSeconds() external {
        Terms memory terms = defaultTerms();
        terms.submitSeconds = 0;
        refusedDuration(terms, "submitSeconds", 0, 1);
        terms = defaultTerms();
        terms.idleSeconds = 0;
        refusedDuration(terms, "idleSeconds", 0, 1);
    }

    function test_create_refusesDurationsThatAreNotSane() external {
        Terms memory terms = defaultTerms();
        terms.isPrivateNetwork = false;
        refusedDuration(terms, "joinSeconds", 1000, 3600);
        terms.joinSeconds = 3600;
        terms.submitSeconds = 59;
        refusedDuration(terms, "submitSeconds", 59, 60);
        terms.submitSeconds = 60;
        terms.idleSeconds = 3599;
        refusedDuration(terms, "idleSeconds", 3599, 3600);
        terms.idleSeconds = 3600;
        for (uint256 i; i < 6; ++i) {
            Terms memory slow = abi.decode(abi.encode(terms), (Terms));
            uint32 tooLong = 30 days + 1;
            if (i == 0) slow.joinSeconds = tooLong;
            if (i == 1) slow.commitSeconds = tooLong;
            if (i == 2) slow.submitSeconds = type(uint32).max;
            if (i == 3) slow.challengeSeconds = tooLong;
            if (i == 4) slow.keeperSeconds = tooLong;
            if (i == 5) slow.idleSeconds = tooLong;
            vm.expectRevert();
            vm.prank(creator);
            core.create(slow, MANIFEST, SETUP);
        }
        create(terms);
        // Without a bounty, or with a gate, nobody has to be waited for.
        terms.joinSeconds = 0;
        refusedDuration(terms, "joinSeconds", 0, 3600);
        terms.bounty = 0;
        terms.keeperPay = 0;
        create(terms);
    }

    function refusedDuration(Terms memory terms, bytes32 term, uint256 value, uint256 least) private {
        refused(
            terms, abi.encodeWithSelector(IFederationErrors.DurationOutOfRange.selector, term, value, least, 30 days)
        );
    }

    function test_create_refusesModulesWithoutCode() external {
        address empty = address(0xE0A);
        Terms memory terms = defaultTerms();
        terms.aggregator = empty;
        refused(terms, abi.encodeWithSelector(IFederationErrors.AggregatorHasNoCode.selector, empty));
        terms = defaultTerms();
        terms.gate = empty;
        refused(terms, abi.encodeWithSelector(IFederationErrors.GateHasNoCode.selector, empty));
        terms = defaultTerms();
        terms.judge = empty;
        refused(terms, abi.encodeWithSelector(IFederationErrors.JudgeHasNoCode.selector, empty));
        terms = defaultTerms();
        terms.token = empty;
        refused(terms, abi.encodeWithSelector(IFederationErrors.TokenHasNoCode.selector, empty));
    }

    function test_create_refusesAmountsWithoutToken() external {
        Terms memory terms = defaultTerms();
        terms.token = address(0);
        refused(terms, abi.encodeWithSelector(IFederationErrors.TokenMissing.selector, STAKE, BOUNTY, KEEPER_PAY, 0));
        (terms.stake, terms.bounty, terms.keeperPay) = (0, 0, 0);
        vm.prank(creator);
        core.create(terms, MANIFEST, SETUP);
    }

    function test_create_refusesKeepersAboveThePot() external {
        Terms memory terms = defaultTerms();
        terms.keeperPay = 201;
        refused(terms, abi.encodeWithSelector(IFederationErrors.KeeperBudgetExceeded.selector, 201 * 5, 1000));
        terms.keeperPay = 200;
        create(terms);
    }

    function test_create_refusesAStaleManifestAndSetup() external {
        Terms memory terms = defaultTerms();
        fund(creator, BOUNTY);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFederationErrors.ManifestMismatch.selector, terms.manifestHash, keccak256("another")
            )
        );
        vm.prank(creator);
        core.create(terms, "another", SETUP);
        vm.expectRevert(
            abi.encodeWithSelector(IFederationErrors.SetupMismatch.selector, terms.setupHash, keccak256("another"))
        );
        vm.prank(creator);
        core.create(terms, MANIFEST, "another");
    }

    function test_views_refuseAnUnknownFederation() external {
        bytes memory error_ = abi.encodeWithSelector(IFederationErrors.UnknownFederation.selector, bytes32(0));
        vm.expectRevert(error_);
        core.termsOf(0);
        vm.expectRevert(error_);
        core.statusOf(0);
        vm.expectRevert(error_);
        core.modelHash(0, 0);
        vm.expectRevert(error_);
        core.join(0, "");
        vm.expectRevert(error_);
        core.claim(0);
    }

    function test_initialise_isOverWhenTheAggregatorSaysSo() external {
        Terms memory terms = defaultTerms();
        terms.setupHash = keccak256(abi.encode(2));
        fund(creator, BOUNTY);
        vm.prank(creator);
        bytes32 id = core.create(terms, MANIFEST, abi.encode(2));
        vm.prank(stranger);
        core.initialise(id, 1, "");
        assertFalse(core.statusOf(id).isInitialised);
        vm.expectEmit(address(core));
        emit IFederationEvents.Initialised(id, 0, true);
        core.initialise(id, 0, "");
        assertTrue(core.statusOf(id).isInitialised);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AlreadyInitialised.selector, id));
        core.initialise(id, 2, "");
    }

    function test_views_passModelAndPredictionsThrough() external {
        bytes32 id = create(defaultTerms());
        assertEq(core.modelHash(id, 1), keccak256(new bytes(3 * 32)));
        assertEq(core.modelHash(id), keccak256(new bytes(4 * 32)));
        (uint32 version, uint32 shardsDone) = core.versionOf(id);
        assertEq(version + shardsDone, 0);
        assertEq(core.pieceOf(id, 0, 0, 0), address(aggregator));
        (,,,, uint256 total) = core.sealingOf(id);
        assertEq(total, 10);
        int256[] memory outputs;
        (version, outputs) = core.predict(id, "abc");
        assertEq(outputs[0], 3);
        uint256 class;
        (version, class, outputs) = core.classify(id, "abcde");
        assertEq(class, 5);
        assertEq(outputs.length, 2);
        assertEq(core.predictAt(id, 3, "abc")[0], 3);
        (class,) = core.classifyAt(id, 3, "abc");
        assertEq(class, 3);
        assertEq(core.predictWith(id, "words", "abc")[0], 3);
        (class,) = core.classifyWith(id, "words", "abcd");
        assertEq(class, 4);
    }

    function refused(Terms memory terms, bytes memory error_) private {
        fund(creator, terms.bounty);
        vm.expectRevert(error_);
        vm.prank(creator);
        core.create(terms, MANIFEST, SETUP);
    }
}
