// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../interfaces/IAggregator.sol";
import { DirectStorage } from "./DirectStorage.sol";
import { DirectModel, ModelState, Progress } from "./model/DirectModel.sol";
import { Words } from "./model/Words.sol";
import { Sealing } from "./seal/Sealing.sol";

/// @title DirectSeals
/// @notice How a version of a model is written into code, piece by piece.
abstract contract DirectSeals is DirectStorage {
    using ModelState for DirectModel;
    using Sealing for DirectModel;

    /// @inheritdoc IAggregator
    function seal(bytes32 id, uint256 shard, uint256 first, uint256 count, bytes calldata words)
        external
        returns (uint256 written, uint256 done, uint256 total)
    {
        DirectModel storage model = _initialised(id);
        Progress storage progress = model.progress;
        if (progress.shardsDone != 0) revert ModelInMotion(progress.round, progress.shardsDone);
        model.checkShard(shard);
        uint256 expected = 32 * model.shardWords(shard);
        if (words.length != expected) revert WrongModelLength(words.length, expected);
        Words.check(shard, words, model.hashes[shard]);

        uint256 version = progress.version;
        written = model.write(version, shard, first, count, words);
        total = model.totalWords();
        done = model.record(version, written, total);
    }

    /// @inheritdoc IAggregator
    function sealingOf(bytes32 id)
        external
        view
        returns (bool isSealed, uint32 sealedVersion, uint32 version, uint256 done, uint256 total)
    {
        DirectModel storage model = _registered(id);
        (isSealed, sealedVersion) = (model.answers.last != address(0), model.answers.sealedVersion);
        version = model.progress.version;
        (done, total) = (model.sealedWords[version], model.totalWords());
    }

    /// @inheritdoc IAggregator
    function pieceOf(bytes32 id, uint32 version, uint256 shard, uint256 piece) external view returns (address) {
        DirectModel storage model = _models[msg.sender][id];
        if (shard >= model.shape.shards || piece >= model.piecesOf(shard)) return address(0);
        return model.pieces[version][model.offsetOf(shard) + piece];
    }
}
