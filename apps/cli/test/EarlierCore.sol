// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title EarlierCore
/// @notice A core for the tests of clients that answers as one of the release before lean rounds: a status of eleven words
///         where there are twelve now, and nothing known of sealed versions.
contract EarlierCore {
    function statusOf(bytes32) external pure returns (uint256[11] memory) { }

    fallback() external {
        revert();
    }
}
