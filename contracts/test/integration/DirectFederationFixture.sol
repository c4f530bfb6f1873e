// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { DemoToken } from "../../src/token/DemoToken.sol";
import { DirectSetup } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "../direct/DirectFixture.sol";

/// @title DirectFederationFixture
/// @notice The real core, the real aggregator and a token; the moves of a federation's life in one call each.
abstract contract DirectFederationFixture is DirectFixture {
    uint128 internal constant STAKE = 1000;
    uint128 internal constant BOUNTY = 80_003;
    bytes internal constant MANIFEST = "{}";

    IFederation internal core;
    DemoToken internal token;

    function setUp() public virtual override {
        super.setUp();
        vm.warp(1_800_000_000);
        vm.roll(1000);
        core = IFederation(deployCore());
        token = new DemoToken();
    }

    function person(uint256 p) internal pure returns (address) {
        return address(uint160(0xA11CE000 + p));
    }

    function federationTerms(uint256 laneBits, uint256 bits, uint256 dimension, uint256 members)
        internal
        view
        returns (Terms memory terms)
    {
        terms = plainTerms(laneBits, bits, dimension);
        terms.token = address(token);
        terms.stake = STAKE;
        terms.bounty = BOUNTY;
        terms.cohortSize = uint16(members);
        terms.minimumUpdates = uint16(members + 1) / 2;
        terms.idleSeconds = 3600;
        terms.manifestHash = keccak256(MANIFEST);
    }

    function openFederation(Terms memory terms, DirectSetup memory setup) internal returns (bytes32 id) {
        return openFederation(terms, setup, terms.cohortSize);
    }

    function openFederation(Terms memory terms, DirectSetup memory setup, uint256 members)
        internal
        returns (bytes32 id)
    {
        bytes memory encoded = abi.encode(setup);
        terms.setupHash = keccak256(encoded);
        uint256 deposit = uint256(terms.bounty) + terms.sealPay;
        token.mint(address(this), deposit);
        token.approve(address(core), deposit);
        id = core.create(terms, MANIFEST, encoded);
        for (uint256 shard; shard * terms.shardSize < terms.dimension; ++shard) {
            core.initialise(id, shard, "");
        }
        for (uint256 p; p < members; ++p) {
            joinFederation(id, terms, person(p));
        }
        core.open(id);
    }

    function joinFederation(bytes32 id, Terms memory terms, address member) internal {
        token.mint(member, terms.stake);
        vm.prank(member);
        token.approve(address(core), terms.stake);
        vm.prank(member);
        core.join(id, "");
    }

    /// @dev The words of a shard, as they were logged last; the core says that they are the present ones.
    function modelWords(bytes32 id, uint256 shard) internal returns (bytes memory words) {
        words = loggedWords(address(core), id, shard);
        assertEq(keccak256(words), core.modelHash(id, shard), "hash");
    }

    function assignedOf(Terms memory terms, uint256 position, uint256 round, uint256 k)
        internal
        pure
        returns (uint256)
    {
        uint256 shards = (uint256(terms.dimension) + terms.shardSize - 1) / terms.shardSize;
        return ((position + round) * terms.shardsPerMember + k) % shards;
    }

    function shardOf(Terms memory terms, uint256 shard) internal pure returns (uint256 from, uint256 length) {
        from = shard * terms.shardSize;
        length = terms.dimension - from < terms.shardSize ? terms.dimension - from : terms.shardSize;
    }

    /// @dev What was submitted, by federation, round, position and shard: to be handed in again.
    mapping(bytes32 key => bytes payload) private _sent;

    function submitUpdate(bytes32 id, Terms memory terms, uint32 round, uint256 position, int256[] memory update)
        internal
    {
        bytes[] memory payloads = new bytes[](terms.shardsPerMember);
        for (uint256 k; k < payloads.length; ++k) {
            uint256 shard = assignedOf(terms, position, round, k);
            (uint256 from, uint256 length) = shardOf(terms, shard);
            payloads[k] = encode(update, from, length, terms.laneBits, terms.bits);
            _sent[keccak256(abi.encode(id, round, position, shard))] = payloads[k];
        }
        vm.prank(person(position));
        core.submit(id, round, 0, payloads, "", "");
    }

    function aggregateAll(bytes32 id, Terms memory terms, uint32 round) internal {
        skip(1);
        for (uint256 s; s * terms.shardSize < terms.dimension; ++s) {
            core.aggregate(id, round, uint16(s), dataOf(id, terms, round, s));
        }
    }

    /// @dev What is handed in to aggregate a shard: its words and its payloads, or nothing.
    function dataOf(bytes32 id, Terms memory terms, uint32 round, uint256 shard) internal returns (bytes memory) {
        bytes memory payloads = sentOf(id, terms, round, shard);
        return payloads.length == 0 ? payloads : bytes.concat(modelWords(id, shard), payloads);
    }

    /// @dev The payloads that came for a shard, in order of position.
    function sentOf(bytes32 id, Terms memory terms, uint32 round, uint256 shard) internal view returns (bytes memory) {
        bytes[] memory payloads = new bytes[](terms.cohortSize);
        uint256 count;
        for (uint256 p; p < terms.cohortSize; ++p) {
            bytes memory payload = _sent[keccak256(abi.encode(id, round, p, shard))];
            if (payload.length != 0) payloads[count++] = payload;
        }
        assembly ("memory-safe") {
            mstore(payloads, count)
        }
        return concat(payloads);
    }
}
