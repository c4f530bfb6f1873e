// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Phase, RoundSummary } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFederationFixture } from "./DirectFederationFixture.sol";

/// @title A federation of the direct path, whole
/// @notice The real core and the real aggregator: the model against a naive one, tokens to the last unit, history.
contract DirectFederationTest is DirectFederationFixture {
    function test_rounds_keepModelTokensAndHistory() external {
        _check(16, 4, 700, 700, 1);
        _check(16, 8, 700, 256, 3);
        _check(32, 1, 700, 256, 2);
        _check(32, 2, 700, 384, 1);
    }

    /// @dev Three rounds of eight members, of whom one is silent in the second.
    function _check(uint256 laneBits, uint256 bits, uint256 dimension, uint256 shardSize, uint256 shardsPerMember)
        private
    {
        Terms memory terms = federationTerms(laneBits, bits, dimension, 8);
        terms.shardSize = uint32(shardSize);
        terms.shardsPerMember = uint16(shardsPerMember);
        terms.rounds = 3;
        terms.gains = 2;
        bytes32 id = openFederation(terms, plainSetup(dimension));
        int256[] memory naive = new int256[](dimension);
        for (uint32 round; round < 3; ++round) {
            for (uint256 p; p < 8; ++p) {
                if (round == 1 && p == 5) continue;
                int256[] memory update = updateOf(uint256(hashOf(round, p)), dimension, bits);
                submitUpdate(id, terms, round, p, update);
                for (uint256 k; k < shardsPerMember; ++k) {
                    (uint256 from, uint256 length) = shardOf(terms, assignedOf(terms, p, round, k));
                    for (uint256 q = from; q < from + length; ++q) {
                        naive[q] += 2 * update[q];
                    }
                }
            }
            if (round == 1) vm.warp(vm.getBlockTimestamp() + terms.submitSeconds);
            aggregateAll(id, terms, round);
            _checkModel(id, terms, naive);
        }
        (Phase phase,) = core.phaseOf(id);
        assertEq(uint256(phase), uint256(Phase.Finished));
        RoundSummary[] memory history = core.history(id, 0, 3);
        assertEq(history[0].updates, 8);
        assertEq(history[1].updates, 7);
        assertEq(history[2].updates, 8);
        _checkTokens(id);
    }

    /// @dev The first round has fewer members than the terms allow, the next one all of them.
    function test_rounds_ofFewerMembersThanAllowedCountEachForMore() external {
        Terms memory terms = federationTerms(16, 4, 700, 8);
        (terms.minimumUpdates, terms.rounds, terms.gains) = (1, 2, 3);
        bytes32 id = openFederation(terms, plainSetup(700), 5);
        int256[] memory naive = new int256[](700);
        for (uint32 round; round < 2; ++round) {
            // The second round froze those who had joined by then; one of them sends nothing, but is expected like the others.
            uint256 cohort = round == 0 ? 5 : 8;
            int256 gain = round == 0 ? int256(4) : int256(3); // ⌊3 · 8 / 5⌋, 3 · 8 / 8
            for (uint256 p = 1; p < cohort; ++p) {
                int256[] memory update = updateOf(uint256(hashOf(round, p)), 700, 4);
                submitUpdate(id, terms, round, p, update);
                for (uint256 q; q < 700; ++q) {
                    naive[q] += gain * update[q];
                }
            }
            for (uint256 p = 5; round == 0 && p < 8; ++p) {
                joinFederation(id, terms, person(p));
            }
            vm.warp(vm.getBlockTimestamp() + terms.submitSeconds);
            aggregateAll(id, terms, round);
            assertEq(modelWords(id, 0), encodeModel(naive, 0, 700, 16), "model");
        }
    }

    function _checkModel(bytes32 id, Terms memory terms, int256[] memory expected) private {
        for (uint256 s; s * terms.shardSize < terms.dimension; ++s) {
            (uint256 from, uint256 length) = shardOf(terms, s);
            assertEq(modelWords(id, s), encodeModel(expected, from, length, terms.laneBits), "model");
        }
    }

    function _checkTokens(bytes32 id) private {
        uint256 paid;
        for (uint256 p; p < 8; ++p) {
            vm.prank(person(p));
            paid += core.claim(id);
        }
        paid += core.claim(id);
        assertEq(paid, 8 * STAKE + BOUNTY, "tokens out");
        assertEq(token.balanceOf(address(core)), 0, "tokens held");
    }
}
