// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "../direct/DirectFixture.sol";

/// @title Gas of the direct path
/// @notice 784-32-10, 2-bit updates, 16-bit lanes, no zero byte: what `aggregate` itself executes.
contract DirectGasTest is DirectFixture {
    uint256 internal constant DIMENSION = 25_450;
    bytes32 internal constant EIGHT = "eight";
    bytes32 internal constant SIXTEEN = "sixteen";

    function setUp() public override {
        super.setUp();
        DirectSetup memory setup = withLayers(plainSetup(DIMENSION), sizesOf(784, 32, 10));
        Terms memory terms = plainTerms(16, 2, DIMENSION);
        register(EIGHT, terms, setup);
        initialiseAll(EIGHT, terms);
        terms.cohortSize = 16;
        terms.shardSize = 12_800;
        terms.shardsPerMember = 2;
        register(SIXTEEN, terms, setup);
        initialiseAll(SIXTEEN, terms);
    }

    function test_aggregate_executesAtMost5GasAParameterAndMemberOfEight() external {
        assertLe(_measure(EIGHT, 0, DIMENSION, 8, "aggregate.members8"), 5 * DIMENSION * 8);
    }

    function test_aggregate_executesAtMost4GasAParameterAndMemberOfSixteen() external {
        uint256 gas = _measure(SIXTEEN, 0, 12_800, 16, "aggregate.members16.shard0");
        gas += _measure(SIXTEEN, 1, 12_650, 16, "aggregate.members16.shard1");
        assertLe(gas, 4 * DIMENSION * 16);
    }

    function _measure(bytes32 id, uint256 shard, uint256 length, uint256 members, string memory name)
        private
        returns (uint256)
    {
        bytes32[] memory contexts = contextsOf(shard, members);
        bytes32[] memory digests = new bytes32[](members);
        bytes[] memory payloads = new bytes[](members);
        for (uint256 m; m < members; ++m) {
            payloads[m] = densePayload(m, length, 16, 2);
            (digests[m],) = aggregator.digest(id, contexts[m], shard, payloads[m]);
        }
        bytes memory data = bytes.concat(wordsOf(id, shard), concat(payloads));
        vm.cool(address(aggregator));
        aggregator.aggregate(id, 0, shard, 1, members, contexts, digests, data);
        return vm.snapshotGasLastCall("DirectAggregator", name);
    }
}
