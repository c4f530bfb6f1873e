// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../../interfaces/IFederationErrors.sol";
import { Lanes } from "../lanes/Lanes.sol";
import { LogBlocks } from "./LogBlocks.sol";

/// @notice What is fixed when a federation is registered. One slot: all that a submission reads.
struct Shape {
    uint32 dimension; //       zero: not registered
    uint32 shardSize;
    uint16 maxUpdates; //      most updates of a shard in a round, with the largest cohort
    uint16 shards;
    uint16 shardsPerMember;
    uint8 laneBits;
    uint8 bits;
}

/// @notice What changes with each shard that is initialised or aggregated. One slot.
struct Progress {
    uint32 round; //           last round that aggregated a shard
    uint32 version; //         rounds that all shards have had
    uint16 shardsDone; //      shards that have the next one as well
    uint16 initialised; //     shards that have their initial words
    uint160 logBlocks; //      of shards 0 to 3: see `LogBlocks`
}

/// @notice How the model answers and how it is sealed, fixed when a federation is registered. One slot.
struct Layout {
    address network; //        code that holds the network (SSTORE2); zero: there is none
    uint16 pieces; //          of the whole model
    uint8 tail; //             words of the network that sealed versions have behind those of the model: see `Sealing`
}

/// @notice All that an answer needs to find the newest sealed version. One slot, written when a version is sealed whole.
struct Answers {
    address last; //           code of the last piece; zero: nothing is sealed whole
    uint32 sealedVersion;
    uint24 words; //           of the model, 131,072 at most
    uint16 pieces; //          as in `Layout`
    uint8 tail; //             as in `Layout`
    uint8 laneBits;
}

/// @title DirectModel
/// @notice All that the direct path keeps of one model: a hash of each shard, and where its words were logged or sealed.
/// @dev No word of a model is in storage.
struct DirectModel {
    Shape shape; //            0
    Progress progress; //      1
    Answers answers; //        2
    Layout layout; //          3
    address setup; //          4  code that holds the setup (SSTORE2)
    mapping(uint256 shard => bytes32) hashes; // keccak256 of the shard's present words
    mapping(uint256 group => uint256) logBlocks; // of shards 4 and above, six a slot
    mapping(uint256 version => mapping(uint256 piece => address)) pieces; // sealed words as code, see `Sealing`
    mapping(uint256 version => uint256) sealedWords;
}

/// @title ModelState
/// @notice Sizes of shards, and what happens to a model's state: new words of a shard, and the end of a round.
library ModelState {
    /// @notice Reverts if there is no such shard.
    function checkShard(DirectModel storage model, uint256 shard) internal view {
        uint256 shards = model.shape.shards;
        if (shard >= shards) revert IFederationErrors.ShardOutOfRange(shard, shards);
    }

    /// @notice Parameters of a shard: `shardSize`, or what is left for the last one.
    /// @param shard One that there is.
    function shardLength(DirectModel storage model, uint256 shard) internal view returns (uint256 length) {
        // Shards before this one are whole: `shard · shardSize < dimension`.
        unchecked {
            uint256 size = model.shape.shardSize;
            length = model.shape.dimension - shard * size;
            if (length > size) length = size;
        }
    }

    /// @notice Words of a shard.
    /// @param shard One that there is.
    function shardWords(DirectModel storage model, uint256 shard) internal view returns (uint256) {
        return Lanes.words(model.shape.laneBits, shardLength(model, shard));
    }

    /// @notice Words of the model. Shards begin at whole words: where there are several, their size is a multiple of
    ///         `256 / bits`, and so of `256 / laneBits`.
    function totalWords(DirectModel storage model) internal view returns (uint256) {
        return Lanes.words(model.shape.laneBits, model.shape.dimension);
    }

    /// @notice Keeps the hash of a shard's new words, and the block in which they are logged.
    /// @param progress Takes that block where it has room for it. The caller saves it.
    function put(DirectModel storage model, Progress memory progress, uint256 shard, bytes32 hash) internal {
        model.hashes[shard] = hash;
        if (shard < LogBlocks.IN_PROGRESS) {
            progress.logBlocks = uint160(LogBlocks.write(progress.logBlocks, shard, block.number));
        } else {
            (uint256 group, uint256 place) = LogBlocks.placeOf(shard);
            model.logBlocks[group] = LogBlocks.write(model.logBlocks[group], place, block.number);
        }
    }

    /// @notice Equivalent to `model.progress = progress`, in one write: the compiler would write once for each field.
    function save(DirectModel storage model, Progress memory progress) internal {
        Progress storage to = model.progress;
        assembly ("memory-safe") {
            let word := or(mload(progress), shl(32, mload(add(progress, 0x20))))
            word := or(word, or(shl(64, mload(add(progress, 0x40))), shl(80, mload(add(progress, 0x60)))))
            sstore(to.slot, or(word, shl(96, mload(add(progress, 0x80)))))
        }
    }

    /// @notice The block in which a shard's present words were logged.
    function loggedAt(DirectModel storage model, uint256 shard) internal view returns (uint256) {
        if (shard < LogBlocks.IN_PROGRESS) return LogBlocks.read(model.progress.logBlocks, shard);
        (uint256 group, uint256 place) = LogBlocks.placeOf(shard);
        return LogBlocks.read(model.logBlocks[group], place);
    }

    /// @notice Counts a shard that `round` has aggregated: the last one makes a new version.
    /// @dev The core aggregates each shard once a round, and all of them before the next round.
    function count(Progress memory progress, uint256 round, uint256 shards) internal pure {
        // At most 2^32 − 1 rounds and 256 shards: see `Terms`.
        unchecked {
            progress.round = uint32(round);
            if (++progress.shardsDone == shards) {
                progress.shardsDone = 0;
                ++progress.version;
            }
        }
    }
}
