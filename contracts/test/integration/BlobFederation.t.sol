// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IBlobAggregator } from "../../src/interfaces/IBlobAggregator.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../../src/interfaces/IFederationEvents.sol";
import { FaultProof } from "../../src/types/FaultProof.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobFederationFixture } from "./BlobFederationFixture.sol";

/// @notice Whole federations of the blob path under the core as it stands.
/// forge-config: default.evm_version = "osaka"
contract BlobFederationTest is BlobFederationFixture {
    /// @dev Openings of the vectors: the first is a fault, those from 10 on are of one honest blob, the last of the zero blob.
    uint256 private constant FAULT = 0;
    uint256 private constant HONEST = 10;

    address private watcher;

    function setUp() public override {
        super.setUp();
        watcher = account("watcher");
    }

    // --- Rounds ---

    function test_federation_holdsTheCommitmentOfTheSummedVectorAfterEveryRound() external {
        bytes32 id = open(paid(blobTerms()));
        for (uint32 round; round < ROUNDS; ++round) {
            for (uint256 m; m < MEMBERS; ++m) {
                for (uint16 k; k < SHARDS; ++k) {
                    send(id, round, person(m), k, submission(round, m, k, "payload"));
                }
            }
            waitForAggregation(id);
            for (uint16 shard; shard < SHARDS; ++shard) {
                bytes memory data = dataOf(round, shard, MEMBERS);
                bytes memory model = modelAfter(round, shard, "model");
                vm.expectEmit(address(core));
                emit IFederationEvents.Aggregated(id, round, shard, address(this), 7, keccak256(model));
                core.aggregate(id, round, shard, data);
                assertEq(core.commitments(id, shard), model, "commitment of the summed vector");
            }
            assertEq(core.history(id, 0, 2)[round].updates, MEMBERS);
        }
        assertTrue(core.statusOf(id).isFinished);
        for (uint256 m; m < MEMBERS; ++m) {
            vm.prank(person(m));
            assertEq(core.claim(id), STAKE + BOUNTY / MEMBERS);
        }
        for (uint16 shard; shard < SHARDS; ++shard) {
            carry(modelAfter(1, shard, "payload"));
            vm.expectEmit(address(aggregator));
            bytes32[] memory hashes = wordsOf(modelAfter(1, shard, "payload"));
            emit IBlobAggregator.Checkpoint(address(core), id, shard, 1, hashes);
            aggregator.checkpoint(address(core), id, shard);
        }
    }

    function test_federation_logsCompressedCommitmentsOfTheModel() external {
        bytes32 id = open(paid(blobTerms()));
        for (uint256 m; m < MEMBERS; ++m) {
            for (uint16 k; k < SHARDS; ++k) {
                send(id, 0, person(m), k, submission(0, m, k, "payload"));
            }
        }
        waitForAggregation(id);
        bytes memory data = dataOf(0, 1, MEMBERS);
        // In the first round, with gain 1, round and model are the same.
        bytes memory compressed = modelAfter(0, 1, "compressed");
        vm.expectEmit(address(aggregator));
        emit IBlobAggregator.Commitments(address(core), id, 0, 1, compressed, compressed);
        core.aggregate(id, 0, 1, data);
    }

    function test_submit_withoutTheBlobsIsRefused() external {
        bytes32 id = open(paid(blobTerms()));
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = submission(0, 0, 0, "payload");
        bytes32 first = wordsOf(payloads[0])[0];
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.BlobMismatch.selector, 0, first, bytes32(0)));
        vm.prank(person(0));
        core.submit(id, 0, 0, payloads, "", "");
    }

    /// @dev A copy of another member's update counts like an update of its own: no rule can tell them apart.
    function test_submit_ofTheSameBlobByTwoMembersIsTwoUpdates() external {
        bytes32 id = open(paid(openedTerms()));
        bytes memory payload = bytesAt("points", 1, "versionedHash");
        send(id, 0, person(0), 0, payload);
        send(id, 0, person(1), 0, payload);
        waitForAggregation(id);
        bytes memory point = bytesAt("points", 1, "affine");
        core.aggregate(id, 0, 0, bytes.concat(point, point));
        assertEq(core.commitments(id, 0), bytesAt("points", 3, "affine"));
    }

    // --- Challenges ---

    function test_challenge_ofEveryFaultVoidsTheRoundAndSlashes() external {
        bytes32 id = open(paid(openedTerms()));
        uint256 snapshot = vm.snapshotState();
        uint256 faults;
        for (uint256 i; i < HONEST; ++i) {
            if (!flagAt("openings", i, "isFault")) continue;
            faults += 1;
            bytes memory proof = sendAll(id, i);
            bind(id, 2, proof);
            vm.expectEmit(address(core));
            emit IFederationEvents.Slashed(id, 0, person(2), watcher, STAKE / 2, STAKE - STAKE / 2);
            vm.prank(watcher);
            core.challenge(id, 0, 2, 0, proof, "salt");
            assertEq(core.roundOf(id).submitted, 3);
            waitForAggregation(id);
            bytes memory point = bytesAt("openings", HONEST, "affine");
            core.aggregate(id, 0, 0, bytes.concat(point, point));
            // The slashed member has to be removed: settling is a step of its own.
            core.settle(id, 0);
            assertEq(core.history(id, 0, 1)[0].updates, 2);
            vm.revertToState(snapshot);
        }
        assertEq(faults, 8);
    }

    function test_challenge_ofAnHonestBlobCostsOnlyTheChallenger() external {
        bytes32 id = open(paid(openedTerms()));
        sendAll(id, FAULT);
        for (uint256 i; i < 4; ++i) {
            // An honest value that is really there; then the fault of another's blob.
            bytes memory proof = encode(openingAt(i == 0 ? HONEST : i == 1 ? HONEST + 12 : i == 2 ? FAULT : 5));
            bind(id, 0, proof);
            vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FaultNotProven.selector, 0, 0));
            vm.prank(watcher);
            core.challenge{ gas: 2_000_000 }(id, 0, 0, 0, proof, "salt");
        }
        assertEq(core.memberOf(id, person(0)).stake, STAKE);
        assertEq(core.roundOf(id).submitted, 7);
    }

    function test_challenge_outOfItsWindowIsRefused() external {
        bytes32 id = open(paid(openedTerms()));
        bytes memory payload = abi.encode(wordAt("openings", FAULT, "versionedHash"));
        send(id, 0, person(2), 0, payload);
        bytes memory proof = encode(openingAt(FAULT));
        bind(id, 2, proof);
        refused(id, Phase.Submit, proof);
        (, uint256 endsAt) = core.phaseOf(id);
        vm.warp(endsAt);
        assertPhase(id, Phase.Challenge);
        (, endsAt) = core.phaseOf(id);
        vm.warp(endsAt);
        refused(id, Phase.Aggregate, proof);
        vm.warp(endsAt - 1);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 0, proof, "salt");
    }

    function test_challenge_needsABindingFromAnEarlierBlock() external {
        bytes32 id = open(paid(openedTerms()));
        bytes memory proof = sendAll(id, FAULT);
        vm.expectPartialRevert(IFederationErrors.ChallengeNotBound.selector);
        vm.prank(watcher);
        core.challenge(id, 0, 2, 0, proof, "salt");
        bind(id, 2, proof);
        vm.expectPartialRevert(IFederationErrors.ChallengeNotBound.selector);
        vm.prank(account("thief"));
        core.challenge(id, 0, 2, 0, proof, "salt");
    }

    // --- Commitments ---

    function test_commit_bindsTheVersionedHashesOfAShard() external {
        Terms memory terms = paid(openedTerms());
        terms.commitSeconds = 50;
        bytes32 id = open(terms);
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = bytesAt("points", 1, "versionedHash");
        bytes32 payloadHash = keccak256(abi.encodePacked(keccak256(payloads[0])));
        bytes32 commitment = core.commitmentOf(id, 0, person(0), "salt", payloadHash);
        vm.prank(person(0));
        core.commit(id, 0, commitment);
        (, uint256 endsAt) = core.phaseOf(id);
        vm.warp(endsAt);
        carry(payloads[0]);
        vm.prank(person(0));
        core.submit(id, 0, 0, payloads, "salt", "");
        assertEq(core.roundOf(id).submitted, 1);
    }

    // --- Moves ---

    function dataOf(uint256 round, uint256 shard, uint256 members) private view returns (bytes memory data) {
        for (uint256 m; m < members; ++m) {
            data = bytes.concat(data, submission(round, m, shard, "data"));
        }
    }

    /// @dev Two honest members, and the blob of opening `i` from the third. Returns the proof of its word.
    function sendAll(bytes32 id, uint256 i) private returns (bytes memory) {
        bytes memory honest = abi.encode(wordAt("openings", HONEST, "versionedHash"));
        FaultProof memory proof = openingAt(i);
        send(id, 0, person(0), 0, honest);
        send(id, 0, person(1), 0, honest);
        send(id, 0, person(2), 0, abi.encode(proof.versionedHashes[0]));
        skip(1);
        assertPhase(id, Phase.Challenge);
        return encode(proof);
    }

    function bind(bytes32 id, uint16 position, bytes memory proof) private {
        bytes32 proofHash = keccak256(proof);
        bytes32 commitment =
            keccak256(abi.encode(watcher, id, uint256(0), uint256(position), uint256(0), proofHash, bytes32("salt")));
        vm.prank(watcher);
        core.bindChallenge(commitment);
        vm.roll(vm.getBlockNumber() + 1);
    }

    function refused(bytes32 id, Phase actual, bytes memory proof) private {
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPhase.selector, id, Phase.Challenge, actual));
        vm.prank(watcher);
        core.challenge(id, 0, 2, 0, proof, "salt");
    }
}
