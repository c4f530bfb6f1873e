// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IGate
/// @notice A module that says who may join a federation.
/// @dev Any answer other than a clean `true` keeps the applicant out. A gate cannot remove members.
interface IGate {
    /// @notice Whether an account may join.
    /// @param id Federation id.
    /// @param member Who asks to join.
    /// @param admission What the gate asks for: a signature, a Merkle proof, nothing.
    /// @return isAdmitted Whether it may.
    /// @custom:reverts Any error: then the account is not admitted.
    function mayJoin(bytes32 id, address member, bytes calldata admission) external view returns (bool isAdmitted);
}
