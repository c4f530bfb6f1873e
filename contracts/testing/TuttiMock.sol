// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationModel } from "../src/interfaces/IFederationModel.sol";
import { OutputKind } from "../src/types/OutputKind.sol";
import { Terms } from "../src/types/Terms.sol";

/// @title TuttiMock
/// @notice For tests of contracts that ask a model: a core that answers what it is told, for any federation. Hand a contract
///         `IFederation(address(mock))`. What it has not been told reverts, and so do the functions that a contract which only
///         asks does not need.
/// @dev Terms name the mock as aggregator, unless it is told another one. A model takes any input, has been trained for one
///      round, and that version is sealed, unless it is told otherwise.
contract TuttiMock {
    struct Told {
        uint256 class;
        int256[] outputs;
        bool isTold;
    }

    struct Federation {
        address aggregator;
        bool isModelTold;
        IFederationModel.Model model_;
        bytes refusal;
        Told toAny;
        mapping(bytes32 inputHash => Told) toInput;
    }

    mapping(bytes32 id => Federation) private _told;

    /// @notice The mock has not been told what to answer: see `tell`.
    error NotTold(bytes4 selector);
    /// @notice As the aggregator's.
    error VersionNotSealed(uint256 version, uint256 newest);
    /// @notice As the aggregator's.
    error NotSealed();

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

    /// @notice Tells how many rounds have changed the model, and that this version is sealed; 0: it has not been trained.
    function tellVersion(bytes32 id, uint32 version) public {
        Federation storage federation = _told[id];
        if (!federation.isModelTold) federation.model_ = _defaultModel();
        federation.isModelTold = true;
        (federation.model_.round, federation.model_.version) = (version, version);
        (federation.model_.isSealed, federation.model_.sealedVersion) = (true, version);
        federation.model_.isTrained = version > 0;
    }

    /// @notice Tells all that `modelOf` returns.
    function tellModel(bytes32 id, IFederationModel.Model memory model_) public {
        _told[id].isModelTold = true;
        _told[id].model_ = model_;
    }

    /// @notice Tells which aggregator the terms name.
    function tellAggregator(bytes32 id, address aggregator) public {
        _told[id].aggregator = aggregator;
    }

    /// @notice Makes every question revert with `reason`, such as
    ///         `abi.encodeWithSelector(IDirectAggregator.NotSealed.selector)`; an empty one ends that.
    function refuse(bytes32 id, bytes memory reason) public {
        _told[id].refusal = reason;
    }

    // --- What it is asked ---

    function termsOf(bytes32 id) external view returns (Terms memory terms) {
        address aggregator = _told[id].aggregator;
        terms.aggregator = aggregator == address(0) ? address(this) : aggregator;
    }

    function modelOf(bytes32 id) public view returns (IFederationModel.Model memory) {
        return _told[id].isModelTold ? _told[id].model_ : _defaultModel();
    }

    function predict(bytes32 id, bytes calldata input) external view returns (uint32, int256[] memory) {
        return (_newestOf(id), _answerOf(id, input).outputs);
    }

    function classify(bytes32 id, bytes calldata input) external view returns (uint32, uint256, int256[] memory) {
        Told memory told = _answerOf(id, input);
        return (_newestOf(id), told.class, told.outputs);
    }

    function predictAt(bytes32 id, uint32 version, bytes calldata input) external view returns (int256[] memory) {
        _checkVersion(id, version);
        return _answerOf(id, input).outputs;
    }

    function classifyAt(bytes32 id, uint32 version, bytes calldata input)
        external
        view
        returns (uint256, int256[] memory)
    {
        _checkVersion(id, version);
        Told memory told = _answerOf(id, input);
        return (told.class, told.outputs);
    }

    /// @notice The mock does not look at the words.
    function predictWith(bytes32 id, bytes calldata, bytes calldata input) external view returns (int256[] memory) {
        return _answerOf(id, input).outputs;
    }

    /// @notice The mock does not look at the words.
    function classifyWith(bytes32 id, bytes calldata, bytes calldata input)
        external
        view
        returns (uint256, int256[] memory)
    {
        Told memory told = _answerOf(id, input);
        return (told.class, told.outputs);
    }

    /// @notice True for every interface: the mock stands for the core.
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId != 0xffffffff;
    }

    /// @dev Versions up to the newest that is sealed answer, as if all of them were sealed.
    function _checkVersion(bytes32 id, uint32 version) private view {
        uint32 newest = _newestOf(id);
        if (version > newest) revert VersionNotSealed(version, newest);
    }

    function _newestOf(bytes32 id) private view returns (uint32) {
        IFederationModel.Model memory model_ = modelOf(id);
        if (!model_.isSealed) revert NotSealed();
        return model_.sealedVersion;
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

    function _defaultModel() private pure returns (IFederationModel.Model memory model_) {
        model_.hasNetwork = true;
        model_.outputKind = OutputKind.Softmax;
        model_.isInitialised = true;
        model_.isTrained = true;
        (model_.round, model_.version) = (1, 1);
        (model_.isSealed, model_.sealedVersion) = (true, 1);
    }
}
