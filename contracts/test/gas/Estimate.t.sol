// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Estimate } from "../../src/direct/Estimate.sol";
import { DirectSetup, Start, Tensor } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFederationFixture } from "../integration/DirectFederationFixture.sol";

/// @notice The bounds by which terms are refused are above what the real transactions cost at the extremes, but not far
///         above. Isolated: measured gas includes intrinsic gas and calldata.
contract EstimateTest is DirectFederationFixture {
    /// forge-config: default.isolate = true
    function test_aggregate_oneMemberOneBit() external {
        _check(16, 1, 30_000, 1);
    }

    /// forge-config: default.isolate = true
    function test_aggregate_twoMembersWideLanesOneBit() external {
        _check(32, 1, 20_000, 2);
    }

    /// forge-config: default.isolate = true
    function test_aggregate_eightMembersFourBits() external {
        _check(16, 4, 20_000, 8);
    }

    /// forge-config: default.isolate = true
    function test_aggregate_thirtyThreeMembersTwoBits() external {
        _check(16, 2, 12_000, 33);
    }

    /// forge-config: default.isolate = true
    function test_aggregate_manyMembersOneBit() external {
        _check(32, 1, 4000, 200);
    }

    /// forge-config: default.isolate = true
    function test_aggregate_fullCohort() external {
        _check(16, 1, 1000, 256);
        _check(32, 8, 200, 256);
    }

    /// @dev The worst value of each lane: −1 and −2^(bits−1) have no zero bytes, and every word changes.
    function _check(uint256 laneBits, uint256 bits, uint256 dimension, uint256 members) private {
        Terms memory terms = federationTerms(laneBits, bits, dimension, members);
        terms.bounty = 1e18;
        terms.keeperPay = 1e12;
        bytes32 id = openFederation(terms, plainSetup(dimension));
        bytes[] memory sent = new bytes[](members);
        string memory name =
            string.concat(vm.toString(members), " members, ", vm.toString(bits), " bits in ", vm.toString(laneBits));
        uint256 most;
        for (uint256 p; p < members; ++p) {
            bytes[] memory payloads = new bytes[](1);
            payloads[0] = densePayload(p, dimension, laneBits, bits);
            sent[p] = payloads[0];
            vm.prank(person(p));
            core.submit(id, 0, 0, payloads, "", "");
            uint256 gas = vm.snapshotGasLastCall("Estimate", string.concat("submit, ", name));
            if (gas > most) most = gas;
        }
        assertLe(most, Estimate.submitGas(1, dimension, bits), "submit");
        // So many join during the round that its rewards are credited one by one, which costs more.
        for (uint256 p; 4 * p < members; ++p) {
            joinFederation(id, terms, person(members + p));
        }
        bytes memory data = bytes.concat(modelWords(id, 0), concat(sent));
        skip(1);
        core.aggregate(id, 0, 0, data);
        uint256 measured = vm.snapshotGasLastCall("Estimate", string.concat("aggregate, ", name));
        uint256 estimate = Estimate.aggregateGas(members, members, dimension, laneBits, bits);
        assertLe(measured, estimate, "aggregate");
        // The core's part holds first rewards and leavers, which are not here.
        assertLe(estimate, measured * 5 / 2, "an idle bound");
        _checkBytes(terms, data);
    }

    function _checkBytes(Terms memory terms, bytes memory data) private view {
        assertLe(
            abi.encodeCall(core.aggregate, (0, 0, 0, data)).length + 200,
            Estimate.aggregateBytes(terms.cohortSize, terms.dimension, terms.laneBits, terms.bits)
        );
    }

    /// forge-config: default.isolate = true
    function test_submit_ofManyShardsAtOnce() external {
        Terms memory terms = federationTerms(16, 8, 32 * 256, 2);
        terms.shardSize = 32;
        terms.shardsPerMember = 256;
        terms.commitSeconds = 60;
        bytes32 id = openFederation(terms, plainSetup(terms.dimension));
        bytes[] memory payloads = new bytes[](256);
        bytes memory hashes;
        for (uint256 s; s < 256; ++s) {
            payloads[s] = densePayload(s, 32, 16, 8);
            hashes = bytes.concat(hashes, keccak256(payloads[s]));
        }
        for (uint256 p; p < 2; ++p) {
            bytes32 commitment = core.commitmentOf(id, 0, person(p), 0, keccak256(hashes));
            vm.prank(person(p));
            core.commit(id, 0, commitment);
        }
        skip(1);
        vm.prank(person(0));
        core.submit(id, 0, 0, payloads, 0, "");
        uint256 measured = vm.snapshotGasLastCall("Estimate", "submit 256 shards");
        assertLe(measured, Estimate.submitGas(256, 32, 8));
    }

    /// @dev Every submission that fits 128 KiB fits the cap, so that no terms need to be refused for its gas.
    function testFuzz_submit_thatFitsInBytesFitsInGas(uint256 shards, uint256 length, uint256 width) external pure {
        uint256 bits = 1 << (width % 4);
        shards = bound(shards, 1, 256);
        length = bound(length, 1, (Estimate.BYTES_LIMIT / shards) * 8 / bits);
        if (Estimate.submitBytes(shards, length, bits) > Estimate.BYTES_LIMIT) return;
        assertLe(Estimate.submitGas(shards, length, bits), Estimate.GAS_LIMIT);
    }

    /// @dev The largest shard that `create` accepts is one member's of one bit; a setup has 380 tensors at most.
    ///      Seeded words are the most expensive to make, given ones to send.
    /// forge-config: default.isolate = true
    function test_initialise_ofTheLargestShardFitsTheCap() external {
        for (uint256 laneBits = 16; laneBits <= 32; laneBits *= 2) {
            uint256 dimension = 3700 * 256 / laneBits;
            DirectSetup memory setup = plainSetup(dimension);
            setup.start = Start.Seeded;
            setup.tensors[0].amplitude = 100;
            _initialise(laneBits, setup, dimension, "", "seeded");
            setup.tensors = new Tensor[](370);
            for (uint256 t; t < 370; ++t) {
                setup.tensors[t] = Tensor(uint32(dimension / 370 - 1 + 2 * (t % 2)), uint32(100 + t));
            }
            _initialise(laneBits, setup, dimension, "", "seeded, many tensors");
            setup = plainSetup(dimension);
            bytes memory data = encodeModel(updateOf(laneBits, dimension, 8), 0, dimension, laneBits);
            setup.start = Start.Given;
            setup.bound = 128;
            setup.hashes = new bytes32[](1);
            setup.hashes[0] = keccak256(data);
            _initialise(laneBits, setup, dimension, data, "given");
        }
    }

    function _initialise(
        uint256 laneBits,
        DirectSetup memory setup,
        uint256 dimension,
        bytes memory data,
        string memory name
    ) private {
        Terms memory terms = federationTerms(laneBits, 1, dimension, 1);
        bytes memory encoded = abi.encode(setup);
        terms.setupHash = keccak256(encoded);
        terms.salt = keccak256(abi.encode(laneBits, name));
        token.mint(address(this), terms.bounty);
        token.approve(address(core), terms.bounty);
        bytes32 id = core.create(terms, MANIFEST, encoded);
        core.initialise(id, 0, data);
        uint256 gas = vm.snapshotGasLastCall(
            "Estimate", string.concat("initialise 3700 words in ", vm.toString(laneBits), ", ", name)
        );
        assertLe(gas, Estimate.GAS_LIMIT);
    }
}
