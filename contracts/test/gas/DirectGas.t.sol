// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "../direct/DirectFixture.sol";

/// @title Gas of the direct path
/// @notice 784-32-10, 4-bit updates, 16-bit lanes, no zero byte: what `aggregate` and `predict` themselves execute.
contract DirectGasTest is DirectFixture {
    uint256 internal constant DIMENSION = 25_450;
    bytes32 internal constant EIGHT = "eight";
    bytes32 internal constant SIXTEEN = "sixteen";

    function setUp() public override {
        super.setUp();
        DirectSetup memory setup = withLayers(plainSetup(DIMENSION), sizesOf(784, 32, 10));
        Terms memory terms = plainTerms(16, 4, DIMENSION);
        register(EIGHT, terms, setup);
        initialiseAll(EIGHT, terms);
        terms.cohortSize = 16;
        terms.shardSize = 12_736;
        terms.shardsPerMember = 2;
        register(SIXTEEN, terms, setup);
        initialiseAll(SIXTEEN, terms);
    }

    function test_aggregate_costsThreeGasAParameterAndMemberOfEight() external {
        uint256 gas = _measure(EIGHT, 0, DIMENSION, 8, "aggregate.members8");
        uint256 words = (DIMENSION + 15) / 16;
        uint256 each = (gas - words * 5000) * 1000 / (DIMENSION * 8);
        vm.snapshotValue("DirectAggregator", "aggregate.members8.milligasAParameterAndMemberWithoutStorage", each);
        assertLe(each, 3000);
    }

    function test_aggregate_costsTwoAndAHalfGasAParameterAndMemberOfSixteen() external {
        uint256 gas = _measure(SIXTEEN, 0, 12_736, 16, "aggregate.members16.shard0");
        gas += _measure(SIXTEEN, 1, 12_714, 16, "aggregate.members16.shard1");
        uint256 words = (DIMENSION + 15) / 16;
        uint256 each = (gas - words * 5000) * 1000 / (DIMENSION * 16);
        vm.snapshotValue("DirectAggregator", "aggregate.members16.milligasAParameterAndMemberWithoutStorage", each);
        assertLe(each, 2500);
    }

    function test_predict_staysUnderItsLimitAMultiplyAccumulate() external {
        bytes memory input = new bytes(784);
        for (uint256 j; j < 784; ++j) {
            input[j] = bytes1(uint8(uint256(keccak256(abi.encode(j)))));
        }
        aggregator.predict(EIGHT, input);
        uint256 gas = vm.snapshotGasLastCall("DirectAggregator", "predict.784-32-10");
        uint256 words = (DIMENSION + 15) / 16;
        uint256 each = (gas - words * 2100) * 1000 / (784 * 32 + 32 * 10);
        vm.snapshotValue("DirectAggregator", "predict.784-32-10.milligasAMultiplyAccumulateWithoutStorage", each);
        assertLe(each, 6000);
    }

    function _measure(bytes32 id, uint256 shard, uint256 length, uint256 members, string memory name)
        private
        returns (uint256)
    {
        bytes32[] memory contexts = contextsOf(shard, members);
        bytes32[] memory digests = new bytes32[](members);
        bytes[] memory payloads = new bytes[](members);
        for (uint256 m; m < members; ++m) {
            payloads[m] = densePayload(m, length, 16, 4);
            (digests[m],) = aggregator.digest(id, contexts[m], shard, payloads[m]);
        }
        bytes memory data = concat(payloads);
        vm.cool(address(aggregator));
        aggregator.aggregate(id, 0, shard, 1, members, contexts, digests, data);
        return vm.snapshotGasLastCall("DirectAggregator", name);
    }
}
