// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { IAggregator } from "../../src/interfaces/IAggregator.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "../direct/DirectFixture.sol";
import { AggregatorConformance } from "./AggregatorConformance.sol";

/// @notice The direct path conforms: 64 parameters and 37, 16 bits a lane, updates of 8 bits, one integer at a time.
contract DirectConformanceTest is AggregatorConformance, DirectFixture {
    uint256 private constant DIMENSION = 101;
    uint256 private constant SHARD_SIZE = 64;

    function setUp() public override {
        prepare();
    }

    function deployModule() internal override returns (IAggregator) {
        return IDirectAggregator(vm.deployCode("DirectAggregator.sol:DirectAggregator"));
    }

    function pathTerms() internal view override returns (Terms memory terms) {
        terms = plainTerms(16, 8, DIMENSION);
        terms.shardSize = uint32(SHARD_SIZE);
    }

    function pathSetup() internal pure override returns (bytes memory) {
        return abi.encode(plainSetup(DIMENSION));
    }

    function payloadOf(uint256 round, uint256 member, uint256 shard) internal pure override returns (bytes memory) {
        return encode(valuesOf(round, member), shard * SHARD_SIZE, lengthOf(shard), 16, 8);
    }

    function dataOf(uint256 round, uint256 member, uint256 shard) internal pure override returns (bytes memory) {
        return payloadOf(round, member, shard);
    }

    function modelAfter(uint256 rounds, uint256 shard) internal pure override returns (bytes memory) {
        int256[] memory sums = new int256[](DIMENSION);
        for (uint256 round; round < rounds; ++round) {
            for (uint256 m; m < COHORT; ++m) {
                int256[] memory values = valuesOf(round, m);
                for (uint256 p; p < DIMENSION; ++p) {
                    sums[p] += (round == 0 ? int256(1) : int256(3)) * values[p];
                }
            }
        }
        return encodeModel(sums, shard * SHARD_SIZE, lengthOf(shard), 16);
    }

    function wordsBefore(uint256 rounds, uint256 shard) internal pure override returns (bytes memory) {
        return modelAfter(rounds, shard);
    }

    function initialCalls() internal pure override returns (uint256) {
        return LAST_SHARD;
    }

    function carry(bytes memory payload) internal pure override { }

    function valuesOf(uint256 round, uint256 member) private pure returns (int256[] memory) {
        return updateOf(uint256(hashOf(round, member)), DIMENSION, 8);
    }

    function lengthOf(uint256 shard) private pure returns (uint256) {
        return shard == 0 ? SHARD_SIZE : DIMENSION - SHARD_SIZE;
    }
}
