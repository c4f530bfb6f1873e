// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../interfaces/IAggregator.sol";
import { DirectStorage } from "./DirectStorage.sol";
import { Answers, DirectModel, ModelState } from "./model/DirectModel.sol";
import { Words } from "./model/Words.sol";
import { Network } from "./predict/Network.sol";
import { Sealing } from "./seal/Sealing.sol";
import { OutputKind } from "../types/OutputKind.sol";

/// @title DirectAnswers
/// @notice What a model answers: by the newest sealed version, by a given one, or by words that the caller hands in. The same
///         words give the same integers in all three.
abstract contract DirectAnswers is DirectStorage {
    using ModelState for DirectModel;
    using Sealing for DirectModel;

    /// @inheritdoc IAggregator
    function networkShape(bytes32 id) external view returns (uint32 inputs, uint32 outputs, OutputKind kind) {
        address code = _registered(id).layout.network;
        if (code != address(0)) return Network.shapeOf(Sealing.networkAt(code));
    }

    /// @inheritdoc IAggregator
    function predict(bytes32 id, bytes calldata input) external view returns (uint32 version, int256[] memory outputs) {
        (version, outputs,) = _newest(id, input);
    }

    /// @inheritdoc IAggregator
    function classify(bytes32 id, bytes calldata input)
        external
        view
        returns (uint32 version, uint256 class, int256[] memory outputs)
    {
        uint256 network;
        (version, outputs, network) = _newest(id, input);
        class = Network.classOf(network, outputs);
    }

    /// @inheritdoc IAggregator
    function predictAt(bytes32 id, uint32 version, bytes calldata input)
        external
        view
        returns (int256[] memory outputs)
    {
        (outputs,) = _at(id, version, input);
    }

    /// @inheritdoc IAggregator
    function classifyAt(bytes32 id, uint32 version, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs)
    {
        uint256 network;
        (outputs, network) = _at(id, version, input);
        class = Network.classOf(network, outputs);
    }

    /// @inheritdoc IAggregator
    function predictWith(bytes32 id, bytes calldata words, bytes calldata input)
        external
        view
        returns (int256[] memory outputs)
    {
        (outputs,) = _with(id, words, input);
    }

    /// @inheritdoc IAggregator
    function classifyWith(bytes32 id, bytes calldata words, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs)
    {
        uint256 network;
        (outputs, network) = _with(id, words, input);
        class = Network.classOf(network, outputs);
    }

    /// @dev Reads one slot of the model's state. Each piece says where the one before it is.
    function _newest(bytes32 id, bytes calldata input)
        private
        view
        returns (uint32 version, int256[] memory outputs, uint256 network)
    {
        DirectModel storage model = _models[msg.sender][id];
        Answers storage answers = model.answers;
        address last = answers.last;
        if (last == address(0)) _refuse(id);
        version = answers.sealedVersion;
        (outputs, network) = _answer(model, id, version, last, input);
    }

    function _at(bytes32 id, uint32 version, bytes calldata input)
        private
        view
        returns (int256[] memory outputs, uint256 network)
    {
        DirectModel storage model = _models[msg.sender][id];
        Answers storage answers = model.answers;
        if (answers.last == address(0) || model.layout.network == address(0)) _refuse(id);
        if (model.sealedWords[version] != model.totalWords()) revert VersionNotSealed(version, answers.sealedVersion);
        (outputs, network) = _answer(model, id, version, model.pieces[version][answers.pieces - 1], input);
    }

    /// @dev By a version that is sealed whole. Its last piece is at `last`.
    function _answer(DirectModel storage model, bytes32 id, uint256 version, address last, bytes calldata input)
        private
        view
        returns (int256[] memory outputs, uint256 network)
    {
        Answers storage answers = model.answers;
        (uint256 count, uint256 tail, uint256 laneBits) = (answers.words, answers.tail, answers.laneBits);
        uint256 words = model.load(version, answers.pieces, 32 * (count + tail), last);
        if (tail == 0) {
            address code = model.layout.network;
            if (code == address(0)) _refuse(id);
            network = Sealing.networkAt(code);
        } else {
            network = words + 32 * count;
        }
        outputs = Network.outputs(network, words, laneBits, input);
    }

    function _with(bytes32 id, bytes calldata words, bytes calldata input)
        private
        view
        returns (int256[] memory outputs, uint256 network)
    {
        DirectModel storage model = _initialised(id);
        address code = model.layout.network;
        if (code == address(0)) revert NoNetwork();
        uint256 expected = 32 * model.totalWords();
        if (words.length != expected) revert WrongModelLength(words.length, expected);
        uint256 from;
        for (uint256 shard; from < expected; ++shard) {
            uint256 to = from + 32 * model.shardWords(shard);
            Words.check(shard, words[from:to], model.hashes[shard]);
            from = to;
        }
        network = Sealing.networkAt(code);
        outputs = Network.outputs(network, Words.load(words), model.shape.laneBits, input);
    }

    /// @dev Says why no sealed version answers.
    function _refuse(bytes32 id) private view {
        if (_registered(id).layout.network == address(0)) revert NoNetwork();
        revert NotSealed();
    }
}
