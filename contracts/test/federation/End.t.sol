// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "./FederationFixture.sol";

contract EndTest is FederationFixture {
    function test_voteToEnd_byAQuorumFinishesWithThisRound() external {
        bytes32 id = start(defaultTerms(), 4);
        join(id, person(9));
        vm.startPrank(person(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongRound.selector, id, 0, 1));
        core.voteToEnd(id, 1);
        core.voteToEnd(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AlreadyVoted.selector, id, 0, person(0)));
        core.voteToEnd(id, 0);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotFrozen.selector, id, 0, person(9)));
        vm.prank(person(9));
        core.voteToEnd(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotFrozen.selector, id, 0, stranger));
        vm.prank(stranger);
        core.voteToEnd(id, 0);
        assertFalse(core.statusOf(id).isEnding);
        vm.expectEmit(address(core));
        emit IFederationEvents.EndVoted(id, 0, person(1), 2);
        vm.prank(person(1));
        core.voteToEnd(id, 0);
        assertTrue(core.statusOf(id).isEnding);
        playRound(id);
        assertPhase(id, Phase.Finished);
        assertGe(core.memberOf(id, creator).owed, BOUNTY - 1000);
        assertBacked(id);
    }

    function test_voteToEnd_votesDoNotCarryOver() external {
        bytes32 id = start(defaultTerms(), 4);
        vm.prank(person(0));
        core.voteToEnd(id, 0);
        playRound(id);
        vm.prank(person(0));
        core.voteToEnd(id, 1);
        assertFalse(core.statusOf(id).isEnding);
        assertEq(core.roundOf(id).endVotes, 1);
    }

    function test_voteToEnd_isRefusedWhereTheTermsKnowNoEnd() external {
        Terms memory terms = defaultTerms();
        terms.endQuorum = 0;
        bytes32 id = start(terms, 4);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.EndingNotAllowed.selector, id));
        vm.prank(person(0));
        core.voteToEnd(id, 0);
    }

    function test_claim_releasesTheStakeOnceFinished() external {
        bytes32 id = start(defaultTerms(), 4);
        vm.prank(person(0));
        assertEq(core.claim(id), 0);
        playRound(id);
        uint256 owed = core.memberOf(id, person(0)).owed;
        vm.expectEmit(address(core));
        emit IFederationEvents.Claimed(id, person(0), owed);
        vm.prank(person(0));
        assertEq(core.claim(id), owed);
        playRound(id);
        playRound(id);
        owed = core.memberOf(id, person(0)).owed;
        vm.prank(person(0));
        assertEq(core.claim(id), owed + STAKE);
        vm.prank(person(0));
        assertEq(core.claim(id), 0);
        assertEq(core.memberOf(id, person(0)).stake, 0);
    }

    function test_leave_afterTheEndPaysEverythingAtOnce() external {
        bytes32 id = start(defaultTerms(), 4);
        playRound(id);
        playRound(id);
        vm.prank(person(1));
        core.leave(id);
        playRound(id);
        assertPhase(id, Phase.Finished);
        assertEq(core.cohortOf(id).length, 0);
        for (uint256 i; i < 4; ++i) {
            uint256 owed = core.memberOf(id, person(i)).owed;
            vm.prank(person(i));
            core.leave(id);
            assertEq(token.balanceOf(person(i)), owed + STAKE);
        }
        assertEq(core.statusOf(id).staked, 0);
        assertBacked(id);
    }

    function test_abandon_isForOverdueStepsOnly() external {
        Terms memory terms = defaultTerms();
        bytes32 id = create(terms);
        uint256 createdAt = vm.getBlockTimestamp();
        refusedUntil(id, createdAt + 6000);
        core.initialise(id, 0, "");
        joinMany(id, 4);
        core.open(id);
        // Phases that end by themselves are never overdue.
        refusedUntil(id, type(uint256).max);
        skip(100);
        refusedUntil(id, createdAt + 100 + 20 + 5000);
        vm.warp(createdAt + 100 + 20 + 5000);
        vm.expectEmit(address(core));
        emit IFederationEvents.Finished(id, true, BOUNTY);
        vm.prank(stranger);
        core.abandon(id);
        assertEq(core.memberOf(id, creator).owed, BOUNTY);
        vm.prank(person(0));
        assertEq(core.claim(id), STAKE);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FederationFinished.selector, id));
        core.abandon(id);
    }

    function test_abandon_eachAggregatedShardIsProgress() external {
        bytes32 id = start(defaultTerms(), 4);
        submitAll(id);
        uint256 from = vm.getBlockTimestamp();
        refusedUntil(id, from + 5020);
        vm.warp(from + 5019);
        aggregateShard(id, 0, stranger);
        refusedUntil(id, from + 5019 + 5020);
        vm.warp(from + 5019 + 5020);
        core.abandon(id);
        assertPhase(id, Phase.Finished);
    }

    function test_abandon_leavesNoModelHalfDone() external {
        bytes32 id = start(defaultTerms(), 4);
        submitAll(id);
        aggregateShard(id, 0, address(0));
        bytes memory data = dataOf(id, 1);
        bytes memory done = dataOf(id, 0);
        skip(10_000);
        core.abandon(id);
        // Members may go, their places stay until the rest is folded; nobody is paid for it.
        for (uint256 i; i < 4; ++i) {
            vm.prank(person(i));
            core.leave(id);
        }
        uint256 held = token.balanceOf(address(core));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardAlreadyAggregated.selector, 0));
        core.aggregate(id, 0, 0, done);
        vm.prank(stranger);
        core.aggregate(id, 0, 1, data);
        int256 expected;
        for (uint256 i; i < 4; ++i) {
            expected += int8(uint8(payloadOf(id, person(i), 0, 1)[0]));
        }
        assertEq(aggregator.parameter(address(core), id, 4), expected);
        assertEq(core.memberOf(id, stranger).owed, 0);
        assertEq(token.balanceOf(address(core)), held);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FederationFinished.selector, id));
        core.aggregate(id, 0, 1, data);
        assertBacked(id);
    }

    function test_finished_foldsNothingTwice() external {
        Terms memory terms = defaultTerms();
        terms.rounds = 1;
        bytes32 id = start(terms, 4);
        submitAll(id);
        bytes memory data = dataOf(id, 1);
        aggregateAll(id);
        assertPhase(id, Phase.Finished);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FederationFinished.selector, id));
        core.aggregate(id, 0, 1, data);
    }

    function test_abandon_ofADrawNobodyMakes() external {
        bytes32 id = start(defaultTerms(), 6);
        refusedUntil(id, vm.getBlockTimestamp() + 5000);
        skip(5000);
        core.abandon(id);
        assertPhase(id, Phase.Finished);
    }

    /// @dev A submission's guard reads less than that of other steps, but refuses with the same errors.
    function test_submit_isRefusedByNameHoweverAFederationFinished() external {
        Terms memory terms = defaultTerms();
        terms.rounds = 1;
        bytes32 settled = start(terms, 4);
        playRound(settled);
        terms.salt = "closed";
        bytes32 closed = start(terms, 4);
        terms.salt = "overdue";
        bytes32 overdue = start(terms, 4);
        submitAll(overdue);
        skip(100);
        core.close(closed, 0);
        skip(6000);
        core.abandon(overdue);
        bytes32[3] memory ids = [settled, closed, overdue];
        for (uint256 i; i < 3; ++i) {
            assertPhase(ids[i], Phase.Finished);
            vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FederationFinished.selector, ids[i]));
            vm.prank(person(0));
            core.submit(ids[i], 0, 0, new bytes[](2), "", "");
        }
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.UnknownFederation.selector, bytes32("none")));
        core.submit("none", 0, 0, new bytes[](2), "", "");
    }

    function test_finished_refusesEverythingButLeavingAndClaiming() external {
        bytes32 id = create(defaultTerms());
        skip(6000);
        core.abandon(id);
        bytes memory error_ = abi.encodeWithSelector(IFederationErrors.FederationFinished.selector, id);
        vm.expectRevert(error_);
        core.join(id, "");
        vm.expectRevert(error_);
        core.open(id);
        vm.expectRevert(error_);
        core.initialise(id, 0, "");
        vm.expectRevert(error_);
        core.voteToEnd(id, 0);
        vm.expectRevert(error_);
        core.draw(id, 0);
    }

    function refusedUntil(bytes32 id, uint256 overdueAt) private {
        vm.expectRevert(
            abi.encodeWithSelector(IFederationErrors.NotOverdue.selector, overdueAt, vm.getBlockTimestamp())
        );
        core.abandon(id);
    }
}
