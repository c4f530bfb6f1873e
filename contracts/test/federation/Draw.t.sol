// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Phase } from "../../src/types/Round.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @notice Sampled cohorts: seeded by a block that is fixed in advance.
contract DrawTest is FederationFixture {
    function test_draw_seedsTheCohortFromABlockAfterTheFreeze() external {
        bytes32 id = start(defaultTerms(), 9);
        assertPhase(id, Phase.Draw);
        assertEq(core.cohortOf(id).length, 0);
        assertEq(core.roundOf(id).seedBlock, block.number + 1);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.SeedNotReady.selector, block.number + 1, block.number));
        core.draw(id, 0);
        mine(2);
        vm.setBlockhash(vm.getBlockNumber() - 1, keccak256("hash"));
        bytes32 seed = keccak256(abi.encode(id, uint256(0), keccak256("hash")));
        vm.expectEmit(address(core));
        emit IFederationEvents.Drawn(id, 0, seed);
        vm.prank(stranger);
        core.draw(id, 0);
        assertEq(core.memberOf(id, stranger).owed, KEEPER_PAY / 2);
        assertPhase(id, Phase.Submit);
        address[] memory cohort = core.cohortOf(id);
        assertEq(cohort.length, 4);
        uint256 found;
        for (uint256 i; i < 9; ++i) {
            (bool isInCohort, uint16 position) = core.positionOf(id, person(i));
            if (!isInCohort) continue;
            ++found;
            assertEq(cohort[position], person(i));
        }
        assertEq(found, 4);
        playRound(id);
        assertEq(core.roundOf(id).number, 1);
        assertPhase(id, Phase.Draw);
    }

    function test_draw_fixesAnotherBlockWhenTheSeedIsOutOfReach() external {
        bytes32 id = start(defaultTerms(), 5);
        mine(300);
        vm.expectEmit(address(core));
        emit IFederationEvents.SeedDelayed(id, 0, uint64(vm.getBlockNumber() + 1));
        vm.prank(stranger);
        core.draw(id, 0);
        assertPhase(id, Phase.Draw);
        assertEq(core.memberOf(id, stranger).owed, 0);
        mine(2);
        vm.setBlockhash(vm.getBlockNumber() - 1, keccak256("hash"));
        core.draw(id, 0);
        assertPhase(id, Phase.Submit);
    }
}
