// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../types/Terms.sol";

/// @title Binding
/// @notice Hashes that bind a federation, an update, a commitment and a challenge to where and whose they are, so that
///         none can be replayed on another chain, core, federation or round, or by another account.
library Binding {
    /// @notice Federation id: `keccak256(chain, core, terms)`.
    function idOf(Terms memory terms) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), terms));
    }

    /// @notice What an update's digest is bound to: `keccak256(chain, core, id, round, member)`.
    function contextOf(bytes32 id, uint256 round, address member) internal view returns (bytes32 context) {
        // Equivalent to `keccak256(abi.encode(block.chainid, address(this), id, round, member))`, in memory that is not kept:
        // one for each submission, and one for each update at aggregation.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            mstore(add(free, 0x40), id)
            mstore(add(free, 0x60), round)
            mstore(add(free, 0x80), shr(96, shl(96, member)))
            context := keccak256(free, 0xa0)
        }
    }

    /// @notice What a member commits to: `keccak256(chain, core, id, round, member, salt, payloadHash)`.
    function commitmentOf(bytes32 id, uint256 round, address member, bytes32 salt, bytes32 payloadHash)
        internal
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), id, round, member, salt, payloadHash));
    }

    /// @notice keccak256 of the payloads' keccak256 hashes, one after the other.
    function payloadHashOf(bytes[] calldata payloads) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](payloads.length);
        for (uint256 i; i < payloads.length; ++i) {
            hashes[i] = keccak256(payloads[i]);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @notice What a challenger binds itself to: `keccak256(challenger, id, round, position, assigned, proofHash, salt)`.
    function challengeOf(
        address challenger,
        bytes32 id,
        uint256 round,
        uint256 position,
        uint256 assigned,
        bytes32 proofHash,
        bytes32 salt
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(challenger, id, round, position, assigned, proofHash, salt));
    }
}
