// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IBlobAggregator } from "../../src/interfaces/IBlobAggregator.sol";
import { IFederation } from "../../src/interfaces/IFederation.sol";
import { DemoToken } from "../../src/token/DemoToken.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobVectors } from "../blob/BlobVectors.sol";

/// @title BlobFederationFixture
/// @notice The real core and a BlobAggregator under it: a federation's life in one call each.
abstract contract BlobFederationFixture is BlobVectors {
    uint128 internal constant STAKE = 101;
    uint128 internal constant BOUNTY = 3000;
    address internal constant BURNED = 0x000000000000000000000000000000000000dEaD;

    IFederation internal core;
    DemoToken internal token;
    IBlobAggregator internal aggregator;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        core = IFederation(deployCore());
        token = new DemoToken();
        aggregator = IBlobAggregator(vm.deployCode("BlobAggregator.sol:BlobAggregator"));
    }

    function paid(Terms memory terms) internal view returns (Terms memory) {
        terms.manifestHash = keccak256("manifest");
        terms.setupHash = keccak256(blobSetup());
        terms.aggregator = address(aggregator);
        terms.token = address(token);
        terms.stake = STAKE;
        terms.bounty = BOUNTY;
        return terms;
    }

    function person(uint256 i) internal pure returns (address) {
        return address(uint160(0xA11CE000 + i));
    }

    /// @dev A federation with its cohort joined and its first round open.
    function open(Terms memory terms) internal returns (bytes32 id) {
        token.mint(address(this), terms.bounty);
        token.approve(address(core), type(uint256).max);
        id = core.create(terms, "manifest", blobSetup());
        carryAny();
        core.initialise(id, 0, "");
        vm.blobhashes(new bytes32[](0));
        for (uint256 i; i < terms.cohortSize; ++i) {
            token.mint(person(i), STAKE);
            vm.startPrank(person(i));
            token.approve(address(core), type(uint256).max);
            core.join(id, "");
            vm.stopPrank();
        }
        core.open(id);
    }

    /// @dev Sends the versioned hashes of one shard, in a transaction that carries the blobs.
    function send(bytes32 id, uint32 round, address member, uint16 assigned, bytes memory payload) internal {
        carry(payload);
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = payload;
        vm.prank(member);
        core.submit(id, round, assigned, payloads, "", "");
    }

    /// @dev Lets time pass until the challenge window closes.
    function waitForAggregation(bytes32 id) internal {
        (Phase phase, uint256 endsAt) = core.phaseOf(id);
        while (phase < Phase.Aggregate) {
            vm.warp(endsAt);
            (phase, endsAt) = core.phaseOf(id);
        }
    }

    function assertPhase(bytes32 id, Phase expected) internal view {
        (Phase phase,) = core.phaseOf(id);
        assertEq(uint256(phase), uint256(expected), "phase");
    }
}
