// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IJudge
/// @notice A module that splits the pot of a settled round among those whose updates were aggregated.
/// @dev A judge can never give more than the round's pot; if it fails to answer, the core splits the pot equally.
interface IJudge {
    /// @notice How the pot of a round is to be split.
    /// @param id Federation id.
    /// @param round Number of the round.
    /// @param members The members whose updates were aggregated, in order of position.
    /// @return shares One weight a member; the pot is split in proportion, rounded down.
    /// @custom:reverts Any error: then the pot is split equally.
    function shares(bytes32 id, uint256 round, address[] calldata members)
        external
        view
        returns (uint256[] memory shares);
}
