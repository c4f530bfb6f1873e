// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What the members of a federation agree to, as Tutti's core has it: the order is the interface's.
struct Terms {
    bytes32 manifestHash;
    bytes32 setupHash;
    bytes32 salt;
    uint256 gains;
    uint128 stake;
    uint128 bounty;
    uint128 keeperPay;
    uint32 joinSeconds;
    uint32 commitSeconds;
    uint32 idleSeconds;
    address aggregator;
    uint32 dimension;
    uint32 shardSize;
    uint32 rounds;
    address token;
    uint16 cohortSize;
    uint16 minimumUpdates;
    uint16 shardsPerMember;
    uint16 endQuorum;
    uint8 laneBits;
    uint8 bits;
    uint8 rule;
    address gate;
    uint32 submitSeconds;
    uint32 challengeSeconds;
    uint32 keeperSeconds;
    address judge;
}

/// @notice What of Tutti's core a contract needs in order to ask a model.
interface IModel {
    /// @notice Terms of a federation; they never change.
    function termsOf(bytes32 id) external view returns (Terms memory);

    /// @notice Facts about a federation's model, as Tutti's core has them: the order is the interface's.
    struct Model {
        bool hasNetwork;
        uint32 inputs;
        uint32 outputs;
        uint32 classes;
        uint8 outputKind;
        bool isInitialised;
        bool isTrained;
        bool isInMotion;
        uint32 round;
        uint32 version;
        bool isSealed;
        uint32 sealedVersion;
    }

    /// @notice What the model of a federation takes, gives, and has behind it.
    function modelOf(bytes32 id) external view returns (Model memory);

    /// @param id The federation whose model is asked.
    /// @param input One byte for each input, as the schema in the federation's manifest makes them.
    /// @return version Which version of the model answers: the newest that somebody has sealed (`tutti seal`).
    /// @return class The class the model answers.
    /// @return outputs Its outputs, one for each class or a single one, scaled as the manifest says.
    function classify(bytes32 id, bytes calldata input)
        external
        view
        returns (uint32 version, uint256 class, int256[] memory outputs);
}

/// @title PumpWatch
/// @notice Orders service for a pump when the model of a federation says that it will fail.
/// @dev Trust. The core forwards the question to the aggregator that the terms name, and a foreign one answers what it
///      likes: the constructor refuses any but the one that its deployer names, and a model of which no trained version is
///      sealed, since only sealed versions answer. Then the answer is the model's, and the model is its members': they
///      can make it wrong, nobody can make it answer otherwise than its weights say. It changes whenever somebody seals
///      a newer version.
///      Nothing here shows that a reading is true: only `sensor` may report.
contract PumpWatch {
    /// @notice The class "yes" of the column "failed".
    uint256 public constant FAILS = 1;

    IModel public immutable core;
    bytes32 public immutable federation;
    address public immutable sensor;

    mapping(uint256 pump => bool isOrdered) public serviceOrdered;

    /// @notice Service was ordered for a pump, on this reading and this output of the model.
    event ServiceOrdered(uint256 indexed pump, bytes reading, int256 output);

    error NotTheSensor(address caller);
    error ForeignAggregator(address aggregator);
    error UnsealedModel(bytes32 federation);

    /// @param aggregator Tutti's `DirectAggregator`, as `tutti deploy` prints it.
    constructor(IModel core_, address aggregator, bytes32 federation_) {
        address named = core_.termsOf(federation_).aggregator;
        if (named != aggregator) revert ForeignAggregator(named);
        // Once is enough: a version that was sealed stays so, and newer ones are trained as well.
        IModel.Model memory model = core_.modelOf(federation_);
        if (!model.isSealed || model.sealedVersion == 0) revert UnsealedModel(federation_);
        core = core_;
        federation = federation_;
        sensor = msg.sender;
    }

    /// @notice Whether the model says that a pump with this reading will fail, and its output. Free as an `eth_call`.
    function willFail(bytes calldata reading) public view returns (bool, int256) {
        (, uint256 class, int256[] memory outputs) = core.classify(federation, reading);
        return (class == FAILS, outputs[0]);
    }

    /// @notice Takes a reading of a pump, and orders service if the model says that it will fail.
    function report(uint256 pump, bytes calldata reading) external returns (bool isOrdered) {
        if (msg.sender != sensor) revert NotTheSensor(msg.sender);
        int256 output;
        (isOrdered, output) = willFail(reading);
        if (isOrdered && !serviceOrdered[pump]) {
            serviceOrdered[pump] = true;
            emit ServiceOrdered(pump, reading, output);
        }
    }
}
