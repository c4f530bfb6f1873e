// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { HostileModule } from "../mocks/HostileModule.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @notice The bounty of a federation that anyone may join cannot be earned without work, and all of it is paid out.
contract PotTest is FederationFixture {
    function test_open_waitsForOthersWhereAnyoneMayComeForABounty() external {
        Terms memory terms = publicTerms();
        bytes32 id = create(terms);
        core.initialise(id, 0, "");
        joinMany(id, 4);
        uint256 opensAt = vm.getBlockTimestamp() + 3600;
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.TooFewMembers.selector, 4, 2, 4, opensAt));
        core.open(id);
        vm.warp(opensAt - 1);
        vm.expectPartialRevert(IFederationErrors.TooFewMembers.selector);
        core.open(id);
        vm.warp(opensAt);
        core.open(id);
    }

    function publicTerms() private view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.isPrivateNetwork = false;
        terms.joinSeconds = 3600;
    }

    function test_open_isAtOnceWithAGateOrWithoutABountyOrOnAPrivateNetwork() external {
        openAtOnce(defaultTerms());
        Terms memory terms = publicTerms();
        terms.gate = address(new HostileModule());
        openAtOnce(terms);
        terms.gate = address(0);
        terms.bounty = 0;
        terms.keeperPay = 0;
        openAtOnce(terms);
    }

    function openAtOnce(Terms memory terms) private {
        bytes32 id = create(terms);
        core.initialise(id, 0, "");
        joinMany(id, 4);
        core.open(id);
        assertPhase(id, Phase.Submit);
    }

    /// @dev One who fills all places alone still needs a block a round, and something to send.
    function test_pot_isNotEmptiedInOneBlock() external {
        bytes32 id = start(defaultTerms(), 4);
        for (uint256 i; i < 4; ++i) {
            submit(id, person(i));
        }
        bytes memory data = dataOf(id, 0);
        (address keeper,,) = core.keeperOf(id, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IFederationErrors.WrongPhase.selector, id, Phase.Aggregate, Phase.Submit)
        );
        vm.prank(keeper);
        core.aggregate(id, 0, 0, data);
        skip(1);
        vm.prank(keeper);
        core.aggregate(id, 0, 0, data);
    }

    function test_submit_refusesAnUpdateThatChangesNothing() external {
        bytes32 id = start(defaultTerms(), 4);
        bytes[] memory blank = payloadsOf(id, person(0));
        for (uint256 k; k < 2; ++k) {
            blank[k] = new bytes(blank[k].length);
        }
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.BlankUpdate.selector, id, 0, person(0)));
        vm.prank(person(0));
        core.submit(id, 0, 0, blank, "", "");
        // An update that changes one shard may be blank in another.
        blank[1][2] = 0x01;
        vm.prank(person(0));
        core.submit(id, 0, 0, blank, "", "");
        assertEq(core.roundOf(id).submitted, 1);
    }

    /// @dev No unit is left for an account that would not claim it: with all rounds settled, the creator is owed none.
    function testFuzz_bounty_isPaidOutToTheUnit(uint256 seed) external {
        Terms memory terms = defaultTerms();
        terms.bounty = uint128(bound(seed, 3 * 5 * KEEPER_PAY, type(uint64).max));
        terms.rounds = uint32(bound(seed >> 64, 1, 5));
        terms.keeperPay = uint128(bound(seed >> 128, 0, 3));
        uint256 members = bound(seed >> 192, 2, 4);
        bytes32 id = start(terms, members);
        for (uint256 r; r < terms.rounds; ++r) {
            for (uint256 i; i < members; ++i) {
                submit(id, person(i));
            }
            skip(1);
            aggregateAll(id);
        }
        assertPhase(id, Phase.Finished);
        IFederation.Status memory status = core.statusOf(id);
        assertEq(status.unspent, 0);
        assertEq(core.memberOf(id, creator).owed, 0);
        for (uint256 i; i < members; ++i) {
            vm.prank(person(i));
            core.claim(id);
        }
        assertEq(core.statusOf(id).owed, 0);
        assertEq(token.balanceOf(address(core)), 0);
    }
}
