// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Codec } from "../../src/direct/lanes/Codec.sol";
import { Initial } from "../../src/direct/lanes/Initial.sol";
import { DirectSetup, Start, Tensor } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice A model's life: initialised and aggregated shard by shard; and what each step refuses.
contract DirectLifeTest is DirectFixture {
    // --- initialise ---

    function test_initialise_takesEachShardOnceInAnyOrder() external {
        Terms memory terms = plainTerms(16, 1, 600);
        terms.shardSize = 256;
        register("x", terms, plainSetup(600));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 3, 3));
        aggregator.initialise("x", 3, "");
        assertFalse(aggregator.initialise("x", 2, ""));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.ShardAlreadyInitialised.selector, 2));
        aggregator.initialise("x", 2, "");
        assertFalse(aggregator.initialise("x", 0, ""));
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 2, 3));
        aggregator.modelHash("x", 0);
        assertTrue(aggregator.initialise("x", 1, ""));
        assertEq(wordsOf("x", 0), encodeModel(new int256[](256), 0, 256, 16));
        assertEq(wordsOf("x", 2), encodeModel(new int256[](88), 0, 88, 16));
    }

    /// @dev Shards are made one by one and equal the whole, whatever tensors they share.
    function test_initialise_seeded_ofSeveralShardsEqualsOneShard() external {
        Terms memory terms = plainTerms(16, 4, 300);
        DirectSetup memory setup = plainSetup(300);
        setup.start = Start.Seeded;
        setup.seed = keccak256("seed");
        setup.tensors = new Tensor[](3);
        (setup.tensors[0], setup.tensors[1], setup.tensors[2]) = (Tensor(60, 100), Tensor(7, 5), Tensor(233, 300));
        register("whole", terms, setup);
        initialiseAll("whole", terms);
        terms.shardSize = 64;
        register("parts", terms, setup);
        initialiseAll("parts", terms);
        bytes memory parts;
        for (uint256 shard; shard < 5; ++shard) {
            parts = bytes.concat(parts, wordsOf("parts", shard));
        }
        assertEq(parts, wordsOf("whole", 0));
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
        int256[] memory values = decodeModel(wordsOf("x", 0), dimension, 32);
        for (uint256 p; p < dimension; ++p) {
            uint256 a = p < 4093 ? 1000 : p < 4103 ? 0 : 7;
            uint256 u = uint32(uint256(hashOf(uint256(setup.seed), p / 8)) >> (32 * (p % 8)));
            assertEq(values[p], int256((u * (2 * a + 1)) >> 32) - int256(a));
        }
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.ShardAlreadyInitialised.selector, 0));
        aggregator.initialise("x", 0, "");
    }

    function test_initialise_given_checksLengthHashAndBound() external {
        int256[] memory values = updateOf(7, 84, 8);
        bytes memory first = encodeModel(values, 0, 64, 16);
        bytes memory second = encodeModel(values, 64, 20, 16);
        DirectSetup memory setup = plainSetup(84);
        setup.start = Start.Given;
        setup.bound = 128;
        setup.hashes = new bytes32[](2);
        (setup.hashes[0], setup.hashes[1]) = (keccak256(first), keccak256(second));
        Terms memory terms = plainTerms(16, 4, 84);
        terms.shardSize = 64;
        register("x", terms, setup);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 64, 128));
        aggregator.initialise("x", 0, second);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 0, 64));
        aggregator.initialise("x", 1, "");
        bytes memory other = new bytes(64);
        bytes32 hash = keccak256(other);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.ModelMismatch.selector, 1, hash, setup.hashes[1]));
        aggregator.initialise("x", 1, other);
        assertFalse(aggregator.initialise("x", 1, second));
        assertTrue(aggregator.initialise("x", 0, first));
        assertEq(wordsOf("x", 0), first);
        assertEq(wordsOf("x", 1), second);

        setup.bound = 127;
        register("y", terms, setup);
        vm.expectPartialRevert(Initial.BoundExceeded.selector);
        aggregator.initialise("y", 0, first);
    }

    function test_initialise_refusesDataThatItDoesNotNeed() external {
        register("x", plainTerms(16, 4, 10), plainSetup(10));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 32, 0));
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
        aggregator.modelHash("x", 0);
        aggregator.register("x", terms, encoded);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 0, 1));
        aggregator.modelHash("x", 0);
        vm.stopPrank();
        assertEq(wordsOf("x", 0), encodeModel(new int256[](10), 0, 10, 16));
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
        aggregator.modelHash("x", 0);
        vm.expectRevert(reason);
        aggregator.modelHash("x");
        vm.expectRevert(reason);
        aggregator.loggedAt("x", 0);
        vm.expectRevert(reason);
        aggregator.versionOf("x");
        vm.expectRevert(reason);
        aggregator.seal("x", 0, 0, 1, "");
        vm.expectRevert(reason);
        aggregator.sealingOf("x");
        assertEq(aggregator.pieceOf("x", 0, 0, 0), address(0));
        vm.expectRevert(reason);
        aggregator.predict("x", "");
        vm.expectRevert(reason);
        aggregator.classify("x", "");
        vm.expectRevert(reason);
        aggregator.predictAt("x", 0, "");
        vm.expectRevert(reason);
        aggregator.classifyAt("x", 0, "");
        vm.expectRevert(reason);
        aggregator.predictWith("x", "", "");
        vm.expectRevert(reason);
        aggregator.classifyWith("x", "", "");
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
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.NotInitialised.selector, 0, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, concat(payloads));
        initialiseAll("x", terms);
        bytes memory words = wordsOf("x", 0);
        bytes memory data = bytes.concat(words, concat(payloads));

        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 1, 1));
        aggregator.aggregate("x", 0, 1, 1, 8, contexts, digests, data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDigestCount.selector, 1, 2));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, new bytes32[](1), data);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 63, 192));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, new bytes(63));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, 9, 8));
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](9), digests, data);
        (payloads[0], payloads[1]) = (payloads[1], payloads[0]);
        bytes memory swapped = bytes.concat(words, concat(payloads));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 0));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, swapped);
        data[191] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 1));
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        assertEq(wordsOf("x", 0), words, "unchanged");
        data[191] ^= 0x01;
        aggregator.aggregate("x", 0, 0, 1, 8, contexts, digests, data);
        assertNotEq(keccak256(wordsOf("x", 0)), keccak256(words));
    }

    /// @dev Who does not have the model as it is cannot aggregate: no words of another shard, round or federation, no
    ///      bit wrong, none missing, none too many.
    function test_aggregate_refusesOtherWords() external {
        Terms memory terms = plainTerms(16, 4, 128);
        terms.shardSize = 64;
        register("x", terms, plainSetup(128));
        initialiseAll("x", terms);
        bytes memory before = wordsOf("x", 0);
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = encode(updateOf(1, 64, 4), 0, 64, 16, 4);
        aggregateShard("x", 0, 0, 1, 8, contextsOf(0, 1), payloads);
        bytes memory words = wordsOf("x", 0);

        _refuse(payloads[0], abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 32, 160));
        _refuse(
            bytes.concat(words, payloads[0], bytes32(0)),
            abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 192, 160)
        );
        _refuse("", abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 0, 160));
        _refuse(bytes.concat(before, payloads[0]), _stale(before, words));
        bytes memory other = wordsOf("x", 1);
        _refuse(bytes.concat(other, payloads[0]), _stale(other, words));
        _refuse(bytes.concat(payloads[0], words), _stale(bytes.concat(payloads[0], _head(words, 96)), words));
        for (uint256 bit; bit < 8 * words.length; bit += 31) {
            bytes memory wrong = bytes.concat(words);
            wrong[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
            _refuse(bytes.concat(wrong, payloads[0]), _stale(wrong, words));
        }
        assertEq(wordsOf("x", 0), words);
    }

    function test_aggregate_withoutUpdatesTakesNoWords() external {
        Terms memory terms = plainTerms(16, 4, 64);
        register("x", terms, plainSetup(64));
        initialiseAll("x", terms);
        bytes memory words = wordsOf("x", 0);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 128, 0));
        aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), words);
        vm.roll(2000);
        bytes32 hash = aggregator.aggregate("x", 0, 0, 1, 8, new bytes32[](0), new bytes32[](0), "");
        assertEq(hash, keccak256(words));
        assertEq(aggregator.loggedAt("x", 0), 1, "where the words are");
        (uint32 version,) = aggregator.versionOf("x");
        assertEq(version, 1, "the round counts");
    }

    /// @dev A payload of shard 0 in round 1, under the context that `contextsOf` gives its only member.
    function _refuse(bytes memory data, bytes memory reason) private {
        bytes32[] memory contexts = contextsOf(1, 1);
        bytes32[] memory digests = new bytes32[](1);
        (digests[0],) = aggregator.digest("x", contexts[0], 0, encode(updateOf(1, 64, 4), 0, 64, 16, 4));
        vm.expectRevert(reason);
        aggregator.aggregate("x", 1, 0, 1, 8, contexts, digests, data);
    }

    function _stale(bytes memory words, bytes memory expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDirectAggregator.StaleModel.selector, 0, keccak256(words), keccak256(expected));
    }

    function _head(bytes memory words, uint256 length) private pure returns (bytes memory head) {
        head = bytes.concat(words);
        assembly ("memory-safe") {
            mstore(head, length)
        }
    }

    // --- what is known of the model ---

    /// @dev 11 shards: block numbers of four are in the slot of versions, those of the others six in a slot.
    function test_loggedAt_namesTheBlockOfEachShardsWords() external {
        Terms memory terms = plainTerms(16, 4, 64 * 11);
        terms.shardSize = 64;
        register("x", terms, plainSetup(64 * 11));
        for (uint256 shard; shard < 11; ++shard) {
            vm.roll(100 + shard);
            aggregator.initialise("x", shard, "");
        }
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = encode(updateOf(1, 64, 4), 0, 64, 16, 4);
        for (uint256 round; round < 2; ++round) {
            for (uint256 k; k < 11; ++k) {
                uint256 shard = (7 * k) % 11;
                (uint32 version, uint32 shardsDone) = aggregator.versionOf("x");
                assertEq(version, round);
                assertEq(shardsDone, k);
                vm.roll(1000 * (round + 1) + shard);
                aggregateShard("x", round, shard, 1, 8, contextsOf(round, 1), payloads);
            }
            for (uint256 shard; shard < 11; ++shard) {
                assertEq(aggregator.loggedAt("x", shard), 1000 * (round + 1) + shard);
            }
        }
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 11, 11));
        aggregator.loggedAt("x", 11);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 11, 11));
        aggregator.modelHash("x", 11);
    }

    function test_modelHash_isOfTheShardsHashes() external {
        Terms memory terms = plainTerms(16, 4, 100);
        register("one", terms, plainSetup(100));
        initialiseAll("one", terms);
        assertEq(aggregator.modelHash("one"), keccak256(wordsOf("one", 0)));
        terms.shardSize = 64;
        register("two", terms, plainSetup(100));
        initialiseAll("two", terms);
        bytes32 expected = keccak256(abi.encode(keccak256(wordsOf("two", 0)), keccak256(wordsOf("two", 1))));
        assertEq(aggregator.modelHash("two"), expected);
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
        int256[] memory naive = decodeModel(wordsOf(id, 0), 300, 16);
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
        assertEq(wordsOf(id, 0), encodeModel(naive, 0, 300, 16));
        setup.tensors[0].amplitude += 1;
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_768, 32_768));
        aggregator.register("over", terms, abi.encode(setup));
    }

    function test_bytecode_isBelowTheLimitOfEIP170() external {
        uint256 size = address(aggregator).code.length;
        vm.snapshotValue("DirectAggregator", "runtime bytes", size);
        assertLt(size, 24_576);
    }
}
