// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice `aggregate`, `digest` and `model` against one integer a parameter.
contract DirectAggregateTest is DirectFixture {
    /// @dev Members times parameters stay small, so that a run is cheap; the large shapes have a test of their own.
    function testFuzz_model_equalsNaiveSum(uint256 seed, uint256 dimension, uint256 cohort, uint256 width) external {
        cohort = bound(cohort, 1, 20);
        dimension = bound(dimension, 1, 1 + 120 / cohort);
        _checkRounds(seed, 16 << (width >> 2) % 2, 1 << (width % 4), dimension, cohort, dimension);
    }

    function testFuzz_model_equalsNaiveSumOverShards(uint256 seed, uint256 dimension, uint256 cohort, uint256 width)
        external
    {
        uint256 bits = 1 << (width % 4);
        dimension = bound(dimension, 1, 512 / bits + 16);
        cohort = bound(cohort, 1, bits < 4 ? 1 : bits / 2);
        _checkRounds(seed, 16 << (width >> 2) % 2, bits, dimension, cohort, 256 / bits);
    }

    function test_model_equalsNaiveSumOfLargeShapesOfEveryWidth() external {
        for (uint256 width; width < 8; ++width) {
            uint256 bits = 1 << (width % 4);
            uint256 laneBits = 16 << (width >> 2);
            _checkRounds(width, laneBits, bits, 301, 20, 301);
            _checkRounds(width, laneBits, bits, 801, 5, 256 / bits * (1 + width % 3));
        }
    }

    function test_aggregate_holdsFullCohortOfEveryWidth() external {
        uint8[4] memory widths = [1, 2, 4, 8];
        for (uint256 w; w < 4; ++w) {
            _checkExtreme(32, widths[w], 256, true);
            _checkExtreme(32, widths[w], 256, false);
        }
        _checkExtreme(16, 1, 256, true);
        _checkExtreme(16, 2, 256, true);
        _checkExtreme(16, 4, 256, true);
        _checkExtreme(16, 8, 254, true);
        _checkExtreme(16, 8, 254, false);
    }

    function test_aggregate_withoutUpdatesReturnsTheHashOfTheModel() external {
        Terms memory terms = plainTerms(16, 4, 100);
        register("x", terms, plainSetup(100));
        initialiseAll("x", terms);
        bytes32 hash = aggregateShard("x", 0, 0, 1, 8, new bytes32[](0), new bytes[](0));
        assertEq(hash, keccak256(wordsOf("x", 0)));
        assertEq(wordsOf("x", 0), encodeModel(new int256[](100), 0, 100, 16));
    }

    /// @dev Every size of a cohort, every member at the extreme: no lane reaches further than with the largest cohort.
    function test_aggregate_scalesTheGainOfASmallerCohort() external {
        for (uint256 cohort = 1; cohort <= 13; ++cohort) {
            for (uint256 width; width < 4; ++width) {
                _checkSmaller(1 << width, cohort, 1, true);
                _checkSmaller(1 << width, cohort, 3, false);
                _checkSmaller(1 << width, cohort, 2, true);
            }
        }
    }

    /// @dev `cohort` of 13 members, three shards of which each trains `shardsPerMember`, a gain at the guarantee's edge.
    function _checkSmaller(uint256 bits, uint256 cohort, uint256 shardsPerMember, bool isLeast) private {
        bytes32 id = keccak256(abi.encode(bits, cohort, shardsPerMember));
        uint256 size = 256 / bits;
        Terms memory terms = plainTerms(16, bits, 3 * size);
        (terms.cohortSize, terms.rounds, terms.shardSize) = (13, 1, uint32(size));
        terms.shardsPerMember = uint16(shardsPerMember);
        uint256 most = (13 * shardsPerMember + 2) / 3;
        terms.gains = 32_767 / (most << (bits - 1));
        register(id, terms, plainSetup(3 * size));
        initialiseAll(id, terms);

        uint256 updates = (cohort * shardsPerMember + 2) / 3;
        int256 half = int256(1 << (bits - 1));
        int256 value = bits == 1 ? (isLeast ? int256(-1) : int256(1)) : isLeast ? -half : half - 1;
        bytes[] memory payloads = _encodeAlike(terms, size, updates, value);
        aggregateShard(id, 0, 1, terms.gains, cohort, contextsOf(0, updates), payloads);
        value *= int256(updates * (terms.gains * most / updates));
        assertEq(wordsOf(id, 1), encodeModel(_filled(size, value), 0, terms.shardSize, 16));
        _checkOneMore(id, cohort, updates);
    }

    /// @dev More updates than the members of `cohort` that train a shard are refused.
    function _checkOneMore(bytes32 id, uint256 cohort, uint256 updates) private {
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, updates + 1, updates));
        aggregator.aggregate(id, 0, 2, 1, cohort, new bytes32[](updates + 1), new bytes32[](updates + 1), "");
    }

    /// @dev Two rounds of random updates, gains 1 and 2, members that come and go.
    function _checkRounds(
        uint256 seed,
        uint256 laneBits,
        uint256 bits,
        uint256 dimension,
        uint256 cohort,
        uint256 shardSize
    ) private {
        bytes32 id = keccak256(abi.encode(seed, laneBits, bits, shardSize));
        Terms memory terms = plainTerms(laneBits, bits, dimension);
        terms.cohortSize = uint16(cohort);
        terms.rounds = 2;
        terms.gains = 1 | (((1 << 16) | 2) << 48);
        terms.shardSize = uint32(shardSize);
        terms.shardsPerMember = uint16((dimension + shardSize - 1) / shardSize);
        register(id, terms, plainSetup(dimension));
        initialiseAll(id, terms);
        int256[] memory naive = new int256[](dimension);
        for (uint256 round; round < terms.rounds; ++round) {
            uint256 members = cohort - uint256(hashOf(seed, round)) % (cohort > 2 ? 3 : 1);
            int256[][] memory updates = new int256[][](members);
            for (uint256 m; m < members; ++m) {
                updates[m] = updateOf(uint256(hashOf(seed, 256 * round + m)), dimension, bits);
                for (uint256 p; p < dimension; ++p) {
                    naive[p] += int256(1 + round) * updates[m][p];
                }
            }
            for (uint256 s; s < terms.shardsPerMember; ++s) {
                _checkShard(id, terms, round, s, updates, naive);
            }
        }
    }

    /// @dev The cohort of `terms` is the round's; its gain is one more than its number.
    function _checkShard(
        bytes32 id,
        Terms memory terms,
        uint256 round,
        uint256 shard,
        int256[][] memory updates,
        int256[] memory model
    ) private {
        uint256 from = shard * terms.shardSize;
        uint256 length = terms.dimension - from < terms.shardSize ? terms.dimension - from : terms.shardSize;
        bytes[] memory payloads = _encodeAll(terms, updates, from, length);
        bytes32[] memory contexts = contextsOf(round, payloads.length);
        bytes32 hash = aggregateShard(id, round, shard, 1 + round, terms.cohortSize, contexts, payloads);
        bytes memory expected = encodeModel(model, from, length, terms.laneBits);
        assertEq(wordsOf(id, shard), expected, "model");
        assertEq(hash, keccak256(expected), "hash");
    }

    /// @dev Every member sends the most, or the least, of every lane; the model stays exact up to the guarantee's edge.
    function _checkExtreme(uint256 laneBits, uint256 bits, uint256 cohort, bool isLeast) private {
        uint256 dimension = 256 / bits + 5;
        bytes32 id = keccak256(abi.encode(laneBits, bits, isLeast));
        int256 half = int256(1 << (bits - 1));
        int256 value = bits == 1 ? (isLeast ? int256(-1) : int256(1)) : (isLeast ? -half : half - 1);
        Terms memory terms = plainTerms(laneBits, bits, dimension);
        terms.cohortSize = uint16(cohort);
        terms.rounds = 1;
        terms.gains = ((1 << (laneBits - 1)) - 1) / (cohort << (bits - 1));
        if (terms.gains > 0xffff) terms.gains = 0xffff;
        register(id, terms, plainSetup(dimension));
        initialiseAll(id, terms);
        bytes[] memory payloads = _encodeAlike(terms, terms.dimension, cohort, value);
        aggregateShard(id, 0, 0, terms.gains, cohort, contextsOf(0, cohort), payloads);
        value *= int256(cohort * terms.gains);
        assertEq(wordsOf(id, 0), encodeModel(_filled(dimension, value), 0, terms.dimension, terms.laneBits));
    }

    /// @dev The same update as often as asked for, `length` times `value`.
    function _encodeAlike(Terms memory terms, uint256 length, uint256 count, int256 value)
        private
        pure
        returns (bytes[] memory)
    {
        int256[][] memory updates = new int256[][](count);
        for (uint256 m; m < count; ++m) {
            updates[m] = m == 0 ? _filled(length, value) : updates[0];
        }
        return _encodeAll(terms, updates, 0, length);
    }

    function _filled(uint256 length, int256 value) private pure returns (int256[] memory values) {
        values = new int256[](length);
        for (uint256 p; p < length; ++p) {
            values[p] = value;
        }
    }

    function _encodeAll(Terms memory terms, int256[][] memory updates, uint256 from, uint256 length)
        private
        pure
        returns (bytes[] memory payloads)
    {
        payloads = new bytes[](updates.length);
        for (uint256 m; m < updates.length; ++m) {
            payloads[m] = encode(updates[m], from, length, terms.laneBits, terms.bits);
        }
    }
}
