// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Network } from "../../src/direct/predict/Network.sol";
import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice Answers of the newest sealed version, of a given one, and of words handed in: the same integers in all three.
/// @dev 4-20-2: 142 parameters in three shards of 64, 64 and 14; updates of 4 bits.
contract DirectAnswersTest is DirectFixture {
    uint256 private constant DIMENSION = 142;
    bytes private constant INPUT = hex"07c809ff";

    function setUp() public override {
        super.setUp();
        Terms memory terms = plainTerms(16, 4, DIMENSION);
        (terms.shardSize, terms.shardsPerMember) = (64, 3);
        register("x", terms, withLayers(plainSetup(DIMENSION), sizesOf(4, 20, 2)));
        initialiseAll("x", terms);
    }

    function test_predict_needsASealedVersion() external {
        bytes memory notSealed = abi.encodeWithSelector(IDirectAggregator.NotSealed.selector);
        for (uint256 shard; shard < 3; ++shard) {
            vm.expectRevert(notSealed);
            aggregator.predict("x", INPUT);
            vm.expectRevert(notSealed);
            aggregator.classify("x", INPUT);
            vm.expectRevert(notSealed);
            aggregator.predictAt("x", 0, INPUT);
            vm.expectRevert(notSealed);
            aggregator.classifyAt("x", 0, INPUT);
            _seal(shard);
        }
        (uint32 version,) = aggregator.predict("x", INPUT);
        assertEq(version, 0);
    }

    function test_answers_areTheSameBySealedVersionAndByWords() external {
        for (uint256 round; round < 4; ++round) {
            int256[] memory outputs = aggregator.predictWith("x", _allWords(), INPUT);
            (uint256 class, int256[] memory logits) = aggregator.classifyWith("x", _allWords(), INPUT);
            assertEq(outputs, logits);
            _sealAll();
            (uint32 version, int256[] memory sealedOutputs) = aggregator.predict("x", INPUT);
            assertEq(version, round);
            assertEq(sealedOutputs, outputs);
            uint256 sealedClass;
            (version, sealedClass, sealedOutputs) = aggregator.classify("x", INPUT);
            assertEq(version, round);
            assertEq(sealedClass, class);
            assertEq(sealedOutputs, outputs);
            assertEq(aggregator.predictAt("x", version, INPUT), outputs);
            (sealedClass, sealedOutputs) = aggregator.classifyAt("x", version, INPUT);
            assertEq(sealedClass, class);
            assertEq(sealedOutputs, outputs);
            _train(round);
        }
    }

    /// @dev Versions 0 and 2 are sealed, 1 in part, 3 not at all.
    function test_sealedVersions_answerForEver() external {
        _sealAll();
        int256[] memory first = aggregator.predictWith("x", _allWords(), INPUT);
        _train(0);
        _seal(1);
        (uint32 version,) = aggregator.predict("x", INPUT);
        assertEq(version, 0, "the newest that is whole");
        _train(1);
        _sealAll();
        int256[] memory third = aggregator.predictWith("x", _allWords(), INPUT);
        _train(2);
        assertEq(aggregator.predictAt("x", 0, INPUT), first);
        assertEq(aggregator.predictAt("x", 2, INPUT), third);
        (version,) = aggregator.predict("x", INPUT);
        assertEq(version, 2);
        for (uint32 other = 1; other < 6; other += 2) {
            bytes memory reason = abi.encodeWithSelector(IDirectAggregator.VersionNotSealed.selector, other, 2);
            vm.expectRevert(reason);
            aggregator.predictAt("x", other, INPUT);
            vm.expectRevert(reason);
            aggregator.classifyAt("x", other, INPUT);
        }
    }

    /// @dev Between two shards of a round the sealed version answers, and so do the words of the moment.
    function test_answers_goOnWhileTheModelIsInMotion() external {
        _sealAll();
        for (uint256 shard; shard < 3; ++shard) {
            _trainShard(0, shard);
            (uint32 version,) = aggregator.predict("x", INPUT);
            assertEq(version, 0);
            aggregator.predictWith("x", _allWords(), INPUT);
        }
    }

    function test_predictWith_refusesOtherWords() external {
        bytes memory before = _allWords();
        _train(0);
        bytes memory words = _allWords();
        _refuseWords("", abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 0, 288));
        _refuseWords(
            bytes.concat(words, bytes32(0)),
            abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 320, 288)
        );
        _refuseWords(before, _stale(0, encodeModel(new int256[](64), 0, 64, 16)));
        for (uint256 word; word < 9; ++word) {
            bytes memory wrong = bytes.concat(words);
            wrong[32 * word + 5] ^= 0x10;
            vm.expectPartialRevert(IDirectAggregator.StaleModel.selector);
            aggregator.predictWith("x", wrong, INPUT);
        }
        // Shards in another order.
        bytes memory second = wordsOf("x", 1);
        _refuseWords(bytes.concat(second, wordsOf("x", 0), wordsOf("x", 2)), _stale(0, second));
    }

    function test_answers_needInputsOfTheirLength() external {
        _sealAll();
        bytes memory words = _allWords();
        for (uint256 length = 3; length < 6; length += 2) {
            bytes memory reason = abi.encodeWithSelector(Network.WrongInputLength.selector, length, 4);
            bytes memory input = new bytes(length);
            vm.expectRevert(reason);
            aggregator.predict("x", input);
            vm.expectRevert(reason);
            aggregator.classify("x", input);
            vm.expectRevert(reason);
            aggregator.predictAt("x", 0, input);
            vm.expectRevert(reason);
            aggregator.predictWith("x", words, input);
        }
    }

    function test_answers_needANetwork() external {
        Terms memory terms = plainTerms(16, 4, 10);
        register("none", terms, plainSetup(10));
        initialiseAll("none", terms);
        bytes memory words = wordsOf("none", 0);
        aggregator.seal("none", 0, 0, 1, words);
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.predict("none", "");
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.classify("none", "");
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.predictAt("none", 0, "");
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.classifyAt("none", 0, "");
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.predictWith("none", words, "");
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.classifyWith("none", words, "");
    }

    /// @dev A model of several pieces, and shards whose last piece is short, of lanes of 32 bits.
    function test_predict_readsAllPiecesOfAllShards() external {
        uint256[] memory sizes = sizesOf(100, 70, 3); // 7,283 parameters: 911 words in shards of 800 and 111
        uint256 dimension = parametersOf(sizes);
        Terms memory terms = plainTerms(32, 8, dimension);
        (terms.shardSize, terms.shardsPerMember) = (6400, 2);
        DirectSetup memory setup = withLayers(plainSetup(dimension), sizes);
        register("big", terms, setup);
        initialiseAll("big", terms);
        int256[] memory update = updateOf(3, dimension, 8);
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = encode(update, 0, 6400, 32, 8);
        aggregateShard("big", 0, 0, 1, 8, contextsOf(0, 1), payloads);
        payloads[0] = encode(update, 6400, dimension - 6400, 32, 8);
        aggregateShard("big", 0, 1, 1, 8, contextsOf(0, 1), payloads);
        (bytes memory first, bytes memory second) = (wordsOf("big", 0), wordsOf("big", 1));
        aggregator.seal("big", 0, 0, 2, first);
        aggregator.seal("big", 1, 0, 1, second);
        bytes memory input = new bytes(100);
        for (uint256 i; i < 100; ++i) {
            input[i] = bytes1(uint8(3 * i));
        }
        (uint32 version, int256[] memory outputs) = aggregator.predict("big", input);
        assertEq(version, 1);
        assertEq(outputs, aggregator.predictWith("big", bytes.concat(first, second), input));
    }

    // --- Moves ---

    function _refuseWords(bytes memory words, bytes memory reason) private {
        vm.expectRevert(reason);
        aggregator.predictWith("x", words, INPUT);
        vm.expectRevert(reason);
        aggregator.classifyWith("x", words, INPUT);
    }

    function _stale(uint256 shard, bytes memory words) private view returns (bytes memory) {
        bytes32 expected = aggregator.modelHash("x", shard);
        return abi.encodeWithSelector(IDirectAggregator.StaleModel.selector, shard, keccak256(words), expected);
    }

    function _allWords() private returns (bytes memory) {
        return bytes.concat(wordsOf("x", 0), wordsOf("x", 1), wordsOf("x", 2));
    }

    function _seal(uint256 shard) private {
        aggregator.seal("x", shard, 0, 1, wordsOf("x", shard));
    }

    function _sealAll() private {
        for (uint256 shard; shard < 3; ++shard) {
            if (!_isSealed(shard)) _seal(shard);
        }
    }

    function _isSealed(uint256 shard) private view returns (bool) {
        (uint32 version,) = aggregator.versionOf("x");
        return aggregator.pieceOf("x", version, shard, 0) != address(0);
    }

    function _train(uint256 round) private {
        for (uint256 shard; shard < 3; ++shard) {
            _trainShard(round, shard);
        }
    }

    function _trainShard(uint256 round, uint256 shard) private {
        bytes[] memory payloads = new bytes[](2);
        for (uint256 m; m < 2; ++m) {
            payloads[m] = encode(updateOf(10 * round + m, 192, 4), 64 * shard, shard == 2 ? 14 : 64, 16, 4);
        }
        aggregateShard("x", round, shard, 1, 8, contextsOf(round, 2), payloads);
    }
}
