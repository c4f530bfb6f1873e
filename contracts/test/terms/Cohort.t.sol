// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Cohort } from "../../src/terms/Cohort.sol";
import { Test } from "../Test.sol";

contract CohortTest is Test {
    function testFuzz_positionOf_undoesIndexOf(bytes32 seed, uint256 members, uint256 position) external pure {
        members = bound(members, 1, type(uint32).max);
        position = bound(position, 0, members - 1);
        uint256 index = Cohort.indexOf(seed, members, position);
        assertLt(index, members);
        assertEq(Cohort.positionOf(seed, members, index), position);
    }

    function testFuzz_indexOf_isABijection(bytes32 seed, uint256 members) external pure {
        members = bound(members, 1, 200);
        bool[] memory isTaken = new bool[](members);
        for (uint256 position; position < members; ++position) {
            uint256 index = Cohort.indexOf(seed, members, position);
            assertFalse(isTaken[index]);
            isTaken[index] = true;
        }
    }

    function testFuzz_halfBitsOf_isTheSmallestThatHolds(uint256 members) external pure {
        members = bound(members, 1, type(uint32).max);
        uint256 halfBits = Cohort.halfBitsOf(members);
        assertGe(1 << (2 * halfBits), members);
        assertTrue(halfBits == 1 || (1 << (2 * (halfBits - 1))) < members);
    }

    function testFuzz_assignmentOf_undoesShardOf(
        uint256 position,
        uint32 round,
        uint256 assigned,
        uint256 shardsPerMember,
        uint256 shards
    ) external pure {
        shards = bound(shards, 1, 256);
        shardsPerMember = bound(shardsPerMember, 1, shards);
        position = bound(position, 0, 255);
        assigned = bound(assigned, 0, shardsPerMember - 1);
        uint256 shard = Cohort.shardOf(position, round, assigned, shardsPerMember, shards);
        (bool isAssigned, uint256 found) = Cohort.assignmentOf(position, round, shard, shardsPerMember, shards);
        assertTrue(isAssigned);
        assertEq(found, assigned);
    }

    function testFuzz_expectedUpdates_countsAssignments(
        uint256 cohort,
        uint32 round,
        uint256 shardsPerMember,
        uint256 shards
    ) external pure {
        shards = bound(shards, 1, 40);
        shardsPerMember = bound(shardsPerMember, 1, shards);
        cohort = bound(cohort, 0, 20);
        for (uint256 shard; shard < shards; ++shard) {
            uint256 count;
            for (uint256 position; position < cohort; ++position) {
                (bool isAssigned,) = Cohort.assignmentOf(position, round, shard, shardsPerMember, shards);
                if (isAssigned) ++count;
            }
            assertEq(Cohort.expectedUpdates(cohort, round, shard, shardsPerMember, shards), count);
        }
    }

    function test_vectors_permutation() external view {
        string memory json = vm.readFile("../vectors/cohort.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".cases[", vm.toString(i), "]");
            bytes32 seed = vm.parseJsonBytes32(json, string.concat(path, ".seed"));
            uint256 members = vm.parseJsonUint(json, string.concat(path, ".members"));
            uint256[] memory indices = vm.parseJsonUintArray(json, string.concat(path, ".indices"));
            for (uint256 position; position < indices.length; ++position) {
                assertEq(Cohort.indexOf(seed, members, position), indices[position], path);
            }
        }
    }

    function test_vectors_assignments() external view {
        string memory json = vm.readFile("../vectors/cohort.json");
        uint256 count = vm.parseJsonUint(json, ".assignmentsCount");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".assignments[", vm.toString(i), "]");
            uint256 shards = vm.parseJsonUint(json, string.concat(path, ".shards"));
            uint256 perMember = vm.parseJsonUint(json, string.concat(path, ".shardsPerMember"));
            uint256 round = vm.parseJsonUint(json, string.concat(path, ".round"));
            uint256 cohort = vm.parseJsonUint(json, string.concat(path, ".cohort"));
            uint256[] memory assigned = vm.parseJsonUintArray(json, string.concat(path, ".assigned"));
            uint256[] memory expected = vm.parseJsonUintArray(json, string.concat(path, ".expected"));
            for (uint256 j; j < assigned.length; ++j) {
                assertEq(Cohort.shardOf(j / perMember, round, j % perMember, perMember, shards), assigned[j], path);
            }
            for (uint256 shard; shard < shards; ++shard) {
                assertEq(Cohort.expectedUpdates(cohort, round, shard, perMember, shards), expected[shard], path);
            }
        }
    }

    function test_vectors_keepers() external view {
        string memory json = vm.readFile("../vectors/cohort.json");
        uint256 count = vm.parseJsonUint(json, ".keepersCount");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".keepers[", vm.toString(i), "]");
            bytes32 seed = vm.parseJsonBytes32(json, string.concat(path, ".seed"));
            uint256 cohort = vm.parseJsonUint(json, string.concat(path, ".cohort"));
            uint256[] memory positions = vm.parseJsonUintArray(json, string.concat(path, ".positions"));
            for (uint256 shard; shard < positions.length; ++shard) {
                assertEq(Cohort.keeperPosition(seed, shard, cohort), positions[shard], path);
            }
        }
    }
}
