// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../../src/interfaces/IAggregator.sol";
import { OutputKind } from "../../src/types/OutputKind.sol";
import { Terms } from "../../src/types/Terms.sol";

/// @title MockAggregator
/// @notice An exact, naive adder: one signed byte a parameter, one slot a parameter, a plain loop.
/// @dev A byte of −128 is the fault that `isFault` proves; the proof is the payload itself.
contract MockAggregator is IAggregator {
    error PayloadLength(uint256 expected, uint256 actual);
    error DataMismatch(uint256 update, bytes32 expected, bytes32 actual);
    error ShardInitialised(uint256 shard);

    struct Model {
        uint256 dimension;
        uint256 shardSize;
        uint256 calls;
        uint256 initialised;
        uint256 aggregated;
        bool isSealed;
        uint32 sealedVersion;
        mapping(uint256 => int256) parameters;
        mapping(uint256 => bool) isInitialised;
        mapping(uint256 version => uint256) sealedPieces;
    }

    mapping(address core => mapping(bytes32 id => Model)) private _models;

    /// @notice Pieces, of one word each, that `seal` waits for.
    uint256 public constant PIECES = 10;

    /// @dev The setup is the number of shards that `initialise` waits for, true or not.
    function register(bytes32 id, Terms calldata terms, bytes calldata setup) external {
        Model storage model_ = _models[msg.sender][id];
        model_.dimension = terms.dimension;
        model_.shardSize = terms.shardSize;
        model_.calls = abi.decode(setup, (uint256));
    }

    function initialise(bytes32 id, uint256 shard, bytes calldata) external returns (bool complete) {
        Model storage model_ = _models[msg.sender][id];
        if (model_.isInitialised[shard]) revert ShardInitialised(shard);
        model_.isInitialised[shard] = true;
        return ++model_.initialised == model_.calls;
    }

    function digest(bytes32 id, bytes32 context, uint256 shard, bytes calldata payload)
        external
        view
        returns (bytes32, bool isBlank)
    {
        uint256 length = shardLength(msg.sender, id, shard);
        if (payload.length != length) revert PayloadLength(length, payload.length);
        isBlank = true;
        for (uint256 i; i < length; ++i) {
            if (payload[i] != 0) isBlank = false;
        }
        return (keccak256(abi.encodePacked(context, shard, payload)), isBlank);
    }

    function aggregate(
        bytes32 id,
        uint256,
        uint256 shard,
        uint256 gain,
        uint256,
        bytes32[] calldata contexts,
        bytes32[] calldata digests,
        bytes calldata data
    ) external returns (bytes32) {
        uint256 length = shardLength(msg.sender, id, shard);
        _checkData(length, shard, contexts, digests, data);
        _add(_models[msg.sender][id], shard, length, int256(gain), data);
        ++_models[msg.sender][id].aggregated;
        return keccak256(_words(msg.sender, id, shard));
    }

    function _add(Model storage model_, uint256 shard, uint256 length, int256 gain, bytes calldata data) private {
        uint256 from = shard * model_.shardSize;
        for (uint256 i; i < data.length; ++i) {
            model_.parameters[from + i % length] += gain * int8(uint8(data[i]));
        }
    }

    function _checkData(
        uint256 length,
        uint256 shard,
        bytes32[] calldata contexts,
        bytes32[] calldata digests,
        bytes calldata data
    ) private pure {
        if (data.length != length * digests.length) {
            revert PayloadLength(length * digests.length, data.length);
        }
        for (uint256 i; i < digests.length; ++i) {
            bytes calldata payload = data[i * length:(i + 1) * length];
            bytes32 actual = keccak256(abi.encodePacked(contexts[i], shard, payload));
            if (actual != digests[i]) revert DataMismatch(i, digests[i], actual);
        }
    }

    function isFault(bytes32, bytes32 context, uint256 shard, bytes32 digest_, bytes calldata proof)
        external
        pure
        returns (bool)
    {
        if (keccak256(abi.encodePacked(context, shard, proof)) != digest_) return false;
        for (uint256 i; i < proof.length; ++i) {
            if (proof[i] == 0x80) return true;
        }
        return false;
    }

    function modelHash(bytes32 id, uint256 shard) external view returns (bytes32) {
        return keccak256(_words(msg.sender, id, shard));
    }

    function modelHash(bytes32 id) external view returns (bytes32) {
        return keccak256(_words(msg.sender, id, 0));
    }

    function versionOf(bytes32 id) public view returns (uint32 version, uint32 shardsDone) {
        Model storage model_ = _models[msg.sender][id];
        uint256 shards = (model_.dimension + model_.shardSize - 1) / model_.shardSize;
        return (uint32(model_.aggregated / shards), uint32(model_.aggregated % shards));
    }

    /// @dev Ten pieces, of which the words are not looked at.
    function seal(bytes32 id, uint256, uint256, uint256 count, bytes calldata)
        external
        returns (uint256 written, uint256 done, uint256 total)
    {
        Model storage model_ = _models[msg.sender][id];
        (uint32 version,) = versionOf(id);
        (written, done, total) = (count, model_.sealedPieces[version] += count, PIECES);
        if (done == total) (model_.isSealed, model_.sealedVersion) = (true, version);
    }

    function sealingOf(bytes32 id) external view returns (bool, uint32, uint32, uint256, uint256) {
        Model storage model_ = _models[msg.sender][id];
        (uint32 version,) = versionOf(id);
        return (model_.isSealed, model_.sealedVersion, version, model_.sealedPieces[version], PIECES);
    }

    function pieceOf(bytes32, uint32, uint256, uint256) external view returns (address) {
        return address(this);
    }

    function networkShape(bytes32) external pure returns (uint32 inputs, uint32 outputs, OutputKind kind) {
        return (3, 2, OutputKind.Softmax);
    }

    /// @dev Any input has its length as its answer.
    function predict(bytes32 id, bytes calldata input) external view returns (uint32 version, int256[] memory outputs) {
        (version,) = versionOf(id);
        outputs = _outputs(input);
    }

    function classify(bytes32 id, bytes calldata input)
        external
        view
        returns (uint32 version, uint256 class, int256[] memory outputs)
    {
        (version,) = versionOf(id);
        (class, outputs) = (input.length, _outputs(input));
    }

    function predictAt(bytes32, uint32, bytes calldata input) external pure returns (int256[] memory) {
        return _outputs(input);
    }

    function classifyAt(bytes32, uint32, bytes calldata input) external pure returns (uint256, int256[] memory) {
        return (input.length, _outputs(input));
    }

    function predictWith(bytes32, bytes calldata, bytes calldata input) external pure returns (int256[] memory) {
        return _outputs(input);
    }

    function classifyWith(bytes32, bytes calldata, bytes calldata input)
        external
        pure
        returns (uint256, int256[] memory)
    {
        return (input.length, _outputs(input));
    }

    function _outputs(bytes calldata input) private pure returns (int256[] memory outputs) {
        outputs = new int256[](2);
        outputs[0] = int256(input.length);
    }

    function parameter(address core, bytes32 id, uint256 index) external view returns (int256) {
        return _models[core][id].parameters[index];
    }

    function shardLength(address core, bytes32 id, uint256 shard) public view returns (uint256) {
        Model storage model_ = _models[core][id];
        uint256 from = shard * model_.shardSize;
        return from + model_.shardSize <= model_.dimension ? model_.shardSize : model_.dimension - from;
    }

    /// @notice The parameters of a shard, a word each.
    function words(address core, bytes32 id, uint256 shard) external view returns (bytes memory) {
        return _words(core, id, shard);
    }

    function _words(address core, bytes32 id, uint256 shard) private view returns (bytes memory all) {
        Model storage model_ = _models[core][id];
        uint256 length = shardLength(core, id, shard);
        for (uint256 p; p < length; ++p) {
            all = bytes.concat(all, bytes32(uint256(model_.parameters[shard * model_.shardSize + p])));
        }
    }
}
