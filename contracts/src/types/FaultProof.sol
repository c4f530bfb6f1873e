// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title FaultProof
/// @notice A proof that one word of one blob of an update holds a value that the terms do not allow.
/// @dev On the wire: `abi.encode` of the fields one by one, not of the struct.
struct FaultProof {
    bytes32[] versionedHashes; //  of all blobs of the shard's update: the payload that was submitted
    uint256 blob; //               which of them
    uint256 word; //               which of its 4,096 words, in the order of the serialised blob
    bytes32 value; //              the field element that stands there
    bytes commitment; //           KZG commitment of the blob, compressed, 48 bytes
    bytes opening; //              KZG proof that the blob evaluates to `value` there, compressed, 48 bytes
}
