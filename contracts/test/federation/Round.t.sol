// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Phase, Round, RoundSummary } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "./FederationFixture.sol";

contract RoundTest is FederationFixture {
    function test_threeRounds_addEveryUpdateAndPayTheWholeBountyOut() external {
        Terms memory terms = defaultTerms();
        terms.gains = 1 | (uint256((1 << 16) | 3) << 48);
        bytes32 id = start(terms, 4);
        int256[7] memory expected;
        for (uint256 r; r < 3; ++r) {
            assertPhase(id, Phase.Submit);
            for (uint256 i; i < 4; ++i) {
                for (uint256 p; p < 7; ++p) {
                    bytes memory payload = payloadOf(id, person(i), r, p / 4);
                    expected[p] += int8(uint8(payload[p % 4])) * (r == 0 ? int256(1) : int256(3));
                }
            }
            playRound(id);
        }
        for (uint256 p; p < 7; ++p) {
            assertEq(aggregator.parameter(address(core), id, p), expected[p]);
        }
        assertPhase(id, Phase.Finished);
        IFederation.Status memory status = core.statusOf(id);
        assertEq(status.roundsSettled, 3);
        assertEq(status.roundsClosed, 3);
        assertEq(status.unspent, 0);
        assertBacked(id);

        uint256 paid;
        for (uint256 i; i < 4; ++i) {
            vm.prank(person(i));
            paid += core.claim(id);
        }
        vm.prank(creator);
        paid += core.claim(id);
        assertEq(paid, uint256(BOUNTY) + 4 * STAKE);
        assertEq(token.balanceOf(address(core)), 0);
    }

    function test_settle_splitsThePotEquallyAfterKeepers() external {
        bytes32 id = start(defaultTerms(), 4);
        submitAll(id);
        (address keeper0,, uint256 pay0) = core.keeperOf(id, 0);
        (address keeper1,, uint256 pay1) = core.keeperOf(id, 1);
        assertEq(pay0, KEEPER_PAY / 2);
        assertEq(pay1, KEEPER_PAY / 2);
        aggregateShard(id, 0, address(0));
        assertPhase(id, Phase.Aggregate);
        aggregateShard(id, 1, address(0));
        uint256 share = (1000 - uint256(KEEPER_PAY)) / 4;
        for (uint256 i; i < 4; ++i) {
            uint256 expected = share;
            if (person(i) == keeper0) expected += pay0;
            if (person(i) == keeper1) expected += pay1;
            assertEq(core.memberOf(id, person(i)).owed, expected);
        }
        RoundSummary[] memory past = core.history(id, 0, 10);
        assertEq(past.length, 1);
        assertEq(past[0].updates, 4);
        assertEq(past[0].paid, KEEPER_PAY + 4 * share);
        assertEq(core.roundOf(id).number, 1);
        assertBacked(id);
    }

    function test_open_waitsForCohortOrTime() external {
        Terms memory terms = defaultTerms();
        bytes32 id = create(terms);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotInitialised.selector, id));
        core.open(id);
        core.initialise(id, 0, "");
        joinMany(id, 2);
        uint256 opensAt = block.timestamp + 1000;
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.TooFewMembers.selector, 2, 2, 4, opensAt));
        core.open(id);
        vm.warp(opensAt);
        vm.expectEmit(address(core));
        emit IFederationEvents.RoundOpened(id, 0, 2, 2, uint64(block.number - 1));
        vm.prank(stranger);
        core.open(id);
        assertPhase(id, Phase.Submit);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPhase.selector, id, Phase.Joining, Phase.Submit));
        core.open(id);
    }

    function test_submit_refusesWrongRoundPhaseAndPeople() external {
        bytes32 id = start(defaultTerms(), 4);
        bytes[] memory payloads = payloadsOf(id, person(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongRound.selector, id, 0, 1));
        vm.prank(person(0));
        core.submit(id, 1, 0, payloads, "", "");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotInCohort.selector, id, 0, stranger));
        vm.prank(stranger);
        core.submit(id, 0, 0, payloads, "", "");
        join(id, stranger);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotInCohort.selector, id, 0, stranger));
        vm.prank(stranger);
        core.submit(id, 0, 0, payloads, "", "");
        submit(id, person(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AlreadySubmitted.selector, 0));
        vm.prank(person(0));
        core.submit(id, 0, 0, payloads, "", "");
        skip(100);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPhase.selector, id, Phase.Submit, Phase.Close));
        vm.prank(person(1));
        core.submit(id, 0, 0, payloads, "", "");
    }

    function test_submit_passesTheAggregatorsRefusalOn() external {
        bytes32 id = start(defaultTerms(), 4);
        bytes[] memory payloads = payloadsOf(id, person(0));
        payloads[1] = "four";
        vm.expectRevert(abi.encodeWithSignature("PayloadLength(uint256,uint256)", 3, 4));
        vm.prank(person(0));
        core.submit(id, 0, 0, payloads, "", "");
        assertEq(core.roundOf(id).submitted, 0);
    }

    function test_submit_inPartsMustComeInOrder() external {
        bytes32 id = start(defaultTerms(), 4);
        bytes[] memory payloads = payloadsOf(id, person(0));
        bytes[] memory one = new bytes[](1);
        vm.startPrank(person(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongFirst.selector, 0, 1));
        core.submit(id, 0, 1, one, "", "");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPayloadCount.selector, 0, 2));
        core.submit(id, 0, 0, new bytes[](0), "", "");
        one[0] = payloads[0];
        core.submit(id, 0, 0, one, "", "");
        assertEq(core.roundOf(id).submitted, 0);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongFirst.selector, 1, 0));
        core.submit(id, 0, 0, one, "", "");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPayloadCount.selector, 2, 1));
        core.submit(id, 0, 1, payloads, "", "");
        one[0] = payloads[1];
        vm.expectEmit(address(core));
        emit IFederationEvents.Submitted(id, 0, person(0), 0, 1, one, "metrics");
        core.submit(id, 0, 1, one, "", "metrics");
        vm.stopPrank();
        assertEq(core.roundOf(id).submitted, 1);
    }

    function test_submit_halfDoneIsNotAggregatedAndDoesNotCarryOver() external {
        bytes32 id = start(defaultTerms(), 4);
        bytes[] memory half = new bytes[](1);
        half[0] = payloadsOf(id, person(0))[0];
        vm.prank(person(0));
        core.submit(id, 0, 0, half, "", "");
        for (uint256 i = 1; i < 4; ++i) {
            submit(id, person(i));
        }
        skip(100);
        aggregateAll(id);
        assertEq(core.memberOf(id, person(0)).owed < 100, true);
        assertEq(core.history(id, 0, 1)[0].updates, 3);
        // Progress of the round before does not count.
        submit(id, person(0));
        assertEq(core.roundOf(id).submitted, 1);
    }

    function test_submit_endsEarlyWhenAllHaveActed() external {
        bytes32 id = start(defaultTerms(), 4);
        for (uint256 i; i < 3; ++i) {
            submit(id, person(i));
        }
        (Phase now_, uint256 endsAt) = core.phaseOf(id);
        assertEq(uint256(now_), uint256(Phase.Submit));
        assertEq(endsAt, block.timestamp + 100);
        submit(id, person(3));
        // A later block decides: nothing is aggregated in the second in which the last was sent.
        assertPhase(id, Phase.Submit);
        skip(1);
        assertPhase(id, Phase.Aggregate);
    }

    function test_aggregate_refusesWrongShardTwiceAndData() external {
        bytes32 id = start(defaultTerms(), 4);
        submitAll(id);
        (address keeper, uint256 until,) = core.keeperOf(id, 0);
        bytes memory data = dataOf(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 2, 2));
        core.aggregate(id, 0, 2, "");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.KeeperWindow.selector, keeper, until));
        vm.prank(stranger);
        core.aggregate(id, 0, 0, data);
        vm.expectRevert(abi.encodeWithSignature("PayloadLength(uint256,uint256)", 16, 0));
        vm.prank(keeper);
        core.aggregate(id, 0, 0, "");
        data[0] = data[0] ^ 0x01;
        vm.expectPartialRevert(bytes4(keccak256("DataMismatch(uint256,bytes32,bytes32)")));
        vm.prank(keeper);
        core.aggregate(id, 0, 0, data);
        aggregateShard(id, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardAlreadyAggregated.selector, 0));
        vm.prank(keeper);
        core.aggregate(id, 0, 0, data);
    }

    function test_aggregate_isAnyonesAfterTheWindowForAPayThatRises() external {
        bytes32 id = start(defaultTerms(), 4);
        submitAll(id);
        skip(10);
        (,, uint256 pay) = core.keeperOf(id, 0);
        assertEq(pay, KEEPER_PAY / 2);
        skip(5);
        aggregateShard(id, 0, stranger);
        assertEq(core.memberOf(id, stranger).owed, KEEPER_PAY * 3 / 4);
        skip(100);
        aggregateShard(id, 1, stranger);
        assertEq(core.memberOf(id, stranger).owed, KEEPER_PAY * 3 / 4 + KEEPER_PAY);
        vm.prank(stranger);
        assertEq(core.claim(id), KEEPER_PAY * 3 / 4 + KEEPER_PAY);
    }

    function test_aggregate_emitsWhoseUpdatesWereFolded() external {
        bytes32 id = start(defaultTerms(), 4);
        submit(id, person(1));
        submit(id, person(3));
        skip(200);
        bytes memory data = dataOf(id, 1);
        vm.recordLogs();
        vm.prank(stranger);
        core.aggregate(id, 0, 1, data);
        bytes32 modelHash = core.modelHash(id, 1);
        vm.expectEmit(address(core));
        emit IFederationEvents.Aggregated(id, 0, 0, stranger, 10, keccak256(expectedShard(id, 0)));
        data = dataOf(id, 0);
        vm.prank(stranger);
        core.aggregate(id, 0, 0, data);
        assertNotEq(modelHash, bytes32(0));
    }

    function expectedShard(bytes32 id, uint256 shard) private view returns (bytes memory words) {
        bytes memory a = payloadOf(id, person(1), 0, shard);
        bytes memory b = payloadOf(id, person(3), 0, shard);
        for (uint256 i; i < a.length; ++i) {
            words = bytes.concat(words, bytes32(uint256(uint8(a[i])) + uint8(b[i])));
        }
    }

    function test_close_leavesTheModelAloneAndOpensTheNext() external {
        bytes32 id = start(defaultTerms(), 4);
        submit(id, person(0));
        skip(100);
        assertPhase(id, Phase.Close);
        vm.expectEmit(address(core));
        emit IFederationEvents.KeeperPaid(id, 0, stranger, KEEPER_PAY / 2);
        vm.expectEmit(address(core));
        emit IFederationEvents.RoundFailed(id, 0, 1, 2);
        vm.prank(stranger);
        core.close(id, 0);
        assertEq(core.roundOf(id).number, 1);
        assertPhase(id, Phase.Submit);
        RoundSummary memory past = core.history(id, 0, 1)[0];
        assertEq(past.updates, 0);
        assertEq(past.paid, KEEPER_PAY / 2);
        assertEq(core.statusOf(id).roundsSettled, 0);
        assertEq(core.memberOf(id, person(0)).owed, 0);
        for (uint256 p; p < 7; ++p) {
            assertEq(aggregator.parameter(address(core), id, p), 0);
        }
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongRound.selector, id, 1, 0));
        core.close(id, 0);
    }

    function test_close_ofTheLastRoundFinishesAndRefunds() external {
        bytes32 id = start(defaultTerms(), 4);
        for (uint32 r; r < 3; ++r) {
            skip(100);
            vm.prank(stranger);
            core.close(id, r);
        }
        assertPhase(id, Phase.Finished);
        assertEq(core.memberOf(id, creator).owed, BOUNTY - 3 * KEEPER_PAY / 2);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FederationFinished.selector, id));
        core.close(id, 2);
        assertBacked(id);
    }

    function test_rotation_aggregatesShardsThatNobodyTrained() external {
        Terms memory terms = defaultTerms();
        terms.shardsPerMember = 1;
        terms.shardSize = 1;
        terms.keeperPay = 10;
        bytes32 id = start(terms, 4);
        submitAll(id);
        skip(100);
        for (uint16 s; s < 7; ++s) {
            bytes memory data = dataOf(id, s);
            assertEq(data.length, s < 4 ? 1 : 0);
            vm.prank(stranger);
            core.aggregate(id, 0, s, data);
        }
        assertEq(core.roundOf(id).number, 1);
        assertEq(core.history(id, 0, 1)[0].updates, 4);
        // Round 1 starts one shard further.
        bytes[] memory payloads = payloadsOf(id, person(0));
        assertEq(payloads[0], payloadOf(id, person(0), 1, 1));
    }

    function test_history_pages() external {
        bytes32 id = start(defaultTerms(), 4);
        playRound(id);
        playRound(id);
        assertEq(core.history(id, 0, 1).length, 1);
        assertEq(core.history(id, 1, 5).length, 1);
        assertEq(core.history(id, 2, 5).length, 0);
        assertEq(core.history(id, 0, type(uint256).max).length, 2);
        assertEq(core.membersOf(id, 1, type(uint256).max).length, 3);
        assertEq(core.membersOf(id, 3, 1)[0], person(3));
        assertEq(core.membersOf(id, type(uint256).max, 2).length, 0);
    }
}
