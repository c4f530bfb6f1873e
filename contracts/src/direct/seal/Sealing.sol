// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { SSTORE2 } from "solady/utils/SSTORE2.sol";
import { IDirectAggregator } from "../../interfaces/IDirectAggregator.sol";
import { Answers, DirectModel, ModelState } from "../model/DirectModel.sol";

/// @title Sealing
/// @notice A version of a model as code, in pieces: the cheapest place for numbers that are read and never change.
/// @dev Pieces of a model are counted over all its shards: see `offsetOf`.
library Sealing {
    using ModelState for DirectModel;

    /// @notice Words of a piece. Code may have 24,576 bytes (EIP-170), and SSTORE2 uses the first: 767 words fit.
    uint256 internal constant PIECE_WORDS = 767;

    /// @notice Pieces of a shard: `⌈words / 767⌉`.
    /// @param shard One that there is.
    function piecesOf(DirectModel storage model, uint256 shard) internal view returns (uint256) {
        return (model.shardWords(shard) + PIECE_WORDS - 1) / PIECE_WORDS;
    }

    /// @notice Pieces of the shards before this one, all of which have as many words as the first.
    /// @param shard One that there is.
    function offsetOf(DirectModel storage model, uint256 shard) internal view returns (uint256) {
        return shard * piecesOf(model, 0);
    }

    /// @notice Writes pieces `first` to `first + count − 1` of a shard.
    /// @param version The model's present version.
    /// @param words All words of the shard, whose hash was checked.
    /// @return written Words of these pieces.
    function write(
        DirectModel storage model,
        uint256 version,
        uint256 shard,
        uint256 first,
        uint256 count,
        bytes calldata words
    ) internal returns (uint256 written) {
        uint256 pieces = piecesOf(model, shard);
        if (first >= pieces || count == 0) revert IDirectAggregator.PieceOutOfRange(first, pieces);
        if (count > pieces - first) revert IDirectAggregator.PieceOutOfRange(pieces, pieces);
        mapping(uint256 => address) storage places = model.pieces[version];
        uint256 offset = offsetOf(model, shard);
        for (uint256 piece = first; piece < first + count; ++piece) {
            if (places[offset + piece] != address(0)) {
                revert IDirectAggregator.PieceAlreadySealed(shard, piece, version);
            }
            uint256 from = 32 * PIECE_WORDS * piece;
            uint256 to = from + 32 * PIECE_WORDS < words.length ? from + 32 * PIECE_WORDS : words.length;
            places[offset + piece] = SSTORE2.write(words[from:to]);
            written += (to - from) / 32;
        }
    }

    /// @notice Copies all words of a sealed version to new memory.
    /// @param version One whose pieces are all sealed.
    /// @param pieces Of the whole model.
    /// @return place Memory of the first word.
    function load(DirectModel storage model, uint256 version, uint256 pieces) internal view returns (uint256 place) {
        mapping(uint256 => address) storage places = model.pieces[version];
        assembly ("memory-safe") {
            place := mload(0x40)
        }
        uint256 to = place;
        for (uint256 piece; piece < pieces; ++piece) {
            address code = places[piece];
            // to = end of SSTORE2.read(code) copied to memory at `to`: the code without its first byte.
            assembly ("memory-safe") {
                let size := sub(extcodesize(code), 1)
                extcodecopy(code, to, 1, size)
                to := add(to, size)
            }
        }
        assembly ("memory-safe") {
            mstore(0x40, to)
        }
    }

    /// @notice Counts words that were sealed. The last ones of a version make it the one that answers.
    /// @return done Words of this version that are sealed now.
    function record(DirectModel storage model, uint256 version, uint256 written, uint256 total)
        internal
        returns (uint256 done)
    {
        done = model.sealedWords[version] + written;
        model.sealedWords[version] = done;
        if (done != total) return done;
        Answers storage answers = model.answers;
        (answers.sealedVersion, answers.isSealed) = (uint32(version), true);
    }
}
