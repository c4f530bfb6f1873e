// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../../src/interfaces/IAggregator.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Terms } from "../../src/types/Terms.sol";
import { HostileModule } from "../mocks/HostileModule.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @title Pay for sealing
/// @notice What the creator sets aside goes to those who seal the finished model, in proportion, or back to the creator.
/// @dev The naive aggregator has ten pieces of a word each.
contract SealPayTest is FederationFixture {
    uint128 private constant SEAL_PAY = 1009;

    function test_create_setsItAside() external {
        bytes32 id = create(termsWithPay());
        assertEq(core.statusOf(id).sealPot, SEAL_PAY);
        assertEq(core.statusOf(id).unspent, BOUNTY);
        assertEq(core.termsOf(id).sealPay, SEAL_PAY);
        assertBacked(id);
    }

    function test_create_needsATokenAndRoom() external {
        Terms memory terms = termsWithPay();
        (terms.token, terms.stake, terms.bounty, terms.keeperPay) = (address(0), 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.TokenMissing.selector, 0, 0, 0, SEAL_PAY));
        core.create(terms, MANIFEST, SETUP);
        terms = termsWithPay();
        terms.sealPay = type(uint128).max;
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.HoldingsExceeded.selector, BOUNTY, type(uint128).max));
        core.create(terms, MANIFEST, SETUP);
    }

    function test_seal_afterTheEndPaysEachItsPart() external {
        bytes32 id = finished();
        assertEq(core.statusOf(id).sealPot, SEAL_PAY);
        sealAs(person(1), id, 3, 302); // ⌊1009 · 3 / 10⌋
        sealAs(person(2), id, 2, 202); // ⌊707 · 2 / 7⌋
        sealAs(person(1), id, 5, 505); // the rest
        assertEq(core.statusOf(id).sealPot, 0);
        assertBacked(id);
        uint256 before = token.balanceOf(person(2));
        vm.prank(person(2));
        core.claim(id);
        assertGe(token.balanceOf(person(2)) - before, 202);
    }

    /// @dev Words that were sealed before the end are not paid for; the missing ones get the whole pot.
    function test_seal_beforeTheEndIsNotPaid() external {
        bytes32 id = started();
        playRound(id);
        playRound(id);
        submitAll(id);
        sealAs(stranger, id, 10, 0);
        aggregateAll(id);
        assertEq(core.statusOf(id).sealPot, SEAL_PAY, "another version was sealed");
        sealAs(stranger, id, 10, SEAL_PAY);
    }

    function test_finish_givesItBackIfTheVersionIsSealedAlready() external {
        bytes32 id = started();
        playRound(id);
        playRound(id);
        sealAs(stranger, id, 10, 0);
        skip(200);
        uint256 before = core.memberOf(id, creator).owed;
        core.close(id, 2);
        assertTrue(core.statusOf(id).isFinished);
        assertEq(core.statusOf(id).sealPot, 0);
        assertGe(core.memberOf(id, creator).owed - before, SEAL_PAY);
        assertBacked(id);
    }

    function test_finish_givesItBackIfNothingWasTrained() external {
        bytes32 id = create(termsWithPay());
        skip(20_000);
        vm.expectEmit(address(core));
        emit IFederationEvents.Finished(id, true, uint256(BOUNTY) + SEAL_PAY);
        core.abandon(id);
        assertEq(core.memberOf(id, creator).owed, uint256(BOUNTY) + SEAL_PAY);
        assertEq(core.statusOf(id).sealPot, 0);
    }

    /// @dev A federation that is abandoned in the middle of a round: the model has what was settled before.
    function test_finish_ofAnAbandonedHalfRoundKeepsItForTheModel() external {
        bytes32 id = started();
        playRound(id);
        submitAll(id);
        aggregateShard(id, 0, address(0));
        bytes memory data = dataOf(id, 1);
        skip(20_000);
        core.abandon(id);
        assertEq(core.statusOf(id).sealPot, SEAL_PAY);
        core.aggregate(id, 1, 1, data);
        sealAs(stranger, id, 10, SEAL_PAY);
        assertEq(core.modelOf(id).sealedVersion, 2);
    }

    /// @dev An aggregator may claim anything: nobody gets more than the pot, and nothing reverts.
    function test_seal_clampsWhatALyingAggregatorSays() external {
        uint256 max = type(uint256).max;
        uint256[3][8] memory answers = [
            [uint256(0), 0, 0],
            [uint256(0), 5, 10],
            [uint256(1), 0, 0],
            [max, 1, 1],
            [max, max, max],
            [max - 1, max, max],
            [uint256(1), max, 10],
            [uint256(1) << 200, 1 << 200, max]
        ];
        for (uint256 i; i < answers.length; ++i) {
            HostileModule module = new HostileModule();
            Terms memory terms = termsWithPay();
            (terms.aggregator, terms.salt, terms.rounds) = (address(module), bytes32(i), 1);
            terms.minimumUpdates = 4;
            bytes32 id = start(terms, 4);
            bytes[] memory payloads = new bytes[](2);
            for (uint256 p; p < 4; ++p) {
                vm.prank(person(p));
                core.submit(id, 0, 0, payloads, "", "");
            }
            skip(50);
            core.aggregate(id, 0, 0, "");
            core.aggregate(id, 0, 1, "");
            assertTrue(core.statusOf(id).isFinished);
            module.tell(IAggregator.seal.selector, abi.encode(answers[i][0], answers[i][1], answers[i][2]));
            core.seal(id, 0, 0, 1, "");
            core.seal(id, 0, 0, 1, "");
            assertLe(core.statusOf(id).sealPot, SEAL_PAY);
        }
    }

    function test_seal_needsThreeWordsOfAnAnswer() external {
        HostileModule module = new HostileModule();
        Terms memory terms = termsWithPay();
        terms.aggregator = address(module);
        bytes32 id = create(terms);
        module.tell(IAggregator.seal.selector, abi.encode(1, 1));
        vm.expectRevert(
            abi.encodeWithSelector(
                IFederationErrors.ModuleAnswerMalformed.selector, address(module), IAggregator.seal.selector, 64
            )
        );
        core.seal(id, 0, 0, 1, "");
        module.reenter(IAggregator.seal.selector, address(core), abi.encodeCall(core.seal, (id, uint256(0), 0, 1, "")));
        vm.expectRevert();
        core.seal(id, 0, 0, 1, "");
        assertEq(module.refusal(), "");
    }

    // --- Moves ---

    function termsWithPay() private view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.sealPay = SEAL_PAY;
    }

    function started() private returns (bytes32 id) {
        id = start(termsWithPay(), 4);
    }

    function finished() private returns (bytes32 id) {
        id = started();
        for (uint256 round; round < 3; ++round) {
            playRound(id);
        }
        assertTrue(core.statusOf(id).isFinished);
    }

    function sealAs(address by, bytes32 id, uint256 count, uint256 pay) private {
        uint256 before = core.memberOf(id, by).owed;
        vm.expectEmit(address(core));
        emit IFederationEvents.Sealed(id, 1, 2, count, by, pay);
        vm.prank(by);
        core.seal(id, 1, 2, count, "words");
        assertEq(core.memberOf(id, by).owed - before, pay, "pay");
    }
}
