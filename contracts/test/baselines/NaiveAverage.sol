// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title NaiveAverage
/// @notice Federated averaging as one would first write it: every member stores its update, a loop takes the mean.
/// @dev What the packed sum is measured against. One integer a parameter, one slot an integer.
contract NaiveAverage {
    error WrongLength(uint256 length, uint256 expected);
    error NothingToAverage();

    int256[] public model;
    address[] public members;
    mapping(address member => int256[] update) private _updates;

    constructor(uint256 dimension) {
        for (uint256 p; p < dimension; ++p) {
            model.push(0);
        }
    }

    /// @notice Stores the sender's update for the round.
    function submit(int256[] calldata update) external {
        if (update.length != model.length) revert WrongLength(update.length, model.length);
        members.push(msg.sender);
        _updates[msg.sender] = update;
    }

    /// @notice `model += Σ updates / members`, rounded toward zero, and begins the next round.
    function aggregate() external {
        uint256 count = members.length;
        if (count == 0) revert NothingToAverage();
        for (uint256 p; p < model.length; ++p) {
            int256 sum;
            for (uint256 m; m < count; ++m) {
                sum += _updates[members[m]][p];
            }
            model[p] += sum / int256(count);
        }
        delete members;
    }
}
