// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFederationFixture } from "../integration/DirectFederationFixture.sol";

/// @title Gas of a whole steady round
/// @notice All that the transactions of a round cost, submissions included, no byte of an update zero.
/// @dev Tests are isolated: each call is a transaction of its own, storage cold, intrinsic gas and calldata included. From
///      EIP-7623 on a transaction costs at least `21000 + 10·tokens`, `tokens = zero bytes + 4 · other bytes`, which the
///      suite adds itself, as it runs under an older fork. The round is the second: rewards have been written before, as
///      in every round but the first, and the words of the model are no longer alike.
abstract contract RoundGas is DirectFederationFixture {
    bytes32 internal id;
    Terms internal terms;

    /// @param shardSize Parameters in a shard; each member trains all shards.
    function prepare(uint256[] memory sizes, uint256 bits, uint256 members, uint256 shardSize) internal {
        super.setUp();
        uint256 dimension = parametersOf(sizes);
        terms = federationTerms(16, bits, dimension, members);
        terms.bounty = 1e18;
        terms.keeperPay = 1e12;
        terms.shardSize = uint32(shardSize);
        terms.shardsPerMember = uint16((dimension + shardSize - 1) / shardSize);
        id = openFederation(terms, withLayers(plainSetup(dimension), sizes));
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
            payloads[k] = densePayload(uint256(hashOf(round, 256 * position + shard)), length, 16, t.bits);
        }
    }

    function dataOf(uint256 round, uint256 shard) internal returns (bytes memory) {
        Terms memory t = terms;
        (, uint256 length) = shardOf(t, shard);
        bytes[] memory payloads = new bytes[](t.cohortSize);
        for (uint256 p; p < payloads.length; ++p) {
            payloads[p] = densePayload(uint256(hashOf(round, 256 * p + shard)), length, 16, t.bits);
        }
        return bytes.concat(modelWords(id, shard), concat(payloads));
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

    /// @dev Plays the second round and returns its gas.
    function measureRound(string memory name) internal returns (uint256 total) {
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
            uint256 measured = vm.snapshotGasLastCall("Round", string.concat(title, " without floor"));
            uint256 gas = withFloor(abi.encodeCall(core.aggregate, (id, 1, uint16(s), data)), measured);
            vm.snapshotValue("Round", title, gas);
            assertLe(gas, 16_777_216);
            total += gas;
        }
        vm.snapshotValue("Round", string.concat(name, ", whole round"), total);
        uint256 each = total * 1000 / (uint256(terms.dimension) * terms.cohortSize);
        vm.snapshotValue("Round", string.concat(name, ", milligas a parameter and member"), each);
    }
}

/// @notice 784-32-10: 25,450 parameters.
abstract contract LargeRoundGas is RoundGas {
    function prepareLarge(uint256 bits, uint256 members, uint256 shardSize) internal {
        prepare(sizesOf(784, 32, 10), bits, members, shardSize);
    }

    /// @param limit Gas a parameter and member.
    function checkRound(string memory name, uint256 limit) internal {
        assertLe(measureRound(name), limit * 25_450 * terms.cohortSize);
    }
}

/// @notice Eight members, 2 bits, one shard.
contract RoundOfEightAt2BitsTest is LargeRoundGas {
    function setUp() public override {
        prepareLarge(2, 8, 25_450);
    }

    /// forge-config: default.isolate = true
    function test_round_costsAtMost32GasAParameterAndMember() external {
        checkRound("8 members, 2 bits", 32);
    }
}

/// @notice Sixteen members, 2 bits, two shards.
contract RoundOfSixteenAt2BitsTest is LargeRoundGas {
    function setUp() public override {
        prepareLarge(2, 16, 12_800);
    }

    /// forge-config: default.isolate = true
    function test_round_costsAtMost27GasAParameterAndMember() external {
        checkRound("16 members, 2 bits", 27);
    }
}

/// @notice Eight members, 4 bits, two shards.
contract RoundOfEightAt4BitsTest is LargeRoundGas {
    function setUp() public override {
        prepareLarge(4, 8, 12_736);
    }

    /// forge-config: default.isolate = true
    function test_round_costsAtMost52GasAParameterAndMember() external {
        checkRound("8 members, 4 bits", 52);
    }
}

/// @notice Sixteen members, 4 bits, two shards.
contract RoundOfSixteenAt4BitsTest is LargeRoundGas {
    function setUp() public override {
        prepareLarge(4, 16, 12_736);
    }

    /// forge-config: default.isolate = true
    function test_round_costsAtMost47GasAParameterAndMember() external {
        checkRound("16 members, 4 bits", 47);
    }
}

/// @notice The digits: 64-32-10, eight members, 2 bits, where the fixed costs of transactions rule.
contract RoundOfDigitsTest is RoundGas {
    function setUp() public override {
        prepare(sizesOf(64, 32, 10), 2, 8, 2_410);
    }

    /// forge-config: default.isolate = true
    function test_round_costsAtMost1060000() external {
        assertLe(measureRound("digits"), 1_060_000);
    }
}
