// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { FieldLanes } from "../../src/blob/FieldLanes.sol";
import { Opening } from "../../src/blob/Opening.sol";
import { FaultProof } from "../../src/types/FaultProof.sol";
import { BlobVectors } from "./BlobVectors.sol";

/// forge-config: default.evm_version = "osaka"
contract OpeningTest is BlobVectors {
    function test_evaluationPoint_isWhereTheLibraryFindsTheWord() external view {
        for (uint256 i; i < countOf("evaluations"); ++i) {
            uint256 point = Opening.evaluationPoint(numberAt("evaluations", i, "blobWord"));
            assertEq(bytes32(point), wordAt("evaluations", i, "point"));
        }
    }

    /// @dev ω^brp(k): words 0, 1, 2 and 3 stand at 1, −1, and the two square roots of −1.
    function test_evaluationPoint_followsBitReversal() external view {
        assertEq(Opening.evaluationPoint(0), 1);
        assertEq(Opening.evaluationPoint(1), FieldLanes.MODULUS - 1);
        uint256 root = Opening.evaluationPoint(2);
        assertEq(mulmod(root, root, FieldLanes.MODULUS), FieldLanes.MODULUS - 1);
        assertEq(Opening.evaluationPoint(3), FieldLanes.MODULUS - root);
    }

    function testFuzz_evaluationPoint_neighboursAreOpposite(uint256 word) external view {
        word = bound(word, 0, 2047) * 2;
        assertEq(addmod(Opening.evaluationPoint(word), Opening.evaluationPoint(word + 1), FieldLanes.MODULUS), 0);
    }

    function test_verify_holdsForEveryVectorAndForNoOtherValue() external view {
        for (uint256 i; i < countOf("openings"); ++i) {
            FaultProof memory proof = openingAt(i);
            assertTrue(this.verify(proof));
            proof.value = bytes32(uint256(proof.value) ^ 1);
            assertFalse(this.verify{ gas: 200_000 }(proof));
        }
    }

    function test_verify_refusesOtherPlacesCommitmentsAndProofs() external view {
        FaultProof memory proof = openingAt(0);
        proof.word += 1;
        assertFalse(this.verify{ gas: 200_000 }(proof));
        proof = openingAt(0);
        proof.commitment = openingAt(1).commitment;
        assertFalse(this.verify{ gas: 200_000 }(proof));
        proof = openingAt(0);
        proof.versionedHashes = openingAt(1).versionedHashes;
        assertFalse(this.verify{ gas: 200_000 }(proof));
        proof = openingAt(0);
        proof.opening = openingAt(1).opening;
        assertFalse(this.verify{ gas: 200_000 }(proof));
    }

    /// @dev Pieces of wrong lengths that would join to the right one.
    function test_verify_refusesShiftedPieces() external view {
        FaultProof memory proof = openingAt(0);
        bytes memory both = bytes.concat(proof.commitment, proof.opening);
        proof.commitment = slice(both, 0, 47);
        proof.opening = slice(both, 47, 49);
        assertFalse(this.verify(proof));
    }

    function test_verify_refusesValuesOfTheModulusAndAbove() external view {
        FaultProof memory proof = openingAt(countOf("openings") - 1); // the zero blob
        assertEq(proof.value, bytes32(0));
        proof.value = bytes32(FieldLanes.MODULUS);
        assertFalse(this.verify{ gas: 200_000 }(proof));
    }

    function verify(FaultProof memory proof) external view returns (bool) {
        return Opening.verify(
            proof.versionedHashes[0], Opening.evaluationPoint(proof.word), proof.value, proof.commitment, proof.opening
        );
    }
}
