// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Codec } from "../../src/direct/lanes/Codec.sol";
import { Initial } from "../../src/direct/lanes/Initial.sol";
import { Network } from "../../src/direct/predict/Network.sol";
import { DirectSetup, Start } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice What the aggregator refuses once a federation is registered, and that a refusal changes nothing.
contract RefusalsTest is DirectFixture {
    function test_everything_isRefusedBeforeRegistration() external {
        bytes memory error_ = abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, bytes32("x"));
        vm.expectRevert(error_);
        aggregator.initialise("x", 0, "");
        vm.expectRevert(error_);
        aggregator.digest("x", "context", 0, "");
        vm.expectRevert(error_);
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
        vm.expectRevert(error_);
        aggregator.model("x", 0);
        vm.expectRevert(error_);
        aggregator.predict("x", "");
    }

    function test_otherCores_reachNothing() external {
        _start(64, 64);
        bytes memory error_ = abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, bytes32("x"));
        vm.prank(account("another core"));
        vm.expectRevert(error_);
        aggregator.model("x", 0);
        vm.prank(account("another core"));
        vm.expectRevert(error_);
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
    }

    function test_chunks_areWrittenOnceAndInAnyOrder() external {
        uint256 dimension = 16 * 512 + 1;
        Terms memory terms = plainTerms(16, 4, dimension);
        register("x", terms, plainSetup(dimension));
        assertFalse(aggregator.initialise("x", 1, ""));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.ChunkAlreadyWritten.selector, 1));
        aggregator.initialise("x", 1, "");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NoSuchChunk.selector, 2, 2));
        aggregator.initialise("x", 2, "");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongChunkLength.selector, 32, 0));
        aggregator.initialise("x", 0, new bytes(32));
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 1, 2));
        aggregator.model("x", 0);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 1, 2));
        aggregator.predict("x", "");
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 1, 2));
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
        assertTrue(aggregator.initialise("x", 0, ""));
        assertEq(aggregator.model("x", 0), encodeModel(new int256[](dimension), 0, dimension, 16));
    }

    function test_givenChunks_areTheOnesOfTheSetup() external {
        int256[] memory values = new int256[](20);
        (values[0], values[19]) = (100, -100);
        bytes memory data = encodeModel(values, 0, 20, 16);
        _give("given", data, 100);
        bytes memory other = encodeModel(new int256[](20), 0, 20, 16);
        vm.expectRevert(
            abi.encodeWithSelector(IDirectAggregator.ChunkMismatch.selector, 0, keccak256(other), keccak256(data))
        );
        aggregator.initialise("given", 0, other);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongChunkLength.selector, 0, 64));
        aggregator.initialise("given", 0, "");
        assertTrue(aggregator.initialise("given", 0, data));
        assertEq(aggregator.model("given", 0), data);
    }

    function test_givenIntegers_keepTheBoundAndThePaddingIsZero() external {
        int256[] memory values = new int256[](32);
        values[19] = -101;
        bytes memory data = encodeModel(values, 0, 20, 16);
        _give("beyond", data, 100);
        vm.expectRevert(abi.encodeWithSelector(Initial.BoundExceeded.selector, 19, int256(-101), 100));
        aggregator.initialise("beyond", 0, data);
        (values[19], values[31]) = (0, 1);
        data = encodeModel(values, 0, 32, 16);
        _give("padding", data, 100);
        vm.expectRevert(abi.encodeWithSelector(Initial.BoundExceeded.selector, 31, int256(1), 0));
        aggregator.initialise("padding", 0, data);
    }

    function test_digest_isOfAnUpdateInForm() external {
        _start(100, 64);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongPayloadLength.selector, 64, 32));
        aggregator.digest("x", "context", 0, new bytes(64));
        vm.expectRevert(abi.encodeWithSelector(Codec.NonZeroPadding.selector, 1 << 255));
        aggregator.digest("x", "context", 1, abi.encode(uint256(1 << 255)));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 2, 2));
        aggregator.digest("x", "context", 2, new bytes(32));
        (bytes32 digest, bool isBlank) = aggregator.digest("x", "context", 1, new bytes(32));
        assertTrue(isBlank);
        assertEq(digest, keccak256(abi.encodePacked(bytes32("context"), uint256(1), new bytes(32))));
    }

    function test_aggregate_refusesWhatTheDigestsDoNotStandFor() external {
        _start(64, 64);
        bytes32[] memory contexts = contextsOf(0, 2);
        bytes32[] memory digests = new bytes32[](2);
        bytes memory data = abi.encode(uint256(1), uint256(2));
        (digests[0],) = aggregator.digest("x", contexts[0], 0, abi.encode(uint256(1)));
        (digests[1],) = aggregator.digest("x", contexts[1], 0, abi.encode(uint256(3)));
        bytes32 before = keccak256(aggregator.model("x", 0));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        // The same bytes under the context of another member are another update.
        (digests[1],) = aggregator.digest("x", contexts[0], 0, abi.encode(uint256(2)));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 32, 64));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, new bytes(32));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDigestCount.selector, 1, 2));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, new bytes32[](1), data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, 9, 8));
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](9), new bytes32[](9), new bytes(9 * 32));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 1, 1));
        aggregator.aggregate("x", 0, 1, 1, 8, contexts, digests, data);
        assertEq(keccak256(aggregator.model("x", 0)), before);
    }

    function test_predict_needsANetworkAndAnInputOfItsLength() external {
        _start(64, 64);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NoNetwork.selector));
        aggregator.predict("x", "");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NoNetwork.selector));
        aggregator.classify("x", "");
        Terms memory terms = plainTerms(16, 4, 23);
        register("net", terms, withLayers(plainSetup(23), sizesOf(4, 3, 2)));
        initialiseAll("net", terms);
        vm.expectRevert(abi.encodeWithSelector(Network.WrongInputLength.selector, 3, 4));
        aggregator.predict("net", "abc");
        vm.expectRevert(abi.encodeWithSelector(Network.WrongInputLength.selector, 5, 4));
        aggregator.classify("net", "abcde");
        assertEq(aggregator.predict("net", "abcd").length, 2);
    }

    function test_predict_waitsWhileARoundHasFoldedInSomeShardsOnly() external {
        uint256[] memory sizes = sizesOf(4, 20, 2);
        uint256 dimension = parametersOf(sizes);
        Terms memory terms = plainTerms(16, 4, dimension);
        (terms.shardSize, terms.shardsPerMember) = (64, 3);
        register("net", terms, withLayers(plainSetup(dimension), sizes));
        initialiseAll("net", terms);
        for (uint256 round; round < 2; ++round) {
            for (uint256 shard; shard < 3; ++shard) {
                assertEq(aggregator.predict("net", "abcd").length, 2);
                if (shard > 0) continue;
                aggregateShard("net", round, 0, 1, 8, new bytes32[](0), new bytes[](0));
                vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, round, 1));
                aggregator.predict("net", "abcd");
                aggregateShard("net", round, 2, 1, 8, new bytes32[](0), new bytes[](0));
                vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, round, 2));
                aggregator.classify("net", "abcd");
                aggregateShard("net", round, 1, 1, 8, new bytes32[](0), new bytes[](0));
            }
        }
    }

    function test_isFault_isNeverSo() external view {
        assertFalse(aggregator.isFault("x", "context", 0, "digest", "proof"));
    }

    function _start(uint256 dimension, uint256 shardSize) private {
        Terms memory terms = plainTerms(16, 4, dimension);
        terms.shardSize = uint32(shardSize);
        register("x", terms, plainSetup(dimension));
        initialiseAll("x", terms);
    }

    /// @dev 20 parameters that start as `data`.
    function _give(bytes32 id, bytes memory data, uint32 limit) private {
        DirectSetup memory setup = plainSetup(20);
        setup.start = Start.Given;
        setup.bound = limit;
        setup.chunks = new bytes32[](1);
        setup.chunks[0] = keccak256(data);
        register(id, plainTerms(16, 4, 20), setup);
    }
}
