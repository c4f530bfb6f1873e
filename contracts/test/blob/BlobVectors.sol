// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { BlobSetup } from "../../src/types/BlobSetup.sol";
import { FaultProof } from "../../src/types/FaultProof.sol";
import { Terms } from "../../src/types/Terms.sol";
import { Test } from "../Test.sol";

/// @title BlobVectors
/// @notice What `vectors/blob.json` holds: commitments and openings by a KZG library, points by another.
/// @dev Tests of the blob path run on an EVM with the precompiles of EIP-2537; contracts are compiled for cancun.
abstract contract BlobVectors is Test {
    uint256 internal constant MEMBERS = 3;
    uint256 internal constant ROUNDS = 2;
    uint256 internal constant SHARDS = 2;
    uint32 internal constant OPENED_LENGTH = 40_935;

    /// @dev The list of points, kept because reading the file is slow and fuzz tests read often.
    bytes[] internal pointForms;
    bytes32[] internal pointHashes;

    /// @dev Of the federation of the vectors: 122,887 parameters, 24 bits a lane, two shards of two blobs.
    function blobTerms() internal pure returns (Terms memory terms) {
        terms.laneBits = 24;
        terms.bits = 8;
        terms.dimension = 122_887;
        terms.shardSize = 81_920;
        terms.shardsPerMember = uint16(SHARDS);
        terms.cohortSize = uint16(MEMBERS);
        terms.minimumUpdates = 1;
        terms.rounds = uint32(ROUNDS);
        terms.gains = 1 | (((1 << 16) | 3) << 48);
        terms.submitSeconds = 100;
        terms.challengeSeconds = 60;
        terms.idleSeconds = 5000;
        terms.isPrivateNetwork = true;
    }

    /// @dev Terms of the vectors' openings: one blob, whose last words are padding.
    function openedTerms() internal pure returns (Terms memory terms) {
        terms = blobTerms();
        terms.dimension = OPENED_LENGTH;
        terms.shardSize = terms.dimension;
        terms.shardsPerMember = 1;
    }

    // External calls of their own, so that the file fills neither the memory nor the storage of the test.

    function readBytes(string calldata key) external view returns (bytes memory) {
        return vm.parseJsonBytes(json(), key);
    }

    function readNumber(string calldata key) external view returns (uint256) {
        return vm.parseJsonUint(json(), key);
    }

    function readFlag(string calldata key) external view returns (bool) {
        return vm.parseJsonBool(json(), key);
    }

    function json() internal view returns (string memory) {
        return vm.readFile("../vectors/blob.json");
    }

    function readPoints() internal {
        for (uint256 i; i < countOf("points"); ++i) {
            pointForms.push(bytesAt("points", i, "affine"));
            pointHashes.push(wordAt("points", i, "versionedHash"));
        }
    }

    function blobSetup() internal pure returns (bytes memory) {
        return abi.encode(BlobSetup(keccak256("base model")));
    }

    function submission(uint256 round, uint256 member, uint256 shard, string memory field)
        internal
        view
        returns (bytes memory)
    {
        return bytesAt("submissions", (round * MEMBERS + member) * SHARDS + shard, field);
    }

    function modelAfter(uint256 round, uint256 shard, string memory field) internal view returns (bytes memory) {
        return bytesAt("models", round * SHARDS + shard, field);
    }

    function bytesAt(string memory list, uint256 i, string memory field) internal view returns (bytes memory) {
        return this.readBytes(path(list, i, field));
    }

    function wordAt(string memory list, uint256 i, string memory field) internal view returns (bytes32) {
        return bytes32(this.readBytes(path(list, i, field)));
    }

    function numberAt(string memory list, uint256 i, string memory field) internal view returns (uint256) {
        return this.readNumber(path(list, i, field));
    }

    function flagAt(string memory list, uint256 i, string memory field) internal view returns (bool) {
        return this.readFlag(path(list, i, field));
    }

    function countOf(string memory list) internal view returns (uint256) {
        return this.readNumber(string.concat(".", list, "Count"));
    }

    function path(string memory list, uint256 i, string memory field) internal pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(i), "].", field);
    }

    /// @dev The proof of the vectors' i-th opening, of a shard of one blob.
    function openingAt(uint256 i) internal view returns (FaultProof memory proof) {
        proof.versionedHashes = new bytes32[](1);
        proof.versionedHashes[0] = wordAt("openings", i, "versionedHash");
        proof.word = numberAt("openings", i, "blobWord");
        proof.value = wordAt("openings", i, "value");
        proof.commitment = bytesAt("openings", i, "commitment");
        proof.opening = bytesAt("openings", i, "proof");
    }

    function encode(FaultProof memory proof) internal pure returns (bytes memory) {
        return abi.encode(proof.versionedHashes, proof.blob, proof.word, proof.value, proof.commitment, proof.opening);
    }

    /// @dev Lets this transaction carry some blob of no meaning.
    function carryAny() internal {
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = bytes32(uint256(1) << 248);
        vm.blobhashes(hashes);
    }

    /// @dev Lets this transaction carry the blobs of a payload.
    function carry(bytes memory payload) internal virtual {
        vm.blobhashes(wordsOf(payload));
    }

    function wordsOf(bytes memory data) internal pure returns (bytes32[] memory words) {
        words = new bytes32[](data.length / 32);
        for (uint256 i; i < words.length; ++i) {
            uint256 from = 32 * (i + 1);
            bytes32 word;
            assembly ("memory-safe") {
                word := mload(add(data, from))
            }
            words[i] = word;
        }
    }

    function slice(bytes memory data, uint256 from, uint256 length) internal pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i; i < length; ++i) {
            part[i] = data[from + i];
        }
    }
}
