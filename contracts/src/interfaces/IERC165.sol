// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IERC165
/// @notice Whether a contract has the functions of an interface: ERC-165.
interface IERC165 {
    /// @notice Whether this contract has all functions of an interface.
    /// @param interfaceId The selectors of the interface's own functions, combined by exclusive or.
    /// @return isSupported Whether it has all of them.
    /// @custom:reverts Never.
    function supportsInterface(bytes4 interfaceId) external view returns (bool isSupported);
}
