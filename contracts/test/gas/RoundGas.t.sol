// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFederationFixture } from "../integration/DirectFederationFixture.sol";

/// @title Gas of a whole steady round
/// @notice 784-32-10, 25,450 parameters, 4-bit updates, 16-bit lanes, no zero byte: everything that the round's
///         transactions cost, for one parameter of one member.
/// @dev Tests are isolated: each call is a transaction of its own, storage cold, intrinsic gas and calldata included. From
///      EIP-7623 on a transaction costs at least `21000 + 10·tokens`, `tokens = zero bytes + 4 · other bytes`, which the
///      suite adds itself, as it runs under an older fork. The round is the second: rewards have been written before, as
///      in every round but the first.
abstract contract RoundGas is DirectFederationFixture {
    uint256 internal constant DIMENSION = 25_450;

    bytes32 internal id;
    Terms internal terms;

    function prepare(uint256 members, uint256 shardSize) internal {
        super.setUp();
        terms = federationTerms(16, 4, DIMENSION, members);
        terms.bounty = 1e18;
        terms.keeperPay = 1e12;
        terms.shardSize = uint32(shardSize);
        terms.shardsPerMember = uint16((DIMENSION + shardSize - 1) / shardSize);
        id = openFederation(terms, withLayers(plainSetup(DIMENSION), sizesOf(784, 32, 10)));
        for (uint256 p; p < members; ++p) {
            vm.prank(person(p));
            core.submit(id, 0, 0, payloadsOf(0, p), "", "");
        }
        skip(1);
        for (uint256 s; s < terms.shardsPerMember; ++s) {
            core.aggregate(id, 0, uint16(s), dataOf(0, s));
        }
    }

    function payloadsOf(uint256 round, uint256 position) internal view returns (bytes[] memory payloads) {
        Terms memory t = terms;
        payloads = new bytes[](t.shardsPerMember);
        for (uint256 k; k < payloads.length; ++k) {
            uint256 shard = assignedOf(t, position, round, k);
            (, uint256 length) = shardOf(t, shard);
            payloads[k] = densePayload(uint256(hashOf(round, 256 * position + shard)), length, 16, 4);
        }
    }

    function dataOf(uint256 round, uint256 shard) internal view returns (bytes memory) {
        Terms memory t = terms;
        (, uint256 length) = shardOf(t, shard);
        bytes[] memory payloads = new bytes[](t.cohortSize);
        for (uint256 p; p < payloads.length; ++p) {
            payloads[p] = densePayload(uint256(hashOf(round, 256 * p + shard)), length, 16, 4);
        }
        return concat(payloads);
    }

    /// @dev What a transaction costs whose gas under the older rules was measured.
    function withFloor(bytes memory input, uint256 measured) internal pure returns (uint256) {
        uint256 tokens;
        for (uint256 i; i < input.length; ++i) {
            tokens += input[i] == 0 ? 1 : 4;
        }
        uint256 least = 21_000 + 10 * tokens;
        return measured > least ? measured : least;
    }

    /// @dev Plays the second round and returns its gas a parameter and member, in thousandths.
    function measureRound(string memory name) internal returns (uint256 each) {
        uint256 total;
        for (uint256 p; p < terms.cohortSize; ++p) {
            bytes[] memory payloads = payloadsOf(1, p);
            vm.prank(person(p));
            core.submit(id, 1, 0, payloads, "", "");
            uint256 measured = vm.snapshotGasLastCall("Round", string.concat(name, ", submit without floor"));
            uint256 gas = withFloor(abi.encodeCall(core.submit, (id, 1, 0, payloads, "", "")), measured);
            vm.snapshotValue("Round", string.concat(name, ", submit"), gas);
            total += gas;
        }
        skip(1);
        for (uint256 s; s < terms.shardsPerMember; ++s) {
            bytes memory data = dataOf(1, s);
            core.aggregate(id, 1, uint16(s), data);
            string memory title = string.concat(name, ", aggregate shard ", vm.toString(s));
            uint256 measured = vm.snapshotGasLastCall("Round", title);
            uint256 gas = withFloor(abi.encodeCall(core.aggregate, (id, 1, uint16(s), data)), measured);
            assertLe(gas, 16_777_216);
            total += gas;
        }
        each = total * 1000 / (DIMENSION * terms.cohortSize);
        vm.snapshotValue("Round", string.concat(name, ", milligas a parameter and member"), each);
    }
}

/// @notice Eight members, one shard: at most 75 gas a parameter and member.
contract RoundOfEightTest is RoundGas {
    function setUp() public override {
        prepare(8, DIMENSION);
    }

    /// forge-config: default.isolate = true
    function test_round_costsAtMost75GasAParameterAndMember() external {
        assertLe(measureRound("8 members"), 75_000);
    }
}

/// @notice Sixteen members, two shards: at most 54 gas a parameter and member.
contract RoundOfSixteenTest is RoundGas {
    function setUp() public override {
        prepare(16, 12_736);
    }

    /// forge-config: default.isolate = true
    function test_round_costsAtMost54GasAParameterAndMember() external {
        assertLe(measureRound("16 members"), 54_000);
    }
}
