// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Phase, Round } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "./FederationFixture.sol";

contract ChallengeTest is FederationFixture {
    address private watcher;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        watcher = account("watcher");
        Terms memory terms = defaultTerms();
        terms.challengeSeconds = 60;
        id = start(terms, 4);
    }

    function test_challengeWindow_hasItsFullLengthFromTheEndOfSubmission() external {
        skip(30);
        uint256 submittedAt = vm.getBlockTimestamp();
        submitAll(id);
        assertEq(core.roundOf(id).submittedAt, submittedAt);
        assertEq(core.roundOf(id).submitted, 15);
        (Phase now_, uint256 endsAt) = core.phaseOf(id);
        assertEq(uint256(now_), uint256(Phase.Challenge));
        assertEq(endsAt, submittedAt + 1 + 60);
        vm.warp(endsAt - 1);
        assertPhase(id, Phase.Challenge);
        vm.warp(endsAt);
        assertPhase(id, Phase.Aggregate);
        (, uint256 exclusiveUntil,) = core.keeperOf(id, 0);
        assertEq(exclusiveUntil, endsAt + 10);
    }

    function test_challenge_voidsTheRoundAndSlashesHalfToTheChallenger() external {
        bytes memory proof = submitFaulty(person(2), 1);
        bind(proof, 2, 1);
        mine(1);
        vm.expectEmit(address(core));
        emit IFederationEvents.Slashed(id, 0, person(2), watcher, STAKE / 2, STAKE - STAKE / 2);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
        assertEq(core.memberOf(id, watcher).owed, STAKE / 2);
        assertEq(core.memberOf(id, BURNED).owed, STAKE - STAKE / 2);
        assertEq(core.memberOf(id, person(2)).stake, 0);
        assertTrue(core.memberOf(id, person(2)).isLeaving);
        assertEq(core.roundOf(id).submitted, 11);
        assertBacked(id);
        // The same fault is not proven twice.
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NothingSubmitted.selector, 2));
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");

        skip(200);
        aggregateAll(id);
        assertEq(core.history(id, 0, 1)[0].updates, 3);
        assertFalse(core.memberOf(id, person(2)).isMember);
        assertLt(core.memberOf(id, person(2)).owed, STAKE);
        assertBacked(id);
    }

    function test_challenge_doesNotOpenSubmissionAgainThatEndedEarly() external {
        uint256 startedAt = core.roundOf(id).startedAt;
        bytes memory proof = submitFaulty(person(2), 1);
        bind(proof, 2, 1);
        mine(1);
        (, uint256 before) = core.phaseOf(id);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
        assertLt(block.timestamp, startedAt + 100);
        (Phase now_, uint256 endsAt) = core.phaseOf(id);
        assertEq(uint256(now_), uint256(Phase.Challenge));
        assertEq(endsAt, before);
        bytes[] memory payloads = payloadsOf(id, person(2));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPhase.selector, id, Phase.Submit, now_));
        vm.prank(person(2));
        core.submit(id, 0, 0, payloads, "", "");
    }

    /// @dev In the largest cohorts no bit of the bitmap is free for the time.
    function test_challengeWindow_countsFromTheSameMomentInEveryCohort() external {
        uint256[4] memory cohorts = [uint256(1), 216, 217, 256];
        for (uint256 c; c < cohorts.length; ++c) {
            Terms memory terms = defaultTerms();
            terms.challengeSeconds = 60;
            terms.cohortSize = uint16(cohorts[c]);
            terms.minimumUpdates = 1;
            terms.salt = bytes32(c + 1);
            id = start(terms, cohorts[c]);
            skip(40);
            uint256 submittedAt = vm.getBlockTimestamp();
            for (uint256 i; i < cohorts[c]; ++i) {
                assertEq(core.roundOf(id).submittedAt, 0);
                submit(id, person(i));
            }
            Round memory round = core.roundOf(id);
            assertEq(round.submittedAt, submittedAt);
            assertEq(round.submitted, type(uint256).max >> (256 - cohorts[c]));
            (, uint256 endsAt) = core.phaseOf(id);
            assertEq(endsAt, submittedAt + 1);
            vm.warp(endsAt);
            (, endsAt) = core.phaseOf(id);
            assertEq(endsAt, submittedAt + 61);
        }
    }

    function test_challenge_afterTheTimeOfSubmissionLeavesItsEndAsItWas() external {
        submit(id, person(0));
        bytes memory proof = submitFaultyAlone(person(2), 0);
        skip(100);
        bind(proof, 2, 0);
        mine(1);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 0, proof, "salt");
        assertEq(core.roundOf(id).submittedAt, 0);
        assertPhase(id, Phase.Challenge);
    }

    function test_burn_comesWithTheNextClaimWhoeverClaims() external {
        bytes memory proof = submitFaulty(person(2), 1);
        bind(proof, 2, 1);
        mine(1);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
        assertEq(token.balanceOf(BURNED), 0);
        vm.prank(stranger);
        assertEq(core.claim(id), 0);
        assertEq(token.balanceOf(BURNED), STAKE - STAKE / 2);
        assertEq(core.memberOf(id, BURNED).owed, 0);
        assertBacked(id);
        // Once and no more: the watcher is paid its half, and nothing else moves.
        vm.prank(watcher);
        assertEq(core.claim(id), STAKE / 2);
        assertEq(token.balanceOf(BURNED), STAKE - STAKE / 2);
        assertBacked(id);
    }

    function test_challenge_ofOneselfLosesHalfTheStake() external {
        watcher = person(2);
        bytes memory proof = submitFaulty(watcher, 1);
        bind(proof, 2, 1);
        mine(1);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
        vm.prank(watcher);
        assertEq(core.claim(id), STAKE / 2);
        assertEq(core.memberOf(id, watcher).stake, 0);
        assertBacked(id);
    }

    function test_challenge_ofAMemberWhoIsLeavingStillSlashes() external {
        bytes memory proof = submitFaulty(person(2), 0);
        vm.prank(person(2));
        core.leave(id);
        bind(proof, 2, 0);
        mine(1);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 0, proof, "salt");
        skip(200);
        aggregateAll(id);
        assertFalse(core.memberOf(id, person(2)).isMember);
        assertEq(core.statusOf(id).staked, 3 * STAKE);
        assertBacked(id);
    }

    function test_challenge_ofALeaverBeyondTheQueueKeepsItOut() external {
        bytes memory proof = submitFaulty(person(2), 0);
        bind(proof, 2, 0);
        mine(1);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 0, proof, "salt");
        vm.expectPartialRevert(IFederationErrors.StakeForfeited.selector);
        vm.prank(person(2));
        core.voteToEnd(id, 0);
    }

    function test_challenge_needsABindingFromAnEarlierBlock() external {
        bytes memory proof = submitFaulty(person(2), 1);
        bytes32 commitment = commitmentFor(proof, 2, 1);
        bytes memory error_ = abi.encodeWithSelector(IFederationErrors.ChallengeNotBound.selector, watcher, commitment);
        vm.expectRevert(error_);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
        bind(proof, 2, 1);
        vm.expectRevert(error_);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ChallengeAlreadyBound.selector, watcher, commitment));
        vm.prank(watcher);
        core.bindChallenge(commitment);
        mine(1);
        // A thief cannot use the proof it sees.
        vm.expectPartialRevert(IFederationErrors.ChallengeNotBound.selector);
        vm.prank(stranger);
        core.challenge(id, 0, 2, 1, proof, "salt");
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
    }

    function test_challenge_withoutAFaultChangesNothing() external {
        submitAll(id);
        bytes memory proof = payloadOf(id, person(2), 0, 1);
        bind(proof, 2, 1);
        mine(1);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FaultNotProven.selector, 2, 1));
        vm.prank(watcher);
        core.challenge(id, 0, 2, 1, proof, "salt");
        assertEq(core.memberOf(id, person(2)).stake, STAKE);
    }

    function test_challenge_refusesWhatWasNotSentAndWrongAssignments() external {
        submit(id, person(0));
        skip(100);
        assertPhase(id, Phase.Challenge);
        bind("x", 1, 0);
        bind("x", 0, 2);
        bind("x", 300, 0);
        mine(1);
        vm.startPrank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NothingSubmitted.selector, 1));
        core.challenge(id, 0, 1, 0, "x", "salt");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NothingSubmitted.selector, 300));
        core.challenge(id, 0, 300, 0, "x", "salt");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AssignmentOutOfRange.selector, 2, 2));
        core.challenge(id, 0, 0, 2, "x", "salt");
        vm.stopPrank();
        skip(60);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPhase.selector, id, Phase.Challenge, Phase.Close));
        core.challenge(id, 0, 0, 0, "x", "salt");
    }

    function test_challenge_canBringARoundBelowTheMinimum() external {
        submit(id, person(0));
        bytes memory proof = submitFaultyAlone(person(2), 0);
        skip(100);
        bind(proof, 2, 0);
        mine(1);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 0, proof, "salt");
        skip(60);
        assertPhase(id, Phase.Close);
        vm.prank(stranger);
        core.close(id, 0);
        assertEq(core.roundOf(id).members, 3);
    }

    function submitFaulty(address member, uint256 assigned) private returns (bytes memory proof) {
        proof = submitFaultyAlone(member, assigned);
        for (uint256 i; i < 4; ++i) {
            if (person(i) != member) submit(id, person(i));
        }
        skip(1);
    }

    function submitFaultyAlone(address member, uint256 assigned) private returns (bytes memory) {
        bytes[] memory payloads = payloadsOf(id, member);
        payloads[assigned][0] = 0x80;
        vm.prank(member);
        core.submit(id, 0, 0, payloads, "", "");
        return payloads[assigned];
    }

    function commitmentFor(bytes memory proof, uint16 position, uint16 assigned) private view returns (bytes32) {
        return keccak256(abi.encode(watcher, id, uint32(0), position, assigned, keccak256(proof), bytes32("salt")));
    }

    function bind(bytes memory proof, uint16 position, uint16 assigned) private {
        bytes32 commitment = commitmentFor(proof, position, assigned);
        vm.expectEmit(address(core));
        emit IFederationEvents.ChallengeBound(watcher, commitment);
        vm.prank(watcher);
        core.bindChallenge(commitment);
    }
}
