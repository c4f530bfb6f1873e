// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { SSTORE2 } from "solady/utils/SSTORE2.sol";
import { IDirectAggregator } from "../../interfaces/IDirectAggregator.sol";
import { Answers, DirectModel, Layout, ModelState } from "../model/DirectModel.sol";

/// @title Sealing
/// @notice A version of a model as code, in pieces: the cheapest place for numbers that are read and never change.
/// @dev Pieces of a model are counted over all its shards: see `offsetOf`. The code of a piece is a byte that stops it from
///      being run, the address of the piece before it, and then words. So a question needs the place of the last piece
///      alone. A piece that is written before the one that it follows has zero there: then the place is read from storage.
///      The last piece of a model has the network's words behind the model's: one account less to be read. A network that is
///      long, or has no room there, stays in code of its own.
library Sealing {
    using ModelState for DirectModel;

    /// @notice Words of a piece. Code may have 24,576 bytes (EIP-170), SSTORE2 uses the first, and an address 20: 767 words fit.
    uint256 internal constant PIECE_WORDS = 767;

    /// @notice Most words of a network behind those of a model: five layers. More would make sealing dearer than it is worth.
    uint256 internal constant MAX_TAIL = 8;

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

    /// @notice Fixes how many pieces a model has, and whether the last of them also holds the network. The network's place and
    ///         the shape are known.
    function lay(DirectModel storage model, uint256 lastShard) internal {
        Layout storage layout = model.layout;
        // At most one a shard, and one for each 767 of 131,072 words.
        layout.pieces = uint16(offsetOf(model, lastShard) + piecesOf(model, lastShard));
        address network = layout.network;
        if (network == address(0)) return;
        uint256 tail = (network.code.length - 1) / 32;
        uint256 words = (model.shardWords(lastShard) - 1) % PIECE_WORDS + 1;
        if (tail <= MAX_TAIL && words + tail <= PIECE_WORDS) layout.tail = uint8(tail);
    }

    /// @notice Copies a network from code of its own to new memory.
    /// @return place Memory of its first word.
    function networkAt(address code) internal view returns (uint256 place) {
        bytes memory network = SSTORE2.read(code);
        assembly ("memory-safe") {
            place := add(network, 0x20)
        }
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
        Layout memory layout = model.layout;
        uint256 offset = offsetOf(model, shard);
        address before = offset + first == 0 ? address(0) : places[offset + first - 1];
        for (uint256 piece = first; piece < first + count; ++piece) {
            if (places[offset + piece] != address(0)) {
                revert IDirectAggregator.PieceAlreadySealed(shard, piece, version);
            }
            uint256 from = 32 * PIECE_WORDS * piece;
            uint256 to = from + 32 * PIECE_WORDS < words.length ? from + 32 * PIECE_WORDS : words.length;
            bool hasTail = layout.tail != 0 && offset + piece + 1 == layout.pieces;
            bytes memory tail = hasTail ? SSTORE2.read(layout.network) : bytes("");
            before = SSTORE2.write(bytes.concat(bytes20(before), words[from:to], tail));
            places[offset + piece] = before;
            written += (to - from) / 32;
        }
    }

    /// @notice Copies all words of a sealed version to new memory, and what its last piece holds behind them.
    /// @param version One whose pieces are all sealed.
    /// @param pieces Of the whole model.
    /// @param size Bytes of all that is copied.
    /// @param code The last piece.
    /// @return place Memory of the first word.
    function load(DirectModel storage model, uint256 version, uint256 pieces, uint256 size, address code)
        internal
        view
        returns (uint256 place)
    {
        uint256 to;
        // A word is left free before the first one: see below.
        assembly ("memory-safe") {
            place := add(mload(0x40), 0x20)
            to := add(place, size)
            mstore(0x40, to)
        }
        while (true) {
            address before;
            // Copies the words of a piece to end at `to`, with the address before them, which the piece before it overwrites.
            assembly ("memory-safe") {
                let length := sub(extcodesize(code), 1)
                to := sub(to, sub(length, 20))
                extcodecopy(code, sub(to, 20), 1, length)
                before := shr(96, mload(sub(to, 20)))
            }
            if (--pieces == 0) return place;
            code = before != address(0) ? before : model.pieces[version][pieces - 1];
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
        Layout memory layout = model.layout;
        model.answers = Answers({
            last: model.pieces[version][layout.pieces - 1],
            sealedVersion: uint32(version),
            words: uint24(total),
            pieces: layout.pieces,
            tail: layout.tail,
            laneBits: model.shape.laneBits
        });
    }
}
