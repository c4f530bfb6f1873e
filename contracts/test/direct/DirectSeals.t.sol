// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice How versions become code: pieces in any order and by anyone, each once, all of one version.
/// @dev Two shards of 800 and 50 words: pieces of 767, 33 and 50 words. Updates of 8 bits.
contract DirectSealsTest is DirectFixture {
    uint256 private constant FIRST = 800 * 16;
    uint256 private constant DIMENSION = FIRST + 50 * 16 - 3;

    function setUp() public override {
        super.setUp();
        Terms memory terms = plainTerms(16, 8, DIMENSION);
        (terms.shardSize, terms.shardsPerMember) = (uint32(FIRST), 2);
        register("x", terms, plainSetup(DIMENSION));
        initialiseAll("x", terms);
    }

    function test_seal_writesTheWordsIntoCode() external {
        _train(0);
        bytes memory first = wordsOf("x", 0);
        bytes memory second = wordsOf("x", 1);
        _assertSealing(false, 0, 1, 0);
        _assertSealed(aggregatorSeal(0, 0, 2), 800, 800);
        _assertSealing(false, 0, 1, 800);
        _assertSealed(aggregatorSeal(1, 0, 1), 50, 850);
        _assertSealing(true, 1, 1, 850);
        assertEq(_codeOf(1, 0, 0), bytes.concat(hex"00", bytes20(0), _slice(first, 0, 767)));
        assertEq(_codeOf(1, 0, 1), bytes.concat(hex"00", _linkTo(0, 0), _slice(first, 767, 800)));
        assertEq(_codeOf(1, 1, 0), bytes.concat(hex"00", _linkTo(0, 1), second));
    }

    function test_seal_takesPiecesInAnyOrder() external {
        uint256[3] memory order = [uint256(2), 0, 1];
        for (uint256 rotation; rotation < 6; ++rotation) {
            uint256 done;
            for (uint256 k; k < 3; ++k) {
                uint256 at = rotation < 3 ? order[(k + rotation) % 3] : order[(2 + rotation - k) % 3];
                uint256 size = at == 0 ? 767 : at == 1 ? 33 : 50;
                done += size;
                _assertSealed(at == 2 ? aggregatorSeal(1, 0, 1) : aggregatorSeal(0, at, 1), size, done);
                _assertSealing(
                    rotation > 0 || k == 2, k == 2 || rotation == 0 ? rotation : rotation - 1, rotation, done
                );
            }
            _train(rotation);
        }
    }

    function test_seal_takesEachPieceOnce() external {
        aggregatorSeal(0, 1, 1);
        _refuse(0, 1, 1, wordsOf("x", 0), _alreadySealed(0, 1, 0));
        _refuse(0, 0, 2, wordsOf("x", 0), _alreadySealed(0, 1, 0));
        assertEq(aggregator.pieceOf("x", 0, 0, 0), address(0), "a refused call writes nothing");
        aggregatorSeal(0, 0, 1);
        aggregatorSeal(1, 0, 1);
        _refuse(0, 0, 1, wordsOf("x", 0), _alreadySealed(0, 0, 0));
        _refuse(1, 0, 1, wordsOf("x", 1), _alreadySealed(1, 0, 0));
        // The next version has pieces of its own.
        _train(0);
        aggregatorSeal(0, 0, 2);
    }

    /// @dev Pieces of two versions never make one.
    function test_seal_countsEachVersionApart() external {
        aggregatorSeal(0, 0, 2);
        _train(0);
        aggregatorSeal(1, 0, 1);
        _assertSealing(false, 0, 1, 50);
        assertEq(aggregator.pieceOf("x", 0, 1, 0), address(0));
        assertEq(aggregator.pieceOf("x", 1, 0, 0), address(0));
        aggregatorSeal(0, 1, 1);
        _assertSealing(false, 0, 1, 83);
        aggregatorSeal(0, 0, 1);
        _assertSealing(true, 1, 1, 850);
        _train(1);
        _assertSealing(true, 1, 2, 0);
    }

    function test_seal_waitsWhileTheModelIsInMotion() external {
        aggregatorSeal(0, 0, 1);
        _trainShard(0, 1);
        _refuse(0, 1, 1, wordsOf("x", 0), abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, 0, 1));
        _refuse(1, 0, 1, wordsOf("x", 1), abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, 0, 1));
        _trainShard(0, 0);
        aggregatorSeal(0, 0, 2);
        aggregatorSeal(1, 0, 1);
        _assertSealing(true, 1, 1, 850);
    }

    function test_seal_refusesOtherWords() external {
        bytes memory before = wordsOf("x", 0);
        _train(0);
        bytes memory words = wordsOf("x", 0);
        _refuse(0, 0, 1, before, _stale(0, before));
        bytes memory wrong = bytes.concat(words);
        wrong[799 * 32 + 31] ^= 0x01;
        _refuse(0, 0, 1, wrong, _stale(0, wrong));
        bytes memory other = _slice(words, 0, 50);
        _refuse(1, 0, 1, other, _stale(1, other));
        _refuse(0, 0, 1, "", abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 0, 800 * 32));
        _refuse(0, 0, 1, other, abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 1600, 800 * 32));
        wrong = bytes.concat(words, bytes32(0));
        _refuse(0, 0, 1, wrong, abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 801 * 32, 800 * 32));
        _assertSealing(false, 0, 1, 0);
    }

    function test_seal_refusesPiecesThatThereAreNot() external {
        bytes memory words = wordsOf("x", 0);
        _refuse(0, 2, 1, words, abi.encodeWithSelector(IDirectAggregator.PieceOutOfRange.selector, 2, 2));
        _refuse(0, 0, 0, words, abi.encodeWithSelector(IDirectAggregator.PieceOutOfRange.selector, 0, 2));
        _refuse(0, 0, 3, words, abi.encodeWithSelector(IDirectAggregator.PieceOutOfRange.selector, 2, 2));
        _refuse(
            0, 1, type(uint256).max, words, abi.encodeWithSelector(IDirectAggregator.PieceOutOfRange.selector, 2, 2)
        );
        _refuse(2, 0, 1, words, abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 2, 2));
    }

    /// @dev Pieces are counted over all shards inside: one too many of a shard is not the next shard's.
    function test_pieceOf_isZeroForWhatThereIsNot() external {
        aggregatorSeal(1, 0, 1);
        assertTrue(aggregator.pieceOf("x", 0, 1, 0) != address(0));
        assertEq(aggregator.pieceOf("x", 0, 0, 2), address(0));
        assertEq(aggregator.pieceOf("x", 0, 2, 0), address(0));
        assertEq(aggregator.pieceOf("x", 0, 1, 1), address(0));
        assertEq(aggregator.pieceOf("x", 1, 1, 0), address(0));
        vm.prank(account("another core"));
        assertEq(aggregator.pieceOf("x", 0, 1, 0), address(0));
    }

    function test_seal_isEachCoresOwn() external {
        bytes memory words = wordsOf("x", 0);
        vm.prank(account("another core"));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, bytes32("x")));
        aggregator.seal("x", 0, 0, 1, words);
    }

    // --- Moves ---

    function aggregatorSeal(uint256 shard, uint256 first, uint256 count) private returns (uint256[3] memory counts) {
        (counts[0], counts[1], counts[2]) = aggregator.seal("x", shard, first, count, wordsOf("x", shard));
    }

    function _train(uint256 round) private {
        _trainShard(round, 0);
        _trainShard(round, 1);
    }

    function _trainShard(uint256 round, uint256 shard) private {
        uint256 length = shard == 0 ? FIRST : DIMENSION - FIRST;
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = densePayload(round, length, 16, 8);
        aggregateShard("x", round, shard, 1, 8, contextsOf(round, 1), payloads);
    }

    function _refuse(uint256 shard, uint256 first, uint256 count, bytes memory words, bytes memory reason) private {
        vm.expectRevert(reason);
        aggregator.seal("x", shard, first, count, words);
    }

    function _alreadySealed(uint256 shard, uint256 piece, uint256 version) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDirectAggregator.PieceAlreadySealed.selector, shard, piece, version);
    }

    function _stale(uint256 shard, bytes memory words) private view returns (bytes memory) {
        bytes32 expected = aggregator.modelHash("x", shard);
        return abi.encodeWithSelector(IDirectAggregator.StaleModel.selector, shard, keccak256(words), expected);
    }

    function _assertSealed(uint256[3] memory counts, uint256 written, uint256 done) private pure {
        assertEq(counts[0], written, "written");
        assertEq(counts[1], done, "done");
        assertEq(counts[2], 850, "total");
    }

    function _assertSealing(bool isSealed, uint256 sealedVersion, uint256 version, uint256 done) private view {
        (bool isSealed_, uint32 sealedVersion_, uint32 version_, uint256 done_, uint256 total) =
            aggregator.sealingOf("x");
        assertEq(isSealed_, isSealed);
        assertEq(sealedVersion_, sealedVersion, "sealed version");
        assertEq(version_, version, "version");
        assertEq(done_, done, "done");
        assertEq(total, 850, "total");
    }

    /// @dev What a piece says of the one before it.
    function _linkTo(uint256 shard, uint256 piece) private view returns (bytes20) {
        return bytes20(aggregator.pieceOf("x", 1, shard, piece));
    }

    function _codeOf(uint32 version, uint256 shard, uint256 piece) private view returns (bytes memory) {
        return aggregator.pieceOf("x", version, shard, piece).code;
    }

    /// @dev Words `from` to `to − 1`.
    function _slice(bytes memory words, uint256 from, uint256 to) private pure returns (bytes memory slice) {
        slice = new bytes(32 * (to - from));
        assembly ("memory-safe") {
            mcopy(add(slice, 0x20), add(add(words, 0x20), mul(32, from)), mload(slice))
        }
    }
}
