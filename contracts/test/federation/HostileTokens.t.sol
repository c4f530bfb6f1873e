// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { Terms } from "../../src/types/Terms.sol";
import { HostileToken } from "../mocks/HostileToken.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @notice Tokens that take fees, refuse, shrink or call back harm nobody except those who chose them.
contract HostileTokensTest is FederationFixture {
    bytes4 private constant REENTERED = bytes4(keccak256("ReentrancyGuardReentrantCall()"));

    HostileToken private hostile;

    function setUp() public override {
        super.setUp();
        hostile = new HostileToken();
    }

    function test_token_thatTakesAFeeIsRefused() external {
        hostile.setFee(100);
        Terms memory terms = tokenTerms();
        vm.expectRevert(
            abi.encodeWithSelector(
                IFederationErrors.TransferShortfall.selector, address(hostile), BOUNTY, BOUNTY - BOUNTY / 100
            )
        );
        vm.prank(creator);
        core.create(terms, MANIFEST, SETUP);
        assertEq(hostile.balanceOf(creator), BOUNTY);
    }

    function test_token_thatAnswersFalseIsRefused() external {
        hostile.answerFalse(true);
        Terms memory terms = tokenTerms();
        vm.expectRevert(abi.encodeWithSignature("SafeERC20FailedOperation(address)", hostile));
        vm.prank(creator);
        core.create(terms, MANIFEST, SETUP);
    }

    function test_token_thatRefusesOneAccountHoldsUpNobodyElse() external {
        bytes32 id = hostileTokenFederation();
        hostile.refuse(person(0), true);
        playRound(id);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.TransferRefused.selector, address(hostile), person(0)));
        vm.prank(person(0));
        core.claim(id);
        assertGe(core.memberOf(id, person(0)).owed, 200);
        vm.prank(person(1));
        assertGe(core.claim(id), 200);
        // Nor does it stop that account: what is owed goes to where the token lets it.
        uint256 owed = core.memberOf(id, person(0)).owed;
        vm.prank(person(0));
        assertEq(core.claimTo(id, stranger), owed);
        assertEq(hostile.balanceOf(stranger), owed);
        playRound(id);
        hostile.refuse(person(0), false);
        vm.prank(person(0));
        assertGe(core.claim(id), 200);
    }

    function test_token_thatRefusesAMemberDoesNotKeepItIn() external {
        Terms memory terms = tokenTerms();
        vm.prank(creator);
        bytes32 id = core.create(terms, MANIFEST, SETUP);
        hostile.mint(person(0), STAKE);
        vm.startPrank(person(0));
        hostile.approve(address(core), STAKE);
        core.join(id, "");
        hostile.refuse(person(0), true);
        core.leave(id);
        assertFalse(core.memberOf(id, person(0)).isMember);
        assertEq(core.memberOf(id, person(0)).owed, STAKE);
        assertEq(core.claimTo(id, stranger), STAKE);
        vm.stopPrank();
        assertEq(hostile.balanceOf(stranger), STAKE);
    }

    /// @dev What is left is shared by all claims in proportion, in any order and of any federation.
    function test_token_thatShrinksHarmsNoFederationMoreThanAnother() external {
        Terms memory terms = tokenTerms();
        terms.bounty = 0;
        terms.keeperPay = 0;
        bytes32[2] memory ids;
        for (uint256 f; f < 2; ++f) {
            terms.salt = bytes32(f);
            ids[f] = core.create(terms, MANIFEST, SETUP);
            hostile.mint(person(f), STAKE);
            vm.startPrank(person(f));
            hostile.approve(address(core), STAKE);
            core.join(ids[f], "");
            vm.stopPrank();
        }
        hostile.shrink(address(core), STAKE); // to a half of what came in
        for (uint256 f; f < 2; ++f) {
            vm.prank(person(f));
            core.leave(ids[f]);
            // Half of an odd stake: one is rounded down, the other has what is left.
            assertEq(hostile.balanceOf(person(f)), STAKE / 2 + (f == 0 ? 0 : 1));
        }
    }

    function test_token_thatCannotBeBurnedDoesNotStopAProof() external {
        hostile.refuse(BURNED, true);
        Terms memory terms = tokenTerms();
        terms.challengeSeconds = 100;
        bytes32 id = startHostile(terms);
        bytes[] memory payloads = payloadsOf(id, person(0));
        payloads[0][0] = 0x80;
        vm.prank(person(0));
        core.submit(id, 0, 0, payloads, "", "");
        skip(100);
        vm.startPrank(stranger);
        core.bindChallenge(
            keccak256(abi.encode(stranger, id, uint32(0), uint16(0), uint16(0), keccak256(payloads[0]), bytes32(0)))
        );
        mine(1);
        core.challenge(id, 0, 0, 0, payloads[0], 0);
        vm.stopPrank();
        assertEq(core.memberOf(id, BURNED).owed, STAKE - STAKE / 2);
        assertEq(core.memberOf(id, stranger).owed, STAKE / 2);
        // It does not stop a claim either: the burn waits until the token lets it through.
        vm.prank(stranger);
        assertEq(core.claim(id), STAKE / 2);
        assertEq(core.memberOf(id, BURNED).owed, STAKE - STAKE / 2);
        IFederation.Status memory status = core.statusOf(id);
        assertEq(hostile.balanceOf(address(core)), uint256(status.unspent) + status.staked + status.owed);
        hostile.refuse(BURNED, false);
        core.claim(id);
        assertEq(hostile.balanceOf(BURNED), STAKE - STAKE / 2);
        assertEq(core.statusOf(id).owed, 0);
    }

    function test_token_thatReentersFindsTheWholeCoreLocked() external {
        bytes32 id = hostileTokenFederation();
        playRound(id);
        hostile.reenter(address(core), abi.encodeCall(core.claim, (id)));
        vm.prank(person(1));
        core.claim(id);
        assertFalse(hostile.isLetThrough());
        assertEq(bytes32(bytes4(hostile.refusal())), bytes32(REENTERED));
    }

    function test_holdings_neverExceedWhatTheLedgerCanCount() external {
        Terms memory terms = defaultTerms();
        terms.bounty = type(uint128).max;
        bytes32 id = create(terms);
        fund(person(0), STAKE);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.HoldingsExceeded.selector, type(uint128).max, STAKE));
        vm.prank(person(0));
        core.join(id, "");
    }

    // --- Moves ---

    function tokenTerms() private returns (Terms memory terms) {
        terms = defaultTerms();
        terms.token = address(hostile);
        hostile.mint(creator, BOUNTY);
        vm.prank(creator);
        hostile.approve(address(core), type(uint256).max);
    }

    function hostileTokenFederation() private returns (bytes32) {
        return startHostile(tokenTerms());
    }

    function startHostile(Terms memory terms) private returns (bytes32 id) {
        vm.prank(creator);
        id = core.create(terms, MANIFEST, SETUP);
        core.initialise(id, 0, "");
        for (uint256 i; i < 4; ++i) {
            hostile.mint(person(i), STAKE);
            vm.startPrank(person(i));
            hostile.approve(address(core), STAKE);
            core.join(id, "");
            vm.stopPrank();
        }
        core.open(id);
    }
}
