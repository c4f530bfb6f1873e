// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Phase, Round } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { HostileModule, Conduct } from "../mocks/HostileModule.sol";
import { IGate } from "../../src/interfaces/IGate.sol";
import { FederationFixture } from "./FederationFixture.sol";

contract MemberTest is FederationFixture {
    function test_join_takesTheStake() external {
        bytes32 id = create(defaultTerms());
        fund(person(0), STAKE);
        vm.expectEmit(address(core));
        emit IFederationEvents.Joined(id, person(0));
        vm.prank(person(0));
        core.join(id, "");
        IFederation.Member memory member = core.memberOf(id, person(0));
        assertTrue(member.isMember);
        assertEq(member.stake, STAKE);
        assertEq(core.statusOf(id).staked, STAKE);
        assertEq(core.statusOf(id).members, 1);
        assertBacked(id);
    }

    function test_join_refusesTwice() external {
        bytes32 id = create(defaultTerms());
        join(id, person(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AlreadyMember.selector, id, person(0)));
        vm.prank(person(0));
        core.join(id, "");
    }

    function test_join_withTooLittleStakeChangesNothing() external {
        bytes32 id = create(defaultTerms());
        token.mint(person(0), STAKE - 1);
        vm.startPrank(person(0));
        token.approve(address(core), STAKE);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        core.join(id, "");
        vm.stopPrank();
        assertEq(core.statusOf(id).members, 0);
        assertFalse(core.memberOf(id, person(0)).isMember);
    }

    function test_joinWithPermit_needsNoApproval() external {
        bytes32 id = create(defaultTerms());
        (address owner, uint8 v, bytes32 r, bytes32 s) = signPermit();
        token.mint(owner, STAKE);
        vm.prank(owner);
        core.joinWithPermit(id, "", type(uint256).max, v, r, s);
        assertTrue(core.memberOf(id, owner).isMember);
    }

    function test_joinWithPermit_worksWhenSomeoneElseSentThePermitFirst() external {
        bytes32 id = create(defaultTerms());
        (address owner, uint8 v, bytes32 r, bytes32 s) = signPermit();
        token.mint(owner, STAKE);
        vm.prank(stranger);
        token.permit(owner, address(core), STAKE, type(uint256).max, v, r, s);
        vm.prank(owner);
        core.joinWithPermit(id, "", type(uint256).max, v, r, s);
        assertTrue(core.memberOf(id, owner).isMember);
    }

    function test_join_asksTheGateForACleanTrue() external {
        HostileModule gate = new HostileModule();
        Terms memory terms = defaultTerms();
        terms.gate = address(gate);
        bytes32 id = create(terms);
        fund(person(0), STAKE);
        Conduct[6] memory refusals = [
            Conduct.RevertsBare,
            Conduct.RevertsWithMegabyte,
            Conduct.AnswersNothing,
            Conduct.AnswersTwo,
            Conduct.BurnsGas,
            Conduct.Reenters
        ];
        for (uint256 i; i < refusals.length; ++i) {
            gate.set(IGate.mayJoin.selector, refusals[i]);
            vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotAdmitted.selector, id, person(0)));
            vm.prank(person(0));
            core.join{ gas: 10_000_000 }(id, "please");
        }
        gate.set(IGate.mayJoin.selector, Conduct.AnswersMegabyte);
        vm.prank(person(0));
        core.join{ gas: 10_000_000 }(id, "please");
        assertTrue(core.memberOf(id, person(0)).isMember);
    }

    function test_leave_beforeTheFirstRoundPaysTheStakeAtOnce() external {
        bytes32 id = create(defaultTerms());
        joinMany(id, 3);
        vm.prank(person(0));
        core.leave(id);
        assertEq(token.balanceOf(person(0)), STAKE);
        assertEq(core.statusOf(id).members, 2);
        assertEq(core.membersOf(id, 0, 9)[0], person(2));
        assertEq(core.memberOf(id, person(2)).index, 0);
        assertFalse(core.memberOf(id, person(0)).isMember);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotMember.selector, id, person(0)));
        vm.prank(person(0));
        core.leave(id);
        join(id, person(0));
        assertBacked(id);
    }

    function test_leave_whileFrozenWaitsForTheNextRound() external {
        bytes32 id = start(defaultTerms(), 4);
        vm.expectEmit(address(core));
        emit IFederationEvents.LeaveRequested(id, person(0));
        vm.startPrank(person(0));
        core.leave(id);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AlreadyLeaving.selector, id, person(0)));
        core.leave(id);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.StillLeaving.selector, id, person(0)));
        core.join(id, "");
        vm.stopPrank();
        assertTrue(core.memberOf(id, person(0)).isLeaving);
        playRound(id);
        assertFalse(core.memberOf(id, person(0)).isMember);
        assertEq(core.roundOf(id).members, 3);
        assertGe(core.memberOf(id, person(0)).owed, STAKE);
        assertEq(core.statusOf(id).staked, 3 * STAKE);
        vm.prank(person(0));
        core.claim(id);
        join(id, person(0));
        assertBacked(id);
    }

    function test_leave_ofANewcomerDoesNotMoveFrozenPlaces() external {
        bytes32 id = start(defaultTerms(), 4);
        address[] memory before = core.cohortOf(id);
        join(id, person(10));
        join(id, person(11));
        vm.prank(person(10));
        core.leave(id);
        assertEq(token.balanceOf(person(10)), STAKE);
        assertEq(core.cohortOf(id), before);
        assertEq(core.memberOf(id, person(11)).index, 4);
        playRound(id);
        assertEq(core.roundOf(id).members, 5);
    }

    function test_leave_byManyIsServedSixteenARound() external {
        Terms memory terms = defaultTerms();
        terms.rounds = 9;
        bytes32 id = start(terms, 20);
        for (uint256 i; i < 20; ++i) {
            vm.prank(person(i));
            core.leave(id);
        }
        failRound(id);
        assertEq(core.statusOf(id).members, 4);
        assertEq(core.roundOf(id).members, 4);
        failRound(id);
        assertEq(core.statusOf(id).members, 0);
        // Nobody is left: the federation waits for members, and its next round keeps its number.
        assertPhase(id, Phase.Joining);
        assertEq(core.roundOf(id).number, 2);
        vm.expectPartialRevert(IFederationErrors.TooFewMembers.selector);
        core.open(id);
        joinNewcomers(id, 2);
        skip(1000);
        core.open(id);
        assertEq(core.roundOf(id).number, 2);
        assertPhase(id, Phase.Submit);
        assertBacked(id);
    }

    function test_leave_byAllThenNobodyComesCanBeAbandoned() external {
        bytes32 id = start(defaultTerms(), 2);
        vm.prank(person(0));
        core.leave(id);
        vm.prank(person(1));
        core.leave(id);
        failRound(id);
        assertPhase(id, Phase.Joining);
        uint256 overdueAt = vm.getBlockTimestamp() + 6000;
        vm.expectRevert(
            abi.encodeWithSelector(IFederationErrors.NotOverdue.selector, overdueAt, vm.getBlockTimestamp())
        );
        core.abandon(id);
        vm.warp(overdueAt);
        core.abandon(id);
        assertPhase(id, Phase.Finished);
    }

    function test_rounds_withFewerThanTheMinimumFailAndAdmitNewcomers() external {
        Terms memory terms = defaultTerms();
        terms.rounds = 5;
        bytes32 id = start(terms, 2);
        vm.prank(person(0));
        core.leave(id);
        failRound(id);
        assertEq(core.roundOf(id).members, 1);
        submit(id, person(1));
        skip(1);
        assertPhase(id, Phase.Close);
        joinNewcomers(id, 3);
        failRound(id);
        assertEq(core.roundOf(id).members, 4);
        playRound(id);
        assertEq(core.statusOf(id).roundsSettled, 1);
    }

    function failRound(bytes32 id) private {
        Round memory round = core.roundOf(id);
        if (round.startedAt == 0) {
            mine(2);
            core.draw(id, round.number);
        }
        skip(100);
        vm.prank(stranger);
        core.close(id, round.number);
    }

    function joinNewcomers(bytes32 id, uint256 count) private {
        for (uint256 i; i < count; ++i) {
            join(id, person(100 + i));
        }
    }

    function signPermit() private view returns (address owner, uint8 v, bytes32 r, bytes32 s) {
        owner = vm.addr(7);
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash =
            keccak256(abi.encode(typeHash, owner, address(core), uint256(STAKE), uint256(0), type(uint256).max));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash));
        (v, r, s) = vm.sign(7, digest);
    }
}
