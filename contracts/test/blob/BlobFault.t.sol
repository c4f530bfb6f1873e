// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FieldLanes } from "../../src/blob/FieldLanes.sol";
import { FaultProof } from "../../src/types/FaultProof.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobFixture } from "./BlobFixture.sol";

/// @notice What is a fault, and what is not.
/// forge-config: default.evm_version = "osaka"
contract BlobFaultTest is BlobFixture {
    bytes32 private constant ID = "federation";
    /// @dev Most gas of a transaction: a precompile that fails takes what it is given.
    uint256 private constant GAS = 1_000_000;

    bytes[] private proofs; // encoded, of the vectors' openings
    uint256[] private honest; // those of values within bounds

    function setUp() public override {
        super.setUp();
        startSmall(ID);
        for (uint256 i; i < countOf("openings"); ++i) {
            proofs.push(encode(openingAt(i)));
            if (!flagAt("openings", i, "isFault")) honest.push(i);
        }
    }

    /// @dev A lane one over and one under the bound, words over the packing range, padding that is not zero; lanes at
    ///      either bound, honest blobs and the zero blob.
    function test_isFault_judgesEveryOpeningOfTheVectors() external view {
        for (uint256 i; i < proofs.length; ++i) {
            bool isExpected = isFault(openingAt(i)) == flagAt("openings", i, "isFault");
            assertTrue(isExpected, vm.parseJsonString(json(), path("openings", i, "name")));
        }
        assertGt(honest.length, 10);
    }

    function test_isFault_isOfThisContextShardAndDigest() external view {
        FaultProof memory proof = openingAt(0);
        bytes32 digest = digestOf(0, proof);
        bytes memory encoded = encode(proof);
        assertTrue(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, encoded));
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(1), 0, digest, encoded));
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 1, digest, encoded));
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, bytes32(uint256(digest) ^ 1), encoded));
        assertFalse(aggregator.isFault{ gas: GAS }("unknown", contextOf(0), 0, digest, encoded));
    }

    /// @dev A proof for one blob proves nothing about another.
    function test_isFault_isNotProvenWithSomebodyElsesBlob() external view {
        FaultProof memory faulty = openingAt(0);
        FaultProof memory victim = openingAt(honest[5]);
        bytes32 digest = digestOf(0, victim);
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, encode(faulty)));
        faulty.versionedHashes = victim.versionedHashes;
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, encode(faulty)));
        faulty.commitment = victim.commitment;
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, encode(faulty)));
        faulty.opening = victim.opening;
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, encode(faulty)));
    }

    function test_isFault_needsARightOpening() external view {
        FaultProof memory proof = openingAt(0);
        proof.opening = openingAt(1).opening;
        assertFalse(isFault(proof));
        proof = openingAt(0);
        proof.value = openingAt(1).value;
        assertFalse(isFault(proof));
        proof = openingAt(0);
        proof.word = 4096; // the same bits reversed, one too many
        assertFalse(isFault(proof));
        proof = openingAt(0);
        proof.blob = 1;
        assertFalse(isFault(proof));
        proof = openingAt(0);
        proof.commitment = slice(proof.commitment, 0, 47);
        assertFalse(isFault(proof));
        proof = openingAt(0);
        proof.opening = new bytes(0);
        assertFalse(isFault(proof));
    }

    /// @dev The precompile accepts only canonical field elements, so that a value cannot be read as two numbers.
    function test_isFault_doesNotTakeValuesOfTheModulusAndAbove() external view {
        for (uint256 i; i < honest.length; ++i) {
            FaultProof memory proof = openingAt(honest[i]);
            proof.value = bytes32(uint256(proof.value) + FieldLanes.MODULUS);
            assertFalse(isFault(proof));
        }
    }

    function test_isFault_ofBytesThatAreNoProofIsFalse() external view {
        bytes32 digest = digestOf(0, openingAt(0));
        assertFalse(aggregator.isFault(ID, contextOf(0), 0, digest, ""));
        assertFalse(aggregator.isFault(ID, contextOf(0), 0, digest, new bytes(192)));
        bytes memory proof = encode(openingAt(0));
        assertFalse(aggregator.isFault(ID, contextOf(0), 0, digest, slice(proof, 0, proof.length - 64)));
    }

    /// @dev A short blob in a longer shard: the same word is padding in one and not in the other.
    function test_isFault_knowsWhereTheShardEnds() external {
        Terms memory terms = openedTerms();
        terms.dimension += 1;
        terms.shardSize = terms.dimension;
        start("longer", terms);
        FaultProof memory proof = openingAt(6); // lane 5 of word 4,093 is 1
        bytes32 digest = digestOf(0, proof);
        assertTrue(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, encode(proof)));
        assertFalse(aggregator.isFault{ gas: GAS }("longer", contextOf(0), 0, digest, encode(proof)));
    }

    /// @dev Any change to any proof: an honest blob has no fault.
    function testFuzz_isFault_neverOfAnHonestBlob(
        uint256 victim,
        uint256 source,
        uint256 word,
        bytes32 value,
        uint256 mixed,
        uint256 blob
    ) external view {
        FaultProof memory proof = proofAt(honest[victim % honest.length]);
        bytes32 digest = digestOf(0, proof);
        FaultProof memory other = proofAt(source % proofs.length);
        if (mixed & 1 != 0) proof.word = bound(word, 0, 4200);
        if (mixed & 2 != 0) proof.value = value;
        if (mixed & 4 != 0) proof.value = other.value;
        if (mixed & 8 != 0) proof.commitment = other.commitment;
        if (mixed & 16 != 0) proof.opening = other.opening;
        if (mixed & 32 != 0) proof.word = other.word;
        if (mixed & 64 != 0) proof.versionedHashes = other.versionedHashes;
        if (mixed & 128 != 0) proof.blob = bound(blob, 0, 2);
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, encode(proof)));
    }

    function testFuzz_isFault_ofAnyBytesIsFalse(bytes calldata proof, bytes32 digest) external view {
        assertFalse(aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digest, proof));
    }

    function proofAt(uint256 i) private view returns (FaultProof memory) {
        return aggregator.decodeProof(proofs[i]);
    }

    function isFault(FaultProof memory proof) private view returns (bool) {
        return aggregator.isFault{ gas: GAS }(ID, contextOf(0), 0, digestOf(0, proof), encode(proof));
    }

    function digestOf(uint256 member, FaultProof memory proof) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(contextOf(member), uint256(0), proof.versionedHashes));
    }
}
