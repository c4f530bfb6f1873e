// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IDirectAggregator } from "../interfaces/IDirectAggregator.sol";
import { DirectModel } from "./model/DirectModel.sol";

/// @title DirectStorage
/// @notice All that the direct aggregator stores, and what every function asks first.
abstract contract DirectStorage is IDirectAggregator {
    mapping(address core => mapping(bytes32 id => DirectModel)) internal _models;

    function _registered(bytes32 id) internal view returns (DirectModel storage model) {
        model = _models[msg.sender][id];
        if (model.shape.dimension == 0) revert NotRegistered(id);
    }

    function _initialised(bytes32 id) internal view returns (DirectModel storage model) {
        model = _registered(id);
        (uint256 initialised, uint256 shards) = (model.progress.initialised, model.shape.shards);
        if (initialised != shards) revert NotInitialised(initialised, shards);
    }
}
