// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../interfaces/IAggregator.sol";
import { IBlobAggregator } from "../interfaces/IBlobAggregator.sol";

/// @title BlobAnswers
/// @notice What a contract that never sees the numbers says to questions and to `seal`: it refuses them by name.
abstract contract BlobAnswers is IBlobAggregator {
    /// @inheritdoc IAggregator
    function predict(bytes32, bytes calldata) external pure returns (uint32, int256[] memory) {
        revert NoNetwork();
    }

    /// @inheritdoc IAggregator
    function classify(bytes32, bytes calldata) external pure returns (uint32, uint256, int256[] memory) {
        revert NoNetwork();
    }

    /// @inheritdoc IAggregator
    function predictAt(bytes32, uint32, bytes calldata) external pure returns (int256[] memory) {
        revert NoNetwork();
    }

    /// @inheritdoc IAggregator
    function classifyAt(bytes32, uint32, bytes calldata) external pure returns (uint256, int256[] memory) {
        revert NoNetwork();
    }

    /// @inheritdoc IAggregator
    function predictWith(bytes32, bytes calldata, bytes calldata) external pure returns (int256[] memory) {
        revert NoNetwork();
    }

    /// @inheritdoc IAggregator
    function classifyWith(bytes32, bytes calldata, bytes calldata) external pure returns (uint256, int256[] memory) {
        revert NoNetwork();
    }

    /// @inheritdoc IAggregator
    function seal(bytes32, uint256, uint256, uint256, bytes calldata)
        external
        pure
        returns (uint256, uint256, uint256)
    {
        revert UnsupportedSeal();
    }

    /// @inheritdoc IAggregator
    function sealingOf(bytes32) external pure returns (bool, uint32, uint32, uint256, uint256) {
        return (false, 0, 0, 0, 0);
    }

    /// @inheritdoc IAggregator
    function pieceOf(bytes32, uint32, uint256, uint256) external pure returns (address) {
        return address(0);
    }
}
