// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../interfaces/IAggregator.sol";
import { IFederationEvents } from "../interfaces/IFederationEvents.sol";
import { IFederationModel } from "../interfaces/IFederationModel.sol";
import { Accounts } from "./Accounts.sol";
import { FederationState } from "./FederationState.sol";
import { FederationStorage } from "./FederationStorage.sol";
import { ModuleCall } from "./ModuleCall.sol";
import { RoundStore } from "./RoundStore.sol";
import { Reward } from "../terms/Reward.sol";
import { OutputKind } from "../types/OutputKind.sol";

/// @title FederationModel
/// @notice What can be asked of a federation's model at the core, and how it is sealed. All but the facts comes from the
///         aggregator that the terms name.
abstract contract FederationModel is FederationStorage, IFederationModel {
    using Accounts for FederationState;
    using RoundStore for FederationState;

    // --- What is known ---

    /// @inheritdoc IFederationModel
    function modelOf(bytes32 id) external view returns (Model memory model_) {
        FederationState storage federation = _existing(id);
        address aggregator = federation.submissionTerms.aggregator;
        _describeNetwork(model_, aggregator, id);
        _describeSealing(model_, aggregator, id);
        model_.isInitialised = federation.isInitialised;
        (model_.round, model_.isInMotion) = federation.modelRound();
        model_.version = federation.modelVersion();
        model_.isTrained = model_.version != 0;
    }

    /// @inheritdoc IFederationModel
    function modelHash(bytes32 id, uint256) external view returns (bytes32) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function modelHash(bytes32 id) external view returns (bytes32) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function versionOf(bytes32 id) external view returns (uint32, uint32) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function loggedAt(bytes32 id, uint256) external view returns (uint256) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function commitments(bytes32 id, uint256) external view returns (bytes memory) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    // --- Sealing ---

    /// @inheritdoc IFederationModel
    function seal(bytes32 id, uint256 shard, uint256 first, uint256 count, bytes calldata words) external nonReentrant {
        FederationState storage federation = _existing(id);
        bytes memory input = abi.encodeCall(IAggregator.seal, (id, shard, first, count, words));
        (uint256 written, uint256 done, uint256 total) =
            ModuleCall.executeForThreeWords(federation.submissionTerms.aggregator, input);
        if (done == total) federation.sealedAt = federation.modelVersion() + 1;
        uint256 pay = federation.isFinished ? Reward.sealPayOf(federation.sealPot, written, done, total) : 0;
        if (pay > 0) {
            federation.sealPot -= uint128(pay);
            federation.credit(msg.sender, pay);
        }
        emit IFederationEvents.Sealed(id, shard, first, count, msg.sender, pay);
    }

    /// @inheritdoc IFederationModel
    function sealingOf(bytes32 id) external view returns (bool, uint32, uint32, uint256, uint256) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function pieceOf(bytes32 id, uint32, uint256, uint256) external view returns (address) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    // --- Answers ---

    /// @inheritdoc IFederationModel
    function predictAt(bytes32 id, uint32, bytes calldata) external view returns (int256[] memory) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function classifyAt(bytes32 id, uint32, bytes calldata) external view returns (uint256, int256[] memory) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function predictWith(bytes32 id, bytes calldata, bytes calldata) external view returns (int256[] memory) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationModel
    function classifyWith(bytes32 id, bytes calldata, bytes calldata) external view returns (uint256, int256[] memory) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    // --- Facts that an aggregator claims ---

    /// @dev A foreign aggregator may not know networks, or may answer nonsense: then the core still returns what it knows
    ///      itself.
    function _describeNetwork(Model memory model_, address aggregator, bytes32 id) private view {
        (bool isAnswered, uint256 inputs, uint256 outputs, uint256 kind) =
            ModuleCall.tryReadThreeWords(aggregator, abi.encodeCall(IAggregator.networkShape, (id)));
        bool isShape =
            isAnswered && inputs != 0 && outputs != 0 && inputs <= type(uint32).max && outputs <= type(uint32).max;
        if (!isShape || kind > uint256(type(OutputKind).max)) return;
        (model_.hasNetwork, model_.inputs, model_.outputs) = (true, uint32(inputs), uint32(outputs));
        model_.outputKind = OutputKind(kind);
        if (model_.outputKind == OutputKind.Logistic) model_.classes = 2;
        else if (model_.outputKind != OutputKind.Linear) model_.classes = uint32(outputs);
    }

    /// @dev As above. The first two of five words are enough.
    function _describeSealing(Model memory model_, address aggregator, bytes32 id) private view {
        (bool isAnswered, uint256 isSealed, uint256 sealedVersion,) =
            ModuleCall.tryReadThreeWords(aggregator, abi.encodeCall(IAggregator.sealingOf, (id)));
        if (!isAnswered || isSealed != 1 || sealedVersion > type(uint32).max) return;
        (model_.isSealed, model_.sealedVersion) = (true, uint32(sealedVersion));
    }
}
