// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { DemoToken } from "../../src/token/DemoToken.sol";
import { Phase, Round, RoundSummary } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { MockAggregator } from "../mocks/MockAggregator.sol";
import { Test } from "../Test.sol";

/// @title FederationFixture
/// @notice A core, a token, a naive aggregator, and the moves of a federation's life in one call each.
/// @dev Default terms: 7 parameters in shards of 4 and 3, every member trains both, cohort of 4, at least 2 updates.
abstract contract FederationFixture is Test {
    uint128 internal constant STAKE = 101;
    uint128 internal constant BOUNTY = 3001;
    uint128 internal constant KEEPER_PAY = 20;
    address internal constant BURNED = 0x000000000000000000000000000000000000dEaD;

    bytes internal constant MANIFEST = "manifest";
    bytes internal constant SETUP = abi.encode(uint256(1));

    IFederation internal core;
    DemoToken internal token;
    MockAggregator internal aggregator;
    address internal creator;
    address internal stranger;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        core = IFederation(deployCore());
        token = new DemoToken();
        aggregator = new MockAggregator();
        creator = account("creator");
        stranger = account("stranger");
        vm.label(address(core), "core");
    }

    // --- Terms ---

    function defaultTerms() internal view returns (Terms memory terms) {
        terms.manifestHash = keccak256(MANIFEST);
        terms.setupHash = keccak256(SETUP);
        terms.gains = 1;
        terms.stake = STAKE;
        terms.bounty = BOUNTY;
        terms.keeperPay = KEEPER_PAY;
        terms.joinSeconds = 1000;
        terms.idleSeconds = 5000;
        terms.aggregator = address(aggregator);
        terms.dimension = 7;
        terms.shardSize = 4;
        terms.rounds = 3;
        terms.token = address(token);
        terms.cohortSize = 4;
        terms.minimumUpdates = 2;
        terms.shardsPerMember = 2;
        terms.endQuorum = 5000;
        terms.laneBits = 16;
        terms.bits = 8;
        terms.submitSeconds = 100;
        terms.keeperSeconds = 10;
        terms.isPrivateNetwork = true;
    }

    // --- Moves ---

    function person(uint256 i) internal pure returns (address) {
        return address(uint160(0xA11CE000 + i));
    }

    function create(Terms memory terms) internal returns (bytes32 id) {
        fund(creator, uint256(terms.bounty) + terms.sealPay);
        vm.prank(creator);
        id = core.create(terms, MANIFEST, SETUP);
    }

    function fund(address account_, uint256 amount) internal {
        token.mint(account_, amount);
        vm.prank(account_);
        token.approve(address(core), type(uint256).max);
    }

    function join(bytes32 id, address member) internal {
        fund(member, STAKE);
        vm.prank(member);
        core.join(id, "");
    }

    function joinMany(bytes32 id, uint256 count) internal {
        for (uint256 i; i < count; ++i) {
            join(id, person(i));
        }
    }

    /// @dev A federation with `members` members and its first round open.
    function start(Terms memory terms, uint256 members) internal returns (bytes32 id) {
        id = create(terms);
        core.initialise(id, 0, "");
        joinMany(id, members);
        if (members < terms.cohortSize) skip(terms.joinSeconds);
        core.open(id);
    }

    /// @dev The payload of a member for a shard in a round: distinct, and summed exactly by hand in tests.
    function payloadOf(bytes32 id, address member, uint256 round, uint256 shard)
        internal
        view
        virtual
        returns (bytes memory payload)
    {
        payload = new bytes(aggregator.shardLength(address(core), id, shard));
        for (uint256 i; i < payload.length; ++i) {
            payload[i] = bytes1(uint8(uint256(keccak256(abi.encode(member, round, shard, i))) % 101 + 10));
        }
    }

    function shardAt(Terms memory terms, uint256 position, uint256 round, uint256 assigned)
        internal
        pure
        returns (uint256)
    {
        uint256 shards = (uint256(terms.dimension) + terms.shardSize - 1) / terms.shardSize;
        return ((position + round) * terms.shardsPerMember + assigned) % shards;
    }

    function payloadsOf(bytes32 id, address member) internal view returns (bytes[] memory payloads) {
        Terms memory terms = core.termsOf(id);
        uint32 round = core.roundOf(id).number;
        (, uint16 position) = core.positionOf(id, member);
        payloads = new bytes[](terms.shardsPerMember);
        for (uint256 k; k < payloads.length; ++k) {
            payloads[k] = payloadOf(id, member, round, shardAt(terms, position, round, k));
        }
    }

    function submit(bytes32 id, address member) internal {
        bytes[] memory payloads = payloadsOf(id, member);
        uint32 round = core.roundOf(id).number;
        vm.prank(member);
        core.submit(id, round, 0, payloads, "", "");
    }

    /// @dev And a second passes: no phase ends within the second of the action that ends it.
    function submitAll(bytes32 id) internal {
        address[] memory cohort = core.cohortOf(id);
        for (uint256 i; i < cohort.length; ++i) {
            submit(id, cohort[i]);
        }
        skip(1);
    }

    /// @dev What the aggregator wants to be handed before the payloads: nothing, for the naive one.
    function wordsBefore(bytes32 id, uint256 shard) internal view virtual returns (bytes memory) { }

    /// @dev The payloads of a shard from all that submitted, in order of position.
    function dataOf(bytes32 id, uint256 shard) internal view returns (bytes memory data) {
        data = wordsBefore(id, shard);
        Terms memory terms = core.termsOf(id);
        Round memory round = core.roundOf(id);
        address[] memory cohort = core.cohortOf(id);
        for (uint256 p; p < cohort.length; ++p) {
            if ((round.submitted >> p) & 1 == 0) continue;
            for (uint256 k; k < terms.shardsPerMember; ++k) {
                if (shardAt(terms, p, round.number, k) != shard) continue;
                data = bytes.concat(data, payloadOf(id, cohort[p], round.number, shard));
            }
        }
    }

    /// @dev Aggregates as `keeper`, or as the chosen one of each shard if `keeper` is zero, and settles what waits for it.
    function aggregateShard(bytes32 id, uint16 shard, address keeper) internal {
        bytes memory data = dataOf(id, shard);
        uint32 round = core.roundOf(id).number;
        if (keeper == address(0)) (keeper,,) = core.keeperOf(id, shard);
        vm.prank(keeper);
        core.aggregate(id, round, shard, data);
        if (phase(id) != Phase.Settle || core.termsOf(id).judge != address(0)) return;
        vm.prank(keeper);
        core.settle(id, round);
    }

    function aggregateAll(bytes32 id) internal {
        Terms memory terms = core.termsOf(id);
        uint256 shards = (uint256(terms.dimension) + terms.shardSize - 1) / terms.shardSize;
        for (uint16 shard; shard < shards; ++shard) {
            aggregateShard(id, shard, address(0));
        }
    }

    function playRound(bytes32 id) internal {
        submitAll(id);
        aggregateAll(id);
    }

    // --- Reading ---

    function phase(bytes32 id) internal view returns (Phase now_) {
        (now_,) = core.phaseOf(id);
    }

    function assertPhase(bytes32 id, Phase expected) internal view {
        assertEq(uint256(phase(id)), uint256(expected), "phase");
    }

    /// @dev With one federation, the core holds exactly what the federation's accounts say.
    function assertBacked(bytes32 id) internal view {
        IFederation.Status memory status = core.statusOf(id);
        assertEq(
            token.balanceOf(address(core)),
            uint256(status.unspent) + status.staked + status.owed + status.sealPot,
            "held = ledger"
        );
    }
}
