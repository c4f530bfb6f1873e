// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IBlobAggregator } from "../../src/interfaces/IBlobAggregator.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobVectors } from "./BlobVectors.sol";

/// @title BlobFixture
/// @notice A BlobAggregator whose core is the test contract, and rounds of points that need no real blobs.
abstract contract BlobFixture is BlobVectors {
    IBlobAggregator internal aggregator;

    function setUp() public virtual {
        aggregator = IBlobAggregator(vm.deployCode("BlobAggregator.sol:BlobAggregator"));
        readPoints();
    }

    function start(bytes32 id, Terms memory terms) internal {
        aggregator.register(id, terms, blobSetup());
        carryAny();
        assertTrue(aggregator.initialise(id, 0, ""));
        vm.blobhashes(new bytes32[](0));
    }

    /// @dev A model of one blob.
    function startSmall(bytes32 id) internal {
        start(id, openedTerms());
    }

    function contextOf(uint256 member) internal pure returns (bytes32) {
        return keccak256(abi.encode("context", member));
    }

    function digestOf(bytes32 id, uint256 member, uint256 shard, bytes memory payload)
        internal
        returns (bytes32 digest)
    {
        carry(payload);
        (digest,) = aggregator.digest(id, contextOf(member), shard, payload);
    }

    /// @dev Aggregates points of one-blob updates, given by their indices in the vectors' list of points.
    function aggregatePoints(bytes32 id, uint256 gain, uint256[] memory points) internal returns (bytes32) {
        return aggregatePoints(id, gain, MEMBERS, points);
    }

    function aggregatePoints(bytes32 id, uint256 gain, uint256 cohort, uint256[] memory points)
        internal
        returns (bytes32)
    {
        bytes32[] memory contexts = new bytes32[](points.length);
        bytes32[] memory digests = new bytes32[](points.length);
        bytes memory data;
        for (uint256 m; m < points.length; ++m) {
            contexts[m] = contextOf(m);
            digests[m] = digestOf(id, m, 0, abi.encode(pointHashes[points[m]]));
            data = bytes.concat(data, pointForms[points[m]]);
        }
        return aggregator.aggregate(id, 0, 0, gain, cohort, contexts, digests, data);
    }

    /// @dev Hands in `affine` for the update of one blob whose versioned hash is that of point `point`.
    function aggregateAs(bytes32 id, uint256 point, bytes memory affine) internal returns (bytes32) {
        (bytes32[] memory contexts, bytes32[] memory digests) = only(id, abi.encode(pointHashes[point]));
        return aggregator.aggregate(id, 0, 0, 1, MEMBERS, contexts, digests, affine);
    }

    function only(bytes32 id, bytes memory payload)
        internal
        returns (bytes32[] memory contexts, bytes32[] memory digests)
    {
        contexts = new bytes32[](1);
        digests = new bytes32[](1);
        contexts[0] = contextOf(0);
        digests[0] = digestOf(id, 0, 0, payload);
    }

    function pair(uint256 a, uint256 b) internal pure returns (uint256[] memory points) {
        points = new uint256[](2);
        (points[0], points[1]) = (a, b);
    }
}
