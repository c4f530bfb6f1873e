// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Codec } from "../../src/direct/lanes/Codec.sol";
import { Initial } from "../../src/direct/lanes/Initial.sol";
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
        aggregator.modelHash("x", 0);
        vm.expectRevert(error_);
        aggregator.predict("x", "");
    }

    function test_otherCores_reachNothing() external {
        _start(64, 64);
        bytes memory error_ = abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, bytes32("x"));
        vm.prank(account("another core"));
        vm.expectRevert(error_);
        aggregator.modelHash("x", 0);
        vm.prank(account("another core"));
        vm.expectRevert(error_);
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
    }

    function test_halfInitialisedModels_answerNothing() external {
        Terms memory terms = plainTerms(16, 4, 65);
        terms.shardSize = 64;
        register("x", terms, plainSetup(65));
        assertFalse(aggregator.initialise("x", 1, ""));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 32, 0));
        aggregator.initialise("x", 0, new bytes(32));
        bytes memory reason = abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 1, 2);
        vm.expectRevert(reason);
        aggregator.modelHash("x", 0);
        vm.expectRevert(reason);
        aggregator.modelHash("x");
        vm.expectRevert(reason);
        aggregator.loggedAt("x", 1);
        vm.expectRevert(reason);
        aggregator.versionOf("x");
        vm.expectRevert(reason);
        aggregator.seal("x", 1, 0, 1, "");
        vm.expectRevert(reason);
        aggregator.predictWith("x", "", "");
        vm.expectRevert(reason);
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
        assertTrue(aggregator.initialise("x", 0, ""));
        assertEq(wordsOf("x", 0), encodeModel(new int256[](64), 0, 64, 16));
    }

    function test_givenWords_areTheOnesOfTheSetup() external {
        int256[] memory values = new int256[](20);
        (values[0], values[19]) = (100, -100);
        bytes memory data = encodeModel(values, 0, 20, 16);
        _give("given", data, 100);
        bytes memory other = encodeModel(new int256[](20), 0, 20, 16);
        vm.expectRevert(
            abi.encodeWithSelector(IDirectAggregator.ModelMismatch.selector, 0, keccak256(other), keccak256(data))
        );
        aggregator.initialise("given", 0, other);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 0, 64));
        aggregator.initialise("given", 0, "");
        assertTrue(aggregator.initialise("given", 0, data));
        assertEq(wordsOf("given", 0), data);
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
        bytes memory words = wordsOf("x", 0);
        bytes memory data = bytes.concat(words, abi.encode(uint256(1), uint256(2)));
        (digests[0],) = aggregator.digest("x", contexts[0], 0, abi.encode(uint256(1)));
        (digests[1],) = aggregator.digest("x", contexts[1], 0, abi.encode(uint256(3)));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        // The same bytes under the context of another member are another update.
        (digests[1],) = aggregator.digest("x", contexts[0], 0, abi.encode(uint256(2)));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 32, 192));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, new bytes(32));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDigestCount.selector, 1, 2));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, new bytes32[](1), data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, 9, 8));
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](9), new bytes32[](9), new bytes(9 * 32));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 1, 1));
        aggregator.aggregate("x", 0, 1, 1, 8, contexts, digests, data);
        assertEq(wordsOf("x", 0), words);
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
        setup.hashes = new bytes32[](1);
        setup.hashes[0] = keccak256(data);
        register(id, plainTerms(16, 4, 20), setup);
    }
}
