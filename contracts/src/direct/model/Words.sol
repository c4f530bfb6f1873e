// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IDirectAggregator } from "../../interfaces/IDirectAggregator.sol";

/// @title Words
/// @notice A shard's words on their way through the contract: checked against the hash that is kept, hashed, and logged.
library Words {
    /// @notice Reverts unless words in calldata are those of the hash that is kept.
    function check(uint256 shard, bytes calldata words, bytes32 expected) internal pure {
        bytes32 hash;
        // Equivalent to `hash = keccak256(words)`, in memory that is not kept.
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, words.offset, words.length)
            hash := keccak256(free, words.length)
        }
        if (hash != expected) revert IDirectAggregator.StaleModel(shard, hash, expected);
    }

    /// @notice Copies words to new memory.
    /// @return place Memory of the first word.
    function load(bytes calldata words) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            calldatacopy(place, words.offset, words.length)
            mstore(0x40, add(place, words.length))
        }
    }

    /// @notice Logs the words of a shard: `emit ModelLogged(msg.sender, id, shard, abi.encodePacked(words))`.
    /// @return hash keccak256 of the words.
    function log(bytes32 id, uint256 shard, uint256[] memory words) internal returns (bytes32 hash) {
        bytes32 topic = IDirectAggregator.ModelLogged.selector;
        // Equivalent to the statement above and `hash = keccak256(abi.encodePacked(words))`, without a copy: the two words
        // before those of the shard become their place and their length in bytes, and then what they were.
        assembly ("memory-safe") {
            let start := add(words, 0x20)
            let count := mload(words)
            let length := shl(5, count)
            hash := keccak256(start, length)
            let before := mload(sub(words, 0x20))
            mstore(sub(words, 0x20), 0x20)
            mstore(words, length)
            log4(sub(words, 0x20), add(length, 0x40), topic, caller(), id, shard)
            mstore(sub(words, 0x20), before)
            mstore(words, count)
        }
    }
}
