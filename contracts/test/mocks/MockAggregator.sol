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
    error ChunkWritten(uint256 chunk);

    struct Model {
        uint256 dimension;
        uint256 shardSize;
        uint256 chunks;
        uint256 written;
        mapping(uint256 => int256) parameters;
        mapping(uint256 => bool) isWritten;
    }

    mapping(address core => mapping(bytes32 id => Model)) private _models;

    /// @dev The setup is the number of chunks that `initialise` waits for.
    function register(bytes32 id, Terms calldata terms, bytes calldata setup) external {
        Model storage model_ = _models[msg.sender][id];
        model_.dimension = terms.dimension;
        model_.shardSize = terms.shardSize;
        model_.chunks = abi.decode(setup, (uint256));
    }

    function initialise(bytes32 id, uint256 chunk, bytes calldata) external returns (bool complete) {
        Model storage model_ = _models[msg.sender][id];
        if (model_.isWritten[chunk]) revert ChunkWritten(chunk);
        model_.isWritten[chunk] = true;
        return ++model_.written == model_.chunks;
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

    function model(bytes32 id, uint256 shard) external view returns (bytes memory) {
        return _words(msg.sender, id, shard);
    }

    function networkShape(bytes32) external pure returns (uint32 inputs, uint32 outputs, OutputKind kind) {
        return (3, 2, OutputKind.Softmax);
    }

    function predict(bytes32, bytes calldata input) external pure returns (int256[] memory outputs) {
        outputs = new int256[](1);
        outputs[0] = int256(input.length);
    }

    function classify(bytes32, bytes calldata input) external pure returns (uint256, int256[] memory outputs) {
        outputs = new int256[](2);
        return (input.length, outputs);
    }

    function parameter(address core, bytes32 id, uint256 index) external view returns (int256) {
        return _models[core][id].parameters[index];
    }

    function shardLength(address core, bytes32 id, uint256 shard) public view returns (uint256) {
        Model storage model_ = _models[core][id];
        uint256 from = shard * model_.shardSize;
        return from + model_.shardSize <= model_.dimension ? model_.shardSize : model_.dimension - from;
    }

    function _words(address core, bytes32 id, uint256 shard) private view returns (bytes memory words) {
        Model storage model_ = _models[core][id];
        uint256 length = shardLength(core, id, shard);
        for (uint256 p; p < length; ++p) {
            words = bytes.concat(words, bytes32(uint256(model_.parameters[shard * model_.shardSize + p])));
        }
    }
}
