// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Test } from "../Test.sol";
import { DirectModelHandler } from "./DirectModelHandler.sol";

/// @notice The contract keeps hashes only: whatever the order of calls, they are those of the naive model, a log holds the
///         words, and what is sealed as version v is the model after v rounds.
/// forge-config: default.invariant.runs = 8
/// forge-config: default.invariant.depth = 40
contract DirectModelInvariants is Test {
    DirectModelHandler private handler;

    function setUp() external {
        handler = new DirectModelHandler();
        handler.setUp();
        bytes4[] memory selectors = new bytes4[](5);
        selectors[0] = DirectModelHandler.initialise.selector;
        selectors[1] = DirectModelHandler.aggregate.selector;
        selectors[2] = DirectModelHandler.seal.selector;
        selectors[3] = DirectModelHandler.step.selector;
        selectors[4] = DirectModelHandler.sealAll.selector;
        targetContract(address(handler));
        targetSelector(address(handler), selectors);
    }

    /// @notice `modelHash` is the hash of the naive model, and of the words that were logged last.
    function invariant_hashesAreOfTheNaiveModelAndOfTheLastLog() external view {
        if (!handler.isInitialised()) return;
        for (uint256 shard; shard < 3; ++shard) {
            bytes32 hash = handler.modelHash(shard);
            assertEq(hash, handler.expectedHash(shard), "naive");
            assertEq(hash, handler.logged(shard), "logged");
        }
        (uint32 version,) = handler.versionOf();
        assertEq(version, handler.versions());
    }

    /// @notice Every piece of every version holds the words that the model had after so many rounds.
    function invariant_sealedVersionsAreTheModelsOfTheirRounds() external view {
        if (!handler.isInitialised()) return;
        (bool isSealed, uint32 newest, uint32 version,,) = handler.sealingOf();
        for (uint32 v; v <= version; ++v) {
            uint256 pieces;
            for (uint256 shard; shard < 3; ++shard) {
                for (uint256 piece; piece < 2; ++piece) {
                    address code = handler.pieceOf(v, shard, piece);
                    if (code == address(0)) continue;
                    ++pieces;
                    _checkPiece(code.code, handler.wordsAt(v, shard), 767 * piece);
                    if (piece == 1) _checkLink(code.code, handler.pieceOf(v, shard, 0));
                }
            }
            if (pieces == 5) assertTrue(isSealed && newest >= v);
            if (isSealed && newest == v) assertEq(pieces, 5);
        }
    }

    /// @dev `code` is a zero byte, an address, and then words from `first` on. This model has no network.
    function _checkPiece(bytes memory code, bytes memory words, uint256 first) private pure {
        uint256 count = words.length / 32 - first < 767 ? words.length / 32 - first : 767;
        assertEq(code.length, 21 + 32 * count);
        bytes32 hash;
        bytes32 expected;
        assembly ("memory-safe") {
            hash := keccak256(add(code, 0x35), mul(32, count))
            expected := keccak256(add(add(words, 0x20), mul(32, first)), mul(32, count))
        }
        assertEq(hash, expected, "piece");
    }

    /// @dev A piece names the one before it, or nothing where that came later or is not there.
    function _checkLink(bytes memory code, address before) private pure {
        address link;
        assembly ("memory-safe") {
            link := shr(96, mload(add(code, 0x21)))
        }
        assertTrue(link == address(0) || link == before, "link");
    }
}
