// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice What pieces hold beside words, and that answers are the same however they were written: each names the one before
///         it, where that was there already, and the last one holds the network, where it is short and has room.
contract DirectTailsTest is DirectFixture {
    /// @dev 784-32-10: pieces of 767, 767 and 57 words.
    function test_answers_areTheSameInWhateverOrderPiecesWereWritten() external {
        uint256[3][6] memory orders = [
            [uint256(0), 1, 2],
            [uint256(0), 2, 1],
            [uint256(1), 0, 2],
            [uint256(1), 2, 0],
            [uint256(2), 0, 1],
            [uint256(2), 1, 0]
        ];
        uint256 dimension = 25_450;
        bytes memory input = _inputOf(784);
        for (uint256 k; k < 6; ++k) {
            bytes32 id = bytes32(k + 1);
            _start(id, dimension, _sizes([uint256(784), 32, 10]));
            bytes memory words = wordsOf(id, 0);
            for (uint256 step; step < 3; ++step) {
                aggregator.seal(id, 0, orders[k][step], 1, words);
            }
            _assertAnswers(id, input);
            for (uint256 piece = 1; piece < 3; ++piece) {
                address before = aggregator.pieceOf(id, 1, 0, piece - 1);
                bool wasThere = _placeIn(orders[k], piece - 1) < _placeIn(orders[k], piece);
                assertEq(_linkOf(id, piece), wasThere ? before : address(0), "the piece before");
            }
            assertEq(_linkOf(id, 0), address(0), "the first has none before it");
        }
    }

    /// @dev Other versions, other federations and other contracts' pieces lie between those of one version.
    function test_answers_areTheSameWhereOthersSealInBetween() external {
        _start("a", 25_450, _sizes([uint256(784), 32, 10]));
        _start("b", 25_450, _sizes([uint256(784), 32, 10]));
        bytes memory input = _inputOf(784);
        bytes memory words = wordsOf("a", 0);
        bytes memory others = wordsOf("b", 0);
        for (uint256 piece; piece < 3; ++piece) {
            aggregator.seal("a", 0, piece, 1, words);
            if (piece < 2) aggregator.seal("b", 0, piece, 1, others);
        }
        _assertAnswers("a", input);
        int256[] memory first = aggregator.predictWith("a", words, input);
        _train("a", 1, 25_450);
        _train("b", 1, 25_450);
        aggregator.seal("a", 0, 2, 1, wordsOf("a", 0));
        aggregator.seal("b", 0, 0, 3, wordsOf("b", 0));
        assertEq(aggregator.predictAt("a", 1, input), first);
        _assertAnswers("b", input);
        aggregator.seal("a", 0, 0, 2, wordsOf("a", 0));
        _assertAnswers("a", input);
        assertEq(aggregator.predictAt("a", 1, input), first);
    }

    /// @dev One layer, four words: there is room for them behind 763 words, and none behind 764 or 767.
    function test_lastPiece_holdsTheNetworkWhereThereIsRoom() external {
        uint256[4] memory inputs = [uint256(762), 763, 766, 767];
        uint256[4] memory tails = [uint256(4), 0, 0, 4];
        for (uint256 k; k < 4; ++k) {
            bytes32 id = bytes32(k + 1);
            uint256 words = inputs[k] + 1;
            uint256[] memory sizes = new uint256[](2);
            (sizes[0], sizes[1]) = (inputs[k], 16);
            _start(id, 16 * words, sizes);
            aggregator.seal(id, 0, 0, (words + 766) / 767, wordsOf(id, 0));
            uint256 last = (words - 1) / 767;
            uint256 size = aggregator.pieceOf(id, 1, 0, last).code.length;
            assertEq(size, 21 + 32 * (words - 767 * last + tails[k]), "code");
            _assertAnswers(id, _inputOf(inputs[k]));
        }
    }

    /// @dev Five layers take eight words, six take nine.
    function test_lastPiece_holdsNoLongNetwork() external {
        for (uint256 layers = 5; layers < 7; ++layers) {
            bytes32 id = bytes32(layers);
            uint256[] memory sizes = new uint256[](layers + 1);
            for (uint256 k; k <= layers; ++k) {
                sizes[k] = 4;
            }
            _start(id, 20 * layers, sizes);
            bytes memory words = wordsOf(id, 0);
            aggregator.seal(id, 0, 0, 1, words);
            uint256 size = aggregator.pieceOf(id, 1, 0, 0).code.length;
            assertEq(size, 21 + words.length + (layers == 5 ? 256 : 0), "code");
            _assertAnswers(id, _inputOf(4));
        }
    }

    /// @dev One round of all lanes, so that no two rows are alike.
    function _start(bytes32 id, uint256 dimension, uint256[] memory sizes) private {
        Terms memory terms = plainTerms(16, 2, dimension);
        DirectSetup memory setup = withLayers(plainSetup(dimension), sizes);
        register(id, terms, setup);
        initialiseAll(id, terms);
        _train(id, 0, dimension);
    }

    function _train(bytes32 id, uint256 round, uint256 length) private {
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = densePayload(uint256(id) + round, length, 16, 2);
        aggregateShard(id, round, 0, 1, 8, contextsOf(round, 1), payloads);
    }

    function _assertAnswers(bytes32 id, bytes memory input) private {
        (uint256 class, int256[] memory outputs) = aggregator.classifyWith(id, wordsOf(id, 0), input);
        (uint32 version, uint256 sealedClass, int256[] memory sealedOutputs) = aggregator.classify(id, input);
        assertEq(sealedOutputs, outputs);
        assertEq(sealedClass, class, "class");
        assertEq(aggregator.predictAt(id, version, input), outputs);
    }

    function _inputOf(uint256 length) private pure returns (bytes memory input) {
        input = new bytes(length);
        for (uint256 i; i < length; ++i) {
            input[i] = bytes1(uint8(i * i + 7 * i + 1));
        }
    }

    function _linkOf(bytes32 id, uint256 piece) private view returns (address link) {
        bytes memory code = aggregator.pieceOf(id, 1, 0, piece).code;
        assembly ("memory-safe") {
            link := shr(96, mload(add(code, 0x21)))
        }
    }

    function _placeIn(uint256[3] memory order, uint256 piece) private pure returns (uint256 place) {
        while (order[place] != piece) ++place;
    }

    function _sizes(uint256[3] memory three) private pure returns (uint256[] memory sizes) {
        sizes = new uint256[](3);
        (sizes[0], sizes[1], sizes[2]) = (three[0], three[1], three[2]);
    }
}
