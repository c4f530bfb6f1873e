// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IJudge
/// @notice A module that splits the pot of a settled round among those whose updates were aggregated.
/// @dev The core caps what a judge can give at the round's pot, and splits equally if the judge fails to answer.
interface IJudge {
    /// @notice How the pot of a round is to be split.
    /// @param id Federation id.
    /// @param round Number of the round.
    /// @param members Those whose updates were aggregated, in order of position.
    /// @return shares One weight a member; the pot is split in proportion, rounded down.
    /// @custom:reverts As it likes: the pot is then split equally.
    function shares(bytes32 id, uint256 round, address[] calldata members)
        external
        view
        returns (uint256[] memory shares);
}
