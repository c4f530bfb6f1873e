// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../../src/interfaces/IAggregator.sol";
import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { Test } from "../Test.sol";

/// @title AggregatorConformance
/// @notice What every aggregator owes the core and the members, for any kind of numbers: a new path must pass it.
/// @dev A path supplies terms of three members, two rounds of gains 1 and 3, and two shards, all of which a member
///      trains; its updates; and the model after each round.
abstract contract AggregatorConformance is Test {
    uint256 internal constant COHORT = 3;
    uint256 internal constant LAST_ROUND = 2;
    uint16 internal constant LAST_SHARD = 2;

    IFederation internal core;
    IAggregator internal module;

    // --- What a path supplies ---

    function deployModule() internal virtual returns (IAggregator);

    /// @dev Every term that the path checks; the rest is filled in here.
    function pathTerms() internal view virtual returns (Terms memory);

    function pathSetup() internal view virtual returns (bytes memory);

    /// @dev What a member submits for a shard.
    function payloadOf(uint256 round, uint256 member, uint256 shard) internal view virtual returns (bytes memory);

    /// @dev What is handed in for it at aggregation.
    function dataOf(uint256 round, uint256 member, uint256 shard) internal view virtual returns (bytes memory);

    /// @dev What `modelHash` is the hash of, once `rounds` rounds are aggregated.
    function modelAfter(uint256 rounds, uint256 shard) internal view virtual returns (bytes memory);

    /// @dev What is handed in before the updates, if there are any.
    function wordsBefore(uint256 rounds, uint256 shard) internal view virtual returns (bytes memory) { }

    /// @dev Calls of `initialise` until the model is complete.
    function initialCalls() internal view virtual returns (uint256) {
        return 1;
    }

    /// @dev What a transaction must carry beside a payload.
    function carry(bytes memory payload) internal virtual;

    /// @dev What the transaction that initialises must carry.
    function carryFirst() internal virtual { }

    // --- Setting ---

    function prepare() internal {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        core = IFederation(deployCore());
        module = deployModule();
    }

    function fullTerms() internal view returns (Terms memory terms) {
        terms = pathTerms();
        terms.manifestHash = keccak256("manifest");
        terms.setupHash = keccak256(pathSetup());
        terms.aggregator = address(module);
        terms.gains = 1 | (((1 << 16) | 3) << 48);
        terms.rounds = uint32(LAST_ROUND);
        terms.cohortSize = uint16(COHORT);
        terms.minimumUpdates = 1;
        terms.shardsPerMember = LAST_SHARD;
        terms.submitSeconds = 100;
        terms.idleSeconds = 5000;
        terms.isPrivateNetwork = true;
    }

    function person(uint256 i) internal pure returns (address) {
        return address(uint160(0xA11CE000 + i));
    }

    function open() internal returns (bytes32 id) {
        id = core.create(fullTerms(), "manifest", pathSetup());
        initialiseAll(id);
        for (uint256 m; m < COHORT; ++m) {
            vm.prank(person(m));
            core.join(id, "");
        }
        core.open(id);
    }

    function send(bytes32 id, uint32 round, uint256 member, uint16 shard, bytes memory payload) internal {
        carry(payload);
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = payload;
        vm.prank(person(member));
        core.submit(id, round, shard, payloads, "", "");
    }

    function sendAll(bytes32 id, uint32 round) internal {
        for (uint256 m; m < COHORT; ++m) {
            for (uint16 s; s < LAST_SHARD; ++s) {
                send(id, round, m, s, payloadOf(round, m, s));
            }
        }
        wait(id);
    }

    function wait(bytes32 id) internal {
        (Phase phase, uint256 endsAt) = core.phaseOf(id);
        while (phase < Phase.Aggregate) {
            vm.warp(endsAt);
            (phase, endsAt) = core.phaseOf(id);
        }
    }

    function initialiseAll(bytes32 id) internal {
        for (uint256 call; call < initialCalls(); ++call) {
            carryFirst();
            core.initialise(id, call, "");
        }
    }

    /// @dev This test as the core.
    function initialiseOwn(bytes32 id) internal {
        module.register(id, fullTerms(), pathSetup());
        for (uint256 call; call < initialCalls(); ++call) {
            carryFirst();
            assertEq(module.initialise(id, call, ""), call + 1 == initialCalls());
        }
    }

    function dataOfAll(uint256 round, uint256 shard) internal view returns (bytes memory data) {
        data = wordsBefore(round, shard);
        for (uint256 m; m < COHORT; ++m) {
            data = bytes.concat(data, dataOf(round, m, shard));
        }
    }

    // --- Registration ---

    function test_create_refusesImpossibleTerms() external {
        Terms memory terms = fullTerms();
        terms.laneBits = 5;
        refused(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedLaneBits.selector, 5));
        terms = fullTerms();
        terms.bits = 3;
        refused(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedBits.selector, 3));
        terms = fullTerms();
        terms.rule = 1;
        refused(terms, abi.encodeWithSelector(IAggregatorErrors.UnsupportedRule.selector, 1));
        terms = fullTerms();
        terms.shardSize -= 1;
        refusedAs(terms, IAggregatorErrors.MisalignedShard.selector);
        terms = fullTerms();
        terms.rounds = type(uint32).max;
        refusedAs(terms, IAggregatorErrors.LaneOverflow.selector);
        // A refused federation leaves nothing behind.
        assertEq(core.toId(fullTerms()), core.create(fullTerms(), "manifest", pathSetup()));
    }

    /// @dev A module that another core calls refuses the same as Tutti's core does.
    function test_register_doesNotRelyOnTheCoresChecks() external {
        Terms memory terms = fullTerms();
        terms.dimension = 0;
        unregistrable(terms, IFederationErrors.DimensionZero.selector);
        terms = fullTerms();
        terms.shardSize = 0;
        unregistrable(terms, IFederationErrors.ShardSizeZero.selector);
        terms = fullTerms();
        terms.dimension = 257 * terms.shardSize;
        if (terms.shardSize < 1000) unregistrable(terms, IFederationErrors.TooManyShards.selector);
        terms = fullTerms();
        terms.shardsPerMember = 0;
        unregistrable(terms, IFederationErrors.ShardsPerMemberOutOfRange.selector);
        terms.shardsPerMember = LAST_SHARD + 1;
        unregistrable(terms, IFederationErrors.ShardsPerMemberOutOfRange.selector);
        terms = fullTerms();
        terms.cohortSize = 257;
        unregistrable(terms, IFederationErrors.CohortSizeOutOfRange.selector);
        terms = fullTerms();
        terms.gains = 0;
        vm.expectRevert();
        module.register("id", terms, pathSetup());
    }

    function test_register_takesAnIdOnceFromEachCore() external {
        module.register("id", fullTerms(), pathSetup());
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.AlreadyRegistered.selector, bytes32("id")));
        module.register("id", fullTerms(), pathSetup());
        vm.prank(person(9));
        module.register("id", fullTerms(), pathSetup());
    }

    function test_register_refusesSetupsThatAreNone() external {
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.MalformedSetup.selector, 1));
        module.register("id", fullTerms(), hex"01");
    }

    function test_unknownFederations_haveNothing() external {
        bytes memory expected = abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, bytes32("id"));
        vm.expectRevert(expected);
        module.initialise("id", 0, "");
        vm.expectRevert(expected);
        module.digest("id", "context", 0, "");
        vm.expectRevert(expected);
        module.modelHash("id", 0);
        vm.expectRevert(expected);
        module.networkShape("id");
        vm.expectRevert(expected);
        module.aggregate("id", 0, 0, 1, COHORT, new bytes32[](0), new bytes32[](0), "");
        assertFalse(module.isFault("id", "context", 0, "digest", "proof"));
    }

    function test_initialise_comesBeforeTheModelAndOnce() external {
        module.register("id", fullTerms(), pathSetup());
        vm.expectRevert();
        module.modelHash("id", 0);
        vm.expectRevert();
        module.aggregate("id", 0, 0, 1, COHORT, new bytes32[](0), new bytes32[](0), "");
        uint256 calls = initialCalls();
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, calls, calls));
        module.initialise("id", calls, "");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 1, 0));
        module.initialise("id", 0, hex"00");
        for (uint256 call; call < calls; ++call) {
            carryFirst();
            assertEq(module.initialise("id", call, ""), call + 1 == calls);
            vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.ShardAlreadyInitialised.selector, call));
            module.initialise("id", call, "");
        }
        assertEq(module.modelHash("id", 1), keccak256(modelAfter(0, 1)));
    }

    // --- Digests ---

    function test_digest_bindsContextShardAndPayload() external {
        module.register("id", fullTerms(), pathSetup());
        bytes memory payload = payloadOf(0, 0, 1);
        carry(payload);
        (bytes32 digest, bool isBlank) = module.digest("id", "context", 1, payload);
        assertFalse(isBlank);
        assertEq(digest, keccak256(abi.encodePacked(bytes32("context"), uint256(1), payload)));
        (bytes32 another,) = module.digest("id", "another", 1, payload);
        assertNotEq(digest, another);
    }

    function test_digest_refusesOtherLengthsAndShards() external {
        module.register("id", fullTerms(), pathSetup());
        bytes memory payload = payloadOf(0, 0, 0);
        carry(payload);
        vm.expectPartialRevert(IAggregatorErrors.WrongPayloadLength.selector);
        module.digest("id", "context", 0, "");
        vm.expectPartialRevert(IAggregatorErrors.WrongPayloadLength.selector);
        module.digest("id", "context", 0, bytes.concat(payload, bytes32(0)));
        vm.expectPartialRevert(IAggregatorErrors.WrongPayloadLength.selector);
        module.digest("id", "context", 0, bytes.concat(payload, hex"00"));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, LAST_SHARD, LAST_SHARD));
        module.digest("id", "context", LAST_SHARD, payload);
    }

    // --- Rounds under the real core ---

    function test_rounds_addEveryUpdateTimesTheGain() external {
        bytes32 id = open();
        for (uint32 round; round < LAST_ROUND; ++round) {
            sendAll(id, round);
            // Shards may come in any order.
            for (uint16 k = LAST_SHARD; k > 0; --k) {
                uint16 shard = k - 1;
                bytes memory data = dataOfAll(round, shard);
                bytes memory expected = modelAfter(round + 1, shard);
                vm.expectEmit(address(core));
                emit IFederationEvents.Aggregated(id, round, shard, address(this), 7, keccak256(expected));
                core.aggregate(id, round, shard, data);
                assertEq(core.modelHash(id, shard), keccak256(expected));
            }
        }
        assertTrue(core.statusOf(id).isFinished);
    }

    /// @dev A version is a round that all shards have had.
    function test_versions_countRoundsThatAllShardsHaveHad() external {
        bytes32 id = open();
        for (uint32 round; round < LAST_ROUND; ++round) {
            sendAll(id, round);
            for (uint16 shard; shard < LAST_SHARD; ++shard) {
                assertVersion(id, round, shard);
                core.aggregate(id, round, shard, dataOfAll(round, shard));
                bytes32 first = core.modelHash(id, 0);
                assertEq(core.modelHash(id), keccak256(abi.encode(first, core.modelHash(id, 1))));
            }
            assertVersion(id, round + 1, 0);
            assertEq(core.modelOf(id).version, round + 1);
        }
    }

    function assertVersion(bytes32 id, uint256 version, uint256 shardsDone) private view {
        (uint32 version_, uint32 shardsDone_) = core.versionOf(id);
        assertEq(version_, version);
        assertEq(shardsDone_, shardsDone);
    }

    /// @dev Aggregating one shard does not change the others.
    function test_aggregate_changesItsShardAlone() external {
        bytes32 id = open();
        sendAll(id, 0);
        core.aggregate(id, 0, 1, dataOfAll(0, 1));
        assertEq(core.modelHash(id, 0), keccak256(modelAfter(0, 0)));
        assertEq(core.modelHash(id, 1), keccak256(modelAfter(1, 1)));
    }

    function test_aggregate_takesUpdatesInOrderOfPositionOnly() external {
        bytes32 id = open();
        sendAll(id, 0);
        bytes memory data = bytes.concat(wordsBefore(0, 0), dataOf(0, 0, 0), dataOf(0, 2, 0), dataOf(0, 1, 0));
        mismatched(id, 0, 0, 1, data);
    }

    function test_aggregate_refusesAnotherRoundsMembersOrShardsUpdate() external {
        bytes32 id = open();
        sendAll(id, 0);
        mismatched(id, 0, 0, 2, bytes.concat(wordsBefore(0, 0), dataOf(0, 0, 0), dataOf(0, 1, 0), dataOf(1, 2, 0)));
        mismatched(id, 0, 0, 1, bytes.concat(wordsBefore(0, 0), dataOf(0, 0, 0), dataOf(0, 0, 0), dataOf(0, 2, 0)));
        if (dataOf(0, 0, 0).length == dataOf(0, 0, 1).length) {
            mismatched(id, 0, 0, 0, bytes.concat(wordsBefore(0, 0), dataOf(0, 0, 1), dataOf(0, 1, 0), dataOf(0, 2, 0)));
        }
        core.aggregate(id, 0, 0, dataOfAll(0, 0));
        core.aggregate(id, 0, 1, dataOfAll(0, 1));
        // The same payload in the next round has another digest.
        sendAll(id, 1);
        bytes memory data = wordsBefore(1, 0);
        for (uint256 m; m < COHORT; ++m) {
            data = bytes.concat(data, dataOf(0, m, 0));
        }
        mismatched(id, 1, 0, 0, data);
    }

    function test_aggregate_refusesDataOfAnotherLength() external {
        bytes32 id = open();
        sendAll(id, 0);
        bytes memory data = dataOfAll(0, 0);
        bytes memory longer = bytes.concat(data, hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, data.length + 1, data.length)
        );
        core.aggregate(id, 0, 0, longer);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 0, data.length));
        core.aggregate(id, 0, 0, "");
        assertEq(core.modelHash(id, 0), keccak256(modelAfter(0, 0)));
    }

    function testFuzz_aggregate_takesNoByteThatWasNotSubmitted(uint256 position, uint8 flip) external {
        vm.assume(flip != 0);
        bytes32 id = open();
        sendAll(id, 0);
        bytes memory data = dataOfAll(0, 1);
        data[position % data.length] ^= bytes1(flip);
        vm.expectRevert();
        core.aggregate{ gas: 8_000_000 }(id, 0, 1, data);
        assertEq(core.modelHash(id, 1), keccak256(modelAfter(0, 1)));
    }

    function test_aggregate_withoutUpdatesReturnsTheHashOfTheModel() external {
        initialiseOwn("id");
        bytes32 hash = module.aggregate("id", 0, 0, 1, COHORT, new bytes32[](0), new bytes32[](0), "");
        assertEq(hash, keccak256(modelAfter(0, 0)));
        assertEq(module.modelHash("id", 0), keccak256(modelAfter(0, 0)));
    }

    function test_aggregate_countsWhatItIsHanded() external {
        initialiseOwn("id");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, COHORT + 1, COHORT));
        module.aggregate("id", 0, 0, 1, COHORT, new bytes32[](COHORT + 1), new bytes32[](COHORT + 1), "");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDigestCount.selector, 1, 2));
        module.aggregate("id", 0, 0, 1, COHORT, new bytes32[](2), new bytes32[](1), "");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, LAST_SHARD, LAST_SHARD));
        module.aggregate("id", 0, LAST_SHARD, 1, COHORT, new bytes32[](0), new bytes32[](0), "");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, LAST_SHARD, LAST_SHARD));
        module.modelHash("id", LAST_SHARD);
    }

    function test_models_ofOtherCoresAreUntouched() external {
        bytes32 id = open();
        initialiseOwn(id);
        sendAll(id, 0);
        core.aggregate(id, 0, 0, dataOfAll(0, 0));
        assertEq(module.modelHash(id, 0), keccak256(modelAfter(0, 0)));
        assertEq(core.modelHash(id, 0), keccak256(modelAfter(1, 0)));
    }

    /// @dev No bytes prove a fault in an update within its bounds.
    function testFuzz_isFault_neverOfAnHonestUpdate(uint256 member, uint256 shard, bytes calldata proof) external {
        module.register("id", fullTerms(), pathSetup());
        member = member % COHORT;
        shard = shard % LAST_SHARD;
        bytes memory payload = payloadOf(0, member, shard);
        carry(payload);
        (bytes32 digest,) = module.digest("id", "context", shard, payload);
        assertFalse(module.isFault("id", "context", shard, digest, proof));
        assertFalse(module.isFault("id", "context", shard, digest, payload));
    }

    // --- Moves ---

    function refused(Terms memory terms, bytes memory reason) private {
        bytes memory setup = pathSetup();
        vm.expectRevert(reason);
        core.create(terms, "manifest", setup);
    }

    function refusedAs(Terms memory terms, bytes4 selector) private {
        bytes memory setup = pathSetup();
        vm.expectPartialRevert(selector);
        core.create(terms, "manifest", setup);
    }

    function unregistrable(Terms memory terms, bytes4 selector) private {
        bytes memory setup = pathSetup();
        vm.expectPartialRevert(selector);
        module.register("id", terms, setup);
    }

    function mismatched(bytes32 id, uint32 round, uint16 shard, uint256 update, bytes memory data) private {
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, update));
        core.aggregate(id, round, shard, data);
    }
}
