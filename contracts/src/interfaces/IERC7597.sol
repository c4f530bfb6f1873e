// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IERC7597
/// @notice A permit (ERC-2612) that any account can sign: the token asks a contract whether it signed (ERC-1271).
interface IERC7597 {
    /// @notice Allows `spender` to take tokens of `owner`.
    /// @param owner Whose tokens.
    /// @param spender Who may take them.
    /// @param value How many, in the smallest unit.
    /// @param deadline In unix seconds.
    /// @param signature Of the owner, over the permit's EIP-712 hash.
    /// @custom:reverts Any error of the token.
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external;
}
