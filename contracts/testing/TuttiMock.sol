// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationExtension } from "../src/interfaces/IFederationExtension.sol";
import { OutputKind } from "../src/types/OutputKind.sol";
import { Terms } from "../src/types/Terms.sol";

/// @title TuttiMock
/// @notice For tests of contracts that ask a model: a core that answers what it is told, for any federation. Hand a contract
///         `IFederation(address(mock))`. What it has not been told reverts, and so do the functions that a contract which only
///         asks does not need.
/// @dev Terms name the mock as aggregator, unless it is told another one. A model takes any input and has been trained for
///      one round, unless it is told otherwise.
contract TuttiMock {
    struct Told {
        uint256 class;
        int256[] outputs;
        bool isTold;
    }

    struct Federation {
        address aggregator;
        bool isModelTold;
        IFederationExtension.Model model_;
        bytes refusal;
        Told toAny;
        mapping(bytes32 inputHash => Told) toInput;
    }

    mapping(bytes32 id => Federation) private _told;

    /// @notice The mock has not been told what to answer: see `tell`.
    error NotTold(bytes4 selector);
    /// @notice As the core's.
    error WrongRound(bytes32 id, uint256 current, uint256 given);

    fallback() external {
        revert NotTold(msg.sig);
    }

    // --- What it is told ---

    /// @notice Tells the answer to every input without an answer of its own.
    function tell(bytes32 id, uint256 class, int256[] memory outputs) public {
        _told[id].toAny = Told(class, outputs, true);
    }

    /// @notice Tells the answer to one input.
    function tellOf(bytes32 id, bytes memory input, uint256 class, int256[] memory outputs) public {
        _told[id].toInput[keccak256(input)] = Told(class, outputs, true);
    }

    /// @notice Tells how many rounds the model has behind it; 0: it has not been trained.
    function tellRound(bytes32 id, uint32 round) public {
        Federation storage federation = _told[id];
        if (!federation.isModelTold) federation.model_ = _defaultModel();
        federation.isModelTold = true;
        federation.model_.round = round;
        federation.model_.isTrained = round > 0;
    }

    /// @notice Tells all that `modelOf` returns.
    function tellModel(bytes32 id, IFederationExtension.Model memory model_) public {
        _told[id].isModelTold = true;
        _told[id].model_ = model_;
    }

    /// @notice Tells which aggregator the terms name.
    function tellAggregator(bytes32 id, address aggregator) public {
        _told[id].aggregator = aggregator;
    }

    /// @notice Makes every question revert with `reason`, such as
    ///         `abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, 3, 1)`; an empty one ends that.
    function refuse(bytes32 id, bytes memory reason) public {
        _told[id].refusal = reason;
    }

    // --- What it is asked ---

    function termsOf(bytes32 id) external view returns (Terms memory terms) {
        address aggregator = _told[id].aggregator;
        terms.aggregator = aggregator == address(0) ? address(this) : aggregator;
    }

    function modelOf(bytes32 id) public view returns (IFederationExtension.Model memory) {
        return _told[id].isModelTold ? _told[id].model_ : _defaultModel();
    }

    function predict(bytes32 id, bytes calldata input) external view returns (int256[] memory) {
        return _answerOf(id, input).outputs;
    }

    function classify(bytes32 id, bytes calldata input) external view returns (uint256, int256[] memory) {
        Told memory told = _answerOf(id, input);
        return (told.class, told.outputs);
    }

    function answer(bytes32 id, bytes calldata input) external view returns (uint32, uint256, int256[] memory) {
        Told memory told = _answerOf(id, input);
        return (modelOf(id).round, told.class, told.outputs);
    }

    function answerAt(bytes32 id, uint32 round, bytes calldata input) external view returns (uint256, int256[] memory) {
        uint32 current = modelOf(id).round;
        if (round != current) revert WrongRound(id, current, round);
        Told memory told = _answerOf(id, input);
        return (told.class, told.outputs);
    }

    /// @notice True for every interface: the mock stands for the core.
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId != 0xffffffff;
    }

    function _answerOf(bytes32 id, bytes calldata input) private view returns (Told memory told) {
        Federation storage federation = _told[id];
        bytes memory reason = federation.refusal;
        if (reason.length != 0) {
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
        told = federation.toInput[keccak256(input)];
        if (!told.isTold) told = federation.toAny;
        if (!told.isTold) revert NotTold(msg.sig);
    }

    function _defaultModel() private pure returns (IFederationExtension.Model memory model_) {
        model_.hasNetwork = true;
        model_.outputKind = OutputKind.Softmax;
        model_.isInitialised = true;
        model_.isTrained = true;
        model_.round = 1;
    }
}
