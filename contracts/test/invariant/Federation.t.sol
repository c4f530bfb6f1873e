// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { Test } from "../Test.sol";
import { FederationHandler } from "./FederationHandler.sol";

contract FederationInvariants is Test {
    FederationHandler private handler;
    IFederation private core;

    function setUp() external {
        handler = new FederationHandler();
        handler.setUp();
        core = IFederation(handler.coreAddress());
        bytes4[] memory selectors = new bytes4[](24);
        selectors[0] = FederationHandler.initialise.selector;
        selectors[1] = FederationHandler.joinOne.selector;
        selectors[2] = FederationHandler.leave.selector;
        selectors[3] = FederationHandler.open.selector;
        selectors[4] = FederationHandler.draw.selector;
        selectors[5] = FederationHandler.commitOne.selector;
        selectors[6] = FederationHandler.submitOne.selector;
        selectors[7] = FederationHandler.step.selector;
        selectors[8] = FederationHandler.challenge.selector;
        selectors[9] = FederationHandler.aggregate.selector;
        selectors[10] = FederationHandler.close.selector;
        selectors[11] = FederationHandler.settle.selector;
        selectors[12] = FederationHandler.vote.selector;
        selectors[13] = FederationHandler.claim.selector;
        selectors[14] = FederationHandler.abandon.selector;
        selectors[15] = FederationHandler.pass.selector;
        selectors[16] = FederationHandler.passLong.selector;
        selectors[17] = FederationHandler.joinOne.selector;
        selectors[18] = FederationHandler.step.selector;
        selectors[19] = FederationHandler.step.selector;
        selectors[20] = FederationHandler.step.selector;
        selectors[21] = FederationHandler.step.selector;
        selectors[22] = FederationHandler.challenge.selector;
        selectors[23] = FederationHandler.seal.selector;
        targetContract(address(handler));
        targetSelector(address(handler), selectors);
    }

    /// @notice Tokens in = paid + burned + held, for each federation by itself.
    function invariant_tokensInArePaidBurnedOrHeld() external view {
        uint256 held;
        for (uint256 f; f < 2; ++f) {
            IFederation.Status memory status = core.statusOf(handler.ids(f));
            uint256 ledger = uint256(status.unspent) + status.staked + status.owed + status.sealPot;
            assertEq(handler.taken(f), handler.paid(f) + handler.burned(f) + ledger, "in = paid + burned + held");
            held += ledger;
        }
        assertEq(handler.held(), held, "held = ledger");
    }

    /// @notice The federation's totals are the sums over its accounts.
    function invariant_ledgerIsTheSumOfItsAccounts() external view {
        address[] memory accounts = handler.accounts();
        for (uint256 f; f < 2; ++f) {
            IFederation.Status memory status = core.statusOf(handler.ids(f));
            (uint256 owed, uint256 staked) = (0, 0);
            for (uint256 i; i < accounts.length; ++i) {
                IFederation.Member memory member = core.memberOf(handler.ids(f), accounts[i]);
                owed += member.owed;
                staked += member.stake;
            }
            assertEq(status.owed, owed);
            assertEq(status.staked, staked);
        }
    }

    /// @notice Every member knows its place, and the list knows every member.
    function invariant_indicesAreThePlaces() external view {
        for (uint256 f; f < 2; ++f) {
            bytes32 id = handler.ids(f);
            address[] memory members = core.membersOf(id, 0, type(uint256).max);
            for (uint256 i; i < members.length; ++i) {
                IFederation.Member memory member = core.memberOf(id, members[i]);
                assertTrue(member.isMember);
                assertEq(member.index, i);
            }
            if (!core.statusOf(id).isFinished) assertLe(core.roundOf(id).members, members.length);
        }
    }

    /// @notice Round numbers never fall; within a round phases never go back; a finish is final.
    function invariant_phasesNeverRegress() external view {
        assertFalse(handler.hasRegressed());
    }

    /// @notice A stake not slashed by proof is held for its owner, or owed to it, until it is paid.
    function invariant_honestStakeIsHeldOrOwed() external view {
        address[] memory accounts = handler.accounts();
        for (uint256 f; f < 2; ++f) {
            for (uint256 i; i < accounts.length; ++i) {
                IFederation.Member memory member = core.memberOf(handler.ids(f), accounts[i]);
                assertGe(uint256(member.owed) + member.stake, handler.stakeDue(f, accounts[i]), "stake due");
            }
        }
    }

    /// @notice After any history, one honest keeper brings every federation to its end, round by round, and everyone claims
    ///         what they are owed: nothing is left.
    function afterInvariant() external {
        for (uint256 f; f < 2; ++f) {
            bytes32 id = handler.ids(f);
            for (uint256 round; round < 7 && !core.statusOf(id).isFinished; ++round) {
                handler.advance(f);
            }
            assertTrue(core.statusOf(id).isFinished, "finished");
            handler.sealRest(f);
            handler.claimAll(f);
            IFederation.Status memory status = core.statusOf(id);
            assertEq(uint256(status.unspent) + status.staked + status.owed + status.sealPot, 0, "nothing left");
            address[] memory accounts = handler.accounts();
            for (uint256 i; i < accounts.length; ++i) {
                assertEq(handler.stakeDue(f, accounts[i]), 0, "stake back");
            }
        }
        assertEq(handler.held(), 0);
    }
}
