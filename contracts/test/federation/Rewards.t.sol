// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @notice Rewards, credited in common or one by one, against accounts that the test keeps round by round.
contract RewardsTest is FederationFixture {
    uint256 private constant PEOPLE = 12;
    /// @dev Enough to come, earn, leave, and come back.
    uint256 private constant PLAYED = 3;

    /// @dev By account: the rewards of all rounds, and how often it joined, each time with a stake minted for it.
    mapping(address => uint256) private _earned;
    mapping(address => uint256) private _joins;
    bytes32 private _id;

    function rewardTerms() private view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.cohortSize = 9;
        terms.minimumUpdates = 1;
        terms.keeperPay = 0;
        terms.keeperSeconds = 0;
        terms.rounds = 8;
        terms.endQuorum = 0;
    }

    function test_reward_ofARoundInWhichAllTakePartWritesAsOftenForFewAsForMany() external {
        assertEq(_writesOfSettling(9), _writesOfSettling(4));
        for (uint256 i; i < 4; ++i) {
            assertEq(core.memberOf(_id, person(i)).owed, 2 * (uint256(BOUNTY) / 8 / 4));
        }
    }

    function _writesOfSettling(uint256 members) private returns (uint256) {
        Terms memory terms = rewardTerms();
        terms.salt = bytes32(members);
        _id = start(terms, members);
        _play();
        submitAll(_id);
        if (phase(_id) == Phase.Submit) skip(100);
        aggregateShard(_id, 0, stranger);
        vm.record();
        aggregateShard(_id, 1, stranger);
        (, bytes32[] memory writes) = vm.accesses(address(core));
        return writes.length;
    }

    function test_reward_leavesOutWhoSentNothingAndWhoJoinedDuringTheRound() external {
        _id = start(rewardTerms(), 8);
        uint256 share = uint256(BOUNTY) / 8 / 7;
        for (uint256 i; i < 7; ++i) {
            submit(_id, person(i));
        }
        join(_id, person(8));
        skip(100);
        _aggregateAll();
        for (uint256 i; i < 9; ++i) {
            assertEq(core.memberOf(_id, person(i)).owed, i < 7 ? share : 0);
        }
        _play();
        assertEq(core.memberOf(_id, person(7)).owed, uint256(BOUNTY) / 8 / 9);
        assertEq(core.memberOf(_id, person(8)).owed, uint256(BOUNTY) / 8 / 9);
        assertBacked(_id);
    }

    function test_reward_inCommonStaysWithWhoLeavesAndIsNotGivenToWhoComesBack() external {
        _id = start(rewardTerms(), 9);
        _play();
        uint256 share = uint256(BOUNTY) / 8 / 9;
        vm.prank(person(3));
        core.leave(_id);
        _play();
        // Removed as the third round opened.
        assertFalse(core.memberOf(_id, person(3)).isMember);
        assertEq(core.memberOf(_id, person(3)).owed, 2 * share + STAKE);
        _play();
        join(_id, person(3));
        assertEq(core.memberOf(_id, person(3)).owed, 2 * share + STAKE);
        vm.prank(person(3));
        assertEq(core.claim(_id), 2 * share + STAKE);
        assertEq(core.memberOf(_id, person(3)).owed, 0);
        assertBacked(_id);
    }

    function test_claim_twicePaysOnce() external {
        _id = start(rewardTerms(), 9);
        _play();
        vm.startPrank(person(0));
        assertEq(core.claim(_id), uint256(BOUNTY) / 8 / 9);
        assertEq(core.claim(_id), 0);
        vm.stopPrank();
        assertBacked(_id);
    }

    /// @dev Each round some send, some come, some leave and some claim; each way of crediting is taken.
    function testFuzz_rewards_areThoseOfTheRoundsOneTookPartIn(uint256 seed) external {
        _id = start(rewardTerms(), 9);
        for (uint256 i; i < 9; ++i) {
            _joins[person(i)] = 1;
        }
        for (uint256 round; round < PLAYED; ++round) {
            if (phase(_id) == Phase.Draw) {
                mine(2);
                core.draw(_id, uint32(round));
            }
            if (phase(_id) != Phase.Submit) break;
            seed = uint256(keccak256(abi.encode(seed)));
            _playRound(seed);
            for (uint256 i; i < PEOPLE; ++i) {
                _moveBetweenRounds(person(i), uint8(seed >> (8 * i + 16)));
                _assertOwed(person(i));
            }
            assertBacked(_id);
        }
    }

    /// @dev A stranger is the keeper: the rest of a pot that is shared is paid to the account that settles.
    function _aggregateAll() private {
        aggregateShard(_id, 0, stranger);
        aggregateShard(_id, 1, stranger);
    }

    function _play() private {
        submitAll(_id);
        _aggregateAll();
    }

    function _playRound(uint256 seed) private {
        address[] memory cohort = core.cohortOf(_id);
        // One round in four all send, in most others nearly all.
        uint256 silent = seed % 4 == 0 ? 0 : seed % 4 == 3 ? uint16(seed >> 128) : 1 << ((seed >> 128) % 16);
        uint256 updates;
        for (uint256 p; p < cohort.length; ++p) {
            if ((silent >> p) & 1 == 1 && (updates > 0 || p + 1 < cohort.length)) continue;
            submit(_id, cohort[p]);
            ++updates;
        }
        if (seed % 5 == 0) _join(person(PEOPLE - 1 - seed % 3));
        if (phase(_id) == Phase.Submit) skip(100);
        uint256 number = core.roundOf(_id).number;
        uint256 pot = uint256(BOUNTY) * (number + 1) / 8 - uint256(BOUNTY) * number / 8;
        uint256 submitted = core.roundOf(_id).submitted;
        _aggregateAll();
        for (uint256 p; p < cohort.length; ++p) {
            if ((submitted >> p) & 1 == 1) _earned[cohort[p]] += pot / updates;
        }
    }

    function _moveBetweenRounds(address member, uint8 choice) private {
        IFederation.Member memory seat = core.memberOf(_id, member);
        if (choice % 8 == 0) _join(member);
        if (choice % 8 == 1 && seat.isMember && !seat.isLeaving && core.statusOf(_id).members > 2) {
            vm.prank(member);
            core.leave(_id);
        }
        if (choice % 8 == 2) {
            vm.prank(member);
            core.claim(_id);
        }
    }

    function _join(address member) private {
        IFederation.Member memory seat = core.memberOf(_id, member);
        if (seat.isMember || core.statusOf(_id).isFinished) return;
        join(_id, member);
        ++_joins[member];
    }

    /// @dev All that an account ever had is stakes and rewards: paid out, owed, or staked.
    function _assertOwed(address member) private view {
        IFederation.Member memory seat = core.memberOf(_id, member);
        uint256 all = token.balanceOf(member) + seat.owed + seat.stake;
        assertEq(all, _joins[member] * STAKE + _earned[member], "stakes and rewards");
    }
}
