// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Codec } from "../../src/direct/lanes/Codec.sol";
import { Initial } from "../../src/direct/lanes/Initial.sol";
import { Network } from "../../src/direct/predict/Network.sol";
import { DirectSetup, Start, Tensor } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice A model's life: initialised chunk by chunk, aggregated shard by shard, asked; and what each step refuses.
contract DirectLifeTest is DirectFixture {
    // --- initialise ---

    function test_initialise_writesEachChunkOnceInAnyOrder() external {
        uint256 dimension = 512 * 16 * 2 + 5;
        Terms memory terms = plainTerms(16, 1, dimension);
        register("x", terms, plainSetup(dimension));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NoSuchChunk.selector, 3, 3));
        aggregator.initialise("x", 3, "");
        assertFalse(aggregator.initialise("x", 2, ""));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.ChunkAlreadyWritten.selector, 2));
        aggregator.initialise("x", 2, "");
        assertFalse(aggregator.initialise("x", 0, ""));
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 2, 3));
        aggregator.model("x", 0);
        assertTrue(aggregator.initialise("x", 1, ""));
        assertEq(aggregator.model("x", 0), encodeModel(new int256[](dimension), 0, dimension, 16));
    }

    function test_initialise_seeded_writesTheSeededIntegers() external {
        uint256 dimension = 512 * 8 + 100;
        Terms memory terms = plainTerms(32, 4, dimension);
        DirectSetup memory setup = plainSetup(dimension);
        setup.start = Start.Seeded;
        setup.seed = keccak256("seed");
        setup.tensors = new Tensor[](3);
        setup.tensors[0] = Tensor(4093, 1000);
        setup.tensors[1] = Tensor(10, 0);
        setup.tensors[2] = Tensor(uint32(dimension) - 4103, 7);
        register("x", terms, setup);
        initialiseAll("x", terms);
        int256[] memory values = decodeModel(aggregator.model("x", 0), dimension, 32);
        for (uint256 p; p < dimension; ++p) {
            uint256 a = p < 4093 ? 1000 : p < 4103 ? 0 : 7;
            uint256 u = uint32(uint256(hashOf(uint256(setup.seed), p / 8)) >> (32 * (p % 8)));
            assertEq(values[p], int256((u * (2 * a + 1)) >> 32) - int256(a));
        }
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.ChunkAlreadyWritten.selector, 0));
        aggregator.initialise("x", 0, "");
    }

    function test_initialise_given_checksLengthHashAndBound() external {
        uint256 dimension = 512 * 16 + 20;
        int256[] memory values = updateOf(7, dimension, 8);
        bytes memory all = encodeModel(values, 0, dimension, 16);
        bytes memory first = encodeModel(values, 0, 512 * 16, 16);
        bytes memory second = encodeModel(values, 512 * 16, 20, 16);
        DirectSetup memory setup = plainSetup(dimension);
        setup.start = Start.Given;
        setup.bound = 128;
        setup.chunks = new bytes32[](2);
        (setup.chunks[0], setup.chunks[1]) = (keccak256(first), keccak256(second));
        Terms memory terms = plainTerms(16, 4, dimension);
        register("x", terms, setup);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongChunkLength.selector, 64, 512 * 32));
        aggregator.initialise("x", 0, second);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongChunkLength.selector, 0, 64));
        aggregator.initialise("x", 1, "");
        bytes memory other = new bytes(64);
        bytes32 hash = keccak256(other);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.ChunkMismatch.selector, 1, hash, setup.chunks[1]));
        aggregator.initialise("x", 1, other);
        assertFalse(aggregator.initialise("x", 1, second));
        assertTrue(aggregator.initialise("x", 0, first));
        assertEq(aggregator.model("x", 0), all);

        setup.bound = 127;
        register("y", terms, setup);
        vm.expectPartialRevert(Initial.BoundExceeded.selector);
        aggregator.initialise("y", 0, first);
    }

    function test_initialise_refusesDataThatItDoesNotNeed() external {
        register("x", plainTerms(16, 4, 10), plainSetup(10));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongChunkLength.selector, 32, 0));
        aggregator.initialise("x", 0, new bytes(32));
    }

    // --- keys ---

    function test_models_areKeptForEachCoreApart() external {
        Terms memory terms = plainTerms(16, 4, 10);
        register("x", terms, plainSetup(10));
        initialiseAll("x", terms);
        bytes memory encoded = abi.encode(plainSetup(10));
        vm.startPrank(address(0xbeef));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, bytes32("x")));
        aggregator.model("x", 0);
        aggregator.register("x", terms, encoded);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 0, 1));
        aggregator.model("x", 0);
        vm.stopPrank();
        assertEq(aggregator.model("x", 0), encodeModel(new int256[](10), 0, 10, 16));
    }

    function test_everything_refusesUnknownIds() external {
        bytes memory reason = abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, bytes32("x"));
        vm.expectRevert(reason);
        aggregator.initialise("x", 0, "");
        vm.expectRevert(reason);
        aggregator.digest("x", 0, 0, "");
        vm.expectRevert(reason);
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
        vm.expectRevert(reason);
        aggregator.model("x", 0);
        vm.expectRevert(reason);
        aggregator.predict("x", "");
        vm.expectRevert(reason);
        aggregator.classify("x", "");
    }

    // --- digest and aggregate ---

    function testFuzz_digest_bindsContextShardAndPayload(bytes32 context, uint256 seed) external {
        Terms memory terms = plainTerms(16, 4, 130);
        terms.shardSize = 64;
        register("x", terms, plainSetup(130));
        bytes memory payload = encode(updateOf(seed, 64, 4), 0, 64, 16, 4);
        (bytes32 digest,) = aggregator.digest("x", context, 1, payload);
        assertEq(digest, keccak256(abi.encodePacked(context, uint256(1), payload)));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongPayloadLength.selector, 64, 32));
        aggregator.digest("x", context, 1, bytes.concat(payload, payload));
        vm.expectRevert(abi.encodeWithSelector(Codec.NonZeroPadding.selector, uint256(8) << 240));
        aggregator.digest("x", context, 2, abi.encodePacked(uint256(8) << 240));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 3, 3));
        aggregator.digest("x", context, 3, payload);
    }

    function test_aggregate_refusesWhatWasNotDigested() external {
        Terms memory terms = plainTerms(16, 4, 64);
        register("x", terms, plainSetup(64));
        bytes32[] memory contexts = contextsOf(1, 2);
        bytes32[] memory digests = new bytes32[](2);
        bytes[] memory payloads = new bytes[](2);
        for (uint256 m; m < 2; ++m) {
            payloads[m] = encode(updateOf(m, 64, 4), 0, 64, 16, 4);
            (digests[m],) = aggregator.digest("x", contexts[m], 0, payloads[m]);
        }
        bytes memory data = concat(payloads);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 0, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        initialiseAll("x", terms);

        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 1, 1));
        aggregator.aggregate("x", 0, 1, 1, 8, contexts, digests, data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDigestCount.selector, 1, 2));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, new bytes32[](1), data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 63, 64));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, new bytes(63));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, 9, 8));
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](9), digests, data);
        (payloads[0], payloads[1]) = (payloads[1], payloads[0]);
        bytes memory swapped = concat(payloads);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 0));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, swapped);
        data[63] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        assertEq(aggregator.model("x", 0), encodeModel(new int256[](64), 0, 64, 16), "unchanged");
        data[63] ^= 0x01;
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
    }

    function test_isFault_isNever() external {
        assertFalse(aggregator.isFault("x", 0, 0, 0, "proof"));
    }

    // --- overflow guarantee ---

    /// @dev Terms at the very edge of the guarantee, every member at the extreme in every round: no lane overflows.
    function test_lanes_holdTheWorstOfAllRounds() external {
        for (uint256 width; width < 4; ++width) {
            _driveToTheEdge(1 << width, true);
            _driveToTheEdge(1 << width, false);
        }
    }

    function _driveToTheEdge(uint256 bits, bool isLeast) private {
        bytes32 id = keccak256(abi.encode(bits, isLeast));
        Terms memory terms = plainTerms(16, bits, 300);
        terms.cohortSize = 5;
        terms.rounds = 6;
        uint256 unit = 5 * (1 << (bits - 1));
        uint256 gain = (32_767 / unit - 3) / 6;
        terms.gains = gain | (uint256((3 << 16) | (gain + 1)) << 48);
        DirectSetup memory setup = plainSetup(300);
        setup.start = Start.Seeded;
        setup.tensors[0].amplitude = uint32(32_767 - unit * (6 * gain + 3));
        register(id, terms, setup);
        initialiseAll(id, terms);
        int256[] memory naive = decodeModel(aggregator.model(id, 0), 300, 16);
        int256[] memory update = new int256[](300);
        for (uint256 p; p < 300; ++p) {
            int256 half = int256(1 << (bits - 1));
            update[p] = bits == 1 ? (isLeast ? int256(-1) : int256(1)) : isLeast ? -half : half - 1;
        }
        bytes[] memory payloads = new bytes[](5);
        for (uint256 m; m < 5; ++m) {
            payloads[m] = encode(update, 0, 300, 16, bits);
        }
        for (uint256 round; round < 6; ++round) {
            uint256 g = round < 3 ? gain : gain + 1;
            aggregateShard(id, round, 0, g, 5, contextsOf(round, 5), payloads);
            for (uint256 p; p < 300; ++p) {
                naive[p] += int256(g * 5) * update[p];
            }
        }
        assertEq(aggregator.model(id, 0), encodeModel(naive, 0, 300, 16));
        setup.tensors[0].amplitude += 1;
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_768, 32_768));
        aggregator.register("over", terms, abi.encode(setup));
    }

    // --- predict ---

    function test_predict_saysWhenTheModelIsInMotion() external {
        uint256[] memory sizes = sizesOf(8, 14, 4); // 186 parameters, three shards of 64
        Terms memory terms = plainTerms(16, 4, 186);
        terms.shardSize = 64;
        terms.shardsPerMember = 3;
        register("x", terms, withLayers(plainSetup(186), sizes));
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 0, 1));
        aggregator.predict("x", new bytes(8));
        initialiseAll("x", terms);
        aggregator.predict("x", new bytes(8));
        for (uint256 round = 5; round < 7; ++round) {
            for (uint256 s; s < 3; ++s) {
                aggregator.aggregate("x", round, s, 1, 8, new bytes32[](0), new bytes32[](0), "");
                if (s == 2) break;
                vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, round, s + 1));
                aggregator.predict("x", new bytes(8));
                vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.ModelInMotion.selector, round, s + 1));
                aggregator.classify("x", new bytes(8));
            }
            aggregator.predict("x", new bytes(8));
        }
    }

    function test_predict_ofASingleShardIsNeverInMotion() external {
        Terms memory terms = plainTerms(16, 4, 186);
        register("x", terms, withLayers(plainSetup(186), sizesOf(8, 14, 4)));
        initialiseAll("x", terms);
        aggregator.aggregate("x", 3, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
        (uint256 class, int256[] memory outputs) = aggregator.classify("x", new bytes(8));
        assertEq(class, 0);
        assertEq(outputs.length, 4);
    }

    function test_predict_refusesWithoutNetworkAndOtherInputs() external {
        Terms memory terms = plainTerms(16, 4, 186);
        register("none", terms, plainSetup(186));
        initialiseAll("none", terms);
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.predict("none", new bytes(8));
        register("x", terms, withLayers(plainSetup(186), sizesOf(8, 14, 4)));
        initialiseAll("x", terms);
        vm.expectRevert(abi.encodeWithSelector(Network.WrongInputLength.selector, 7, 8));
        aggregator.predict("x", new bytes(7));
    }

    function test_bytecode_isBelowTheLimitOfEIP170() external {
        uint256 size = address(aggregator).code.length;
        vm.snapshotValue("DirectAggregator", "runtime bytes", size);
        assertLt(size, 24_576);
    }
}
