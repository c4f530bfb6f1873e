// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { RoundStore } from "./RoundStore.sol";
import { PhaseLib } from "../terms/Phase.sol";
import { FederationState } from "./FederationState.sol";
import { Phase, Round } from "../types/Round.sol";

/// @title FederationStorage
/// @notice All that the core stores, and its lock: one layout for the core's own code and for the extension that it runs as
///         its own. Neither declares a variable beside these.
abstract contract FederationStorage is IFederationErrors {
    using RoundStore for FederationState;

    mapping(bytes32 id => FederationState) internal _federations;
    mapping(address challenger => mapping(bytes32 commitment => uint256 blockNumber)) internal _challenges;
    /// @dev What all federations together hold, by token: unspent, staked, owed, to be burned and set aside for
    ///      sealing.
    mapping(address token => uint256) internal _held;
    /// @dev The lock: 1 while an action runs. Transient storage costs little, and no failure can leave it locked.
    uint256 private transient _isEntered;

    /// @dev Spans the whole core: while an action runs, no module or token that it calls can take another one.
    modifier nonReentrant() {
        _enterOnce();
        _;
        _isEntered = 0;
    }

    function _enterOnce() private {
        if (_isEntered != 0) revert ReentrancyGuardReentrantCall();
        _isEntered = 1;
    }

    function _existing(bytes32 id) internal view returns (FederationState storage federation) {
        federation = _federations[id];
        if (federation.createdAt == 0) revert UnknownFederation(id);
    }

    /// @dev The aggregator that the terms name: every federation has one.
    function _aggregatorOf(bytes32 id) internal view returns (address aggregator) {
        aggregator = _federations[id].submissionTerms.aggregator;
        if (aggregator == address(0)) revert UnknownFederation(id);
    }

    function _running(bytes32 id) internal view returns (FederationState storage federation) {
        federation = _existing(id);
        if (federation.isFinished) revert FederationFinished(id);
    }

    function _phaseOf(FederationState storage federation, Round memory round) internal view returns (Phase, uint256) {
        return PhaseLib.phaseAt(round, federation.timingOf(), federation.isFinished, block.timestamp);
    }
}
