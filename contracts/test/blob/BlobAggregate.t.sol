// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IBlobAggregator } from "../../src/interfaces/IBlobAggregator.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobFixture } from "./BlobFixture.sol";

/// @notice Digests and sums of commitments. Points 0 to 7 of the vectors: infinity, G, −G, and multiples of G.
/// forge-config: default.evm_version = "osaka"
contract BlobAggregateTest is BlobFixture {
    uint256 private constant INFINITY = 0;
    uint256 private constant G = 1;
    uint256 private constant MINUS_G = 2;
    uint256 private constant TWICE_G = 3;
    bytes32 private constant ID = "federation";

    function test_terms_areThoseOfTheVectors() external view {
        Terms memory terms = blobTerms();
        assertEq(terms.laneBits, vm.parseJsonUint(json(), ".federation.laneBits"));
        assertEq(terms.bits, vm.parseJsonUint(json(), ".federation.bits"));
        assertEq(terms.dimension, vm.parseJsonUint(json(), ".federation.dimension"));
        assertEq(terms.shardSize, vm.parseJsonUint(json(), ".federation.shardSize"));
        assertEq(OPENED_LENGTH, vm.parseJsonUint(json(), ".openedLength"));
    }

    // --- Digest ---

    function test_digest_isTheHashOfContextShardAndPayload() external {
        start(ID, blobTerms());
        bytes memory payload = submission(0, 0, 1, "payload");
        bytes32 expected = keccak256(abi.encodePacked(contextOf(0), uint256(1), payload));
        assertEq(digestOf(ID, 0, 1, payload), expected);
    }

    function test_digest_refusesBlobsThatTheTransactionDoesNotCarry() external {
        start(ID, blobTerms());
        bytes memory payload = submission(0, 0, 0, "payload");
        bytes32[] memory named = wordsOf(payload);
        vm.blobhashes(wordsOf(submission(0, 1, 0, "payload")));
        refusedBlob(0, named[0], wordsOf(submission(0, 1, 0, "payload"))[0], payload);
        vm.blobhashes(new bytes32[](0));
        refusedBlob(0, named[0], 0, payload);
        // The first blob alone, then both in the wrong order.
        bytes32[] memory carried = new bytes32[](1);
        carried[0] = named[0];
        vm.blobhashes(carried);
        refusedBlob(1, named[1], 0, payload);
        carried = new bytes32[](2);
        (carried[0], carried[1]) = (named[1], named[0]);
        vm.blobhashes(carried);
        refusedBlob(0, named[0], named[1], payload);
    }

    function test_digest_refusesHashesOfZero() external {
        start(ID, blobTerms());
        refusedBlob(0, 0, 0, new bytes(64));
        bytes memory payload = submission(0, 0, 0, "payload");
        carry(slice(payload, 0, 32));
        refusedBlob(1, 0, 0, bytes.concat(slice(payload, 0, 32), bytes32(0)));
    }

    function test_digest_refusesOtherLengths() external {
        start(ID, blobTerms());
        bytes memory payload = submission(0, 0, 0, "payload");
        carry(payload);
        uint256[5] memory lengths = [uint256(0), 32, 63, 65, 96];
        for (uint256 i; i < lengths.length; ++i) {
            bytes memory given = slice(bytes.concat(payload, payload), 0, lengths[i]);
            vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongPayloadLength.selector, lengths[i], 64));
            aggregator.digest(ID, contextOf(0), 0, given);
        }
    }

    // --- Points ---

    function test_aggregate_ofTheSameBlobFromTwoMembersDoubles() external {
        startSmall(ID);
        aggregatePoints(ID, 1, pair(G, G));
        assertEq(aggregator.commitments(ID, 0), pointForms[TWICE_G]);
        // And the model doubles when the round adds the model's own points.
        uint256[] memory points = new uint256[](1);
        points[0] = TWICE_G;
        aggregatePoints(ID, 1, points);
        points[0] = G;
        aggregatePoints(ID, 1, points);
        assertEq(aggregator.commitments(ID, 0), pointForms[5]); // 5 · G
    }

    function test_aggregate_ofOppositePointsIsInfinity() external {
        startSmall(ID);
        vm.expectEmit(address(aggregator));
        emit IBlobAggregator.Commitments(address(this), ID, 0, 0, infinity(), infinity());
        bytes32 hash = aggregatePoints(ID, 3, pair(G, MINUS_G));
        assertEq(aggregator.commitments(ID, 0), new bytes(96));
        assertEq(hash, keccak256(new bytes(96)));
    }

    function test_aggregate_canBringTheModelBackToInfinity() external {
        startSmall(ID);
        aggregatePoints(ID, 1, pair(G, INFINITY));
        assertEq(aggregator.commitments(ID, 0), pointForms[G]);
        aggregatePoints(ID, 1, pair(INFINITY, MINUS_G));
        assertEq(aggregator.commitments(ID, 0), new bytes(96));
        aggregatePoints(ID, 2, pair(G, INFINITY));
        assertEq(aggregator.commitments(ID, 0), pointForms[TWICE_G]);
    }

    function test_aggregate_ofZeroBlobsIsInfinity() external {
        startSmall(ID);
        aggregatePoints(ID, 7, pair(INFINITY, INFINITY));
        assertEq(aggregator.commitments(ID, 0), new bytes(96));
        assertEq(pointHashes[INFINITY], wordAt("openings", zeroBlob(), "versionedHash"));
    }

    function test_aggregate_refusesCoordinatesOfTheModulusAndAbove() external {
        startSmall(ID);
        bytes memory largest = new bytes(96);
        for (uint256 i; i < 96; ++i) {
            largest[i] = 0xff;
        }
        refusedPoint(G, bytes.concat(slice(largest, 0, 48), slice(pointForms[G], 48, 48)));
        refusedPoint(G, bytes.concat(slice(pointForms[G], 0, 48), slice(largest, 0, 48)));
        // p added to a coordinate fits 48 bytes: a second form of the same point.
        refusedPoint(G, plusModulus(pointForms[G], 0));
        refusedPoint(G, plusModulus(pointForms[G], 48));
        // Infinity as (p, p), and in its compressed form.
        refusedPoint(INFINITY, plusModulus(plusModulus(new bytes(96), 0), 48));
        refusedPoint(INFINITY, bytes.concat(infinity(), new bytes(48)));
    }

    function test_aggregate_refusesTheWrongSign() external {
        startSmall(ID);
        bytes memory opposite = pointForms[MINUS_G];
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.DigestMismatch.selector, 0));
        this.aggregateAs_(ID, G, opposite);
    }

    function test_aggregate_refusesPointsOffTheCurve() external {
        startSmall(ID);
        bytes memory affine = pointForms[G];
        // Same x, same sign, another y: the hash is the same, the curve is not.
        affine[95] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.NotOnCurve.selector, 0, 0));
        this.aggregateAs_{ gas: 3_000_000 }(ID, G, affine);
        // x alone, with y = 0: that is not the point at infinity.
        affine = bytes.concat(slice(affine, 0, 48), new bytes(48));
        vm.expectPartialRevert(IAggregatorErrors.DigestMismatch.selector);
        this.aggregateAs_{ gas: 3_000_000 }(ID, TWICE_G, affine);
    }

    function testFuzz_aggregate_takesNothingButThePointItself(uint256 point, uint256 position, uint8 flip) external {
        vm.assume(flip != 0);
        startSmall(ID);
        point = bound(point, 0, pointForms.length - 1);
        bytes memory affine = pointForms[point];
        affine[position % 96] ^= bytes1(flip);
        vm.expectRevert();
        this.aggregateAs_{ gas: 3_000_000 }(ID, point, affine);
        assertEq(aggregator.commitments(ID, 0), new bytes(96));
    }

    // --- Sums ---

    function testFuzz_aggregate_takesUpdatesInTheOrderOfTheirDigests(uint256 a, uint256 b) external {
        startSmall(ID);
        startSmall("other");
        a = bound(a, 0, pointForms.length - 1);
        b = bound(b, 0, pointForms.length - 1);
        aggregatePoints(ID, 1, pair(a, b));
        aggregatePoints("other", 1, pair(b, a));
        assertEq(aggregator.commitments(ID, 0), aggregator.commitments("other", 0));
    }

    function test_aggregate_scalesTheGainOfASmallerCohort() external {
        startSmall(ID);
        startSmall("other");
        uint256[] memory points = new uint256[](1);
        points[0] = G;
        aggregatePoints(ID, 5, 1, points); // 5 · 3 / 1
        aggregatePoints("other", 15, MEMBERS, points);
        assertEq(aggregator.commitments(ID, 0), aggregator.commitments("other", 0));
        aggregatePoints(ID, 5, 2, pair(G, TWICE_G)); // 5 · 3 / 2, rounded down
        aggregatePoints("other", 7, MEMBERS, pair(TWICE_G, G));
        assertEq(aggregator.commitments(ID, 0), aggregator.commitments("other", 0));
    }

    function test_aggregate_countsAreChecked() external {
        startSmall(ID);
        bytes memory affine = pointForms[G];
        (bytes32[] memory contexts, bytes32[] memory digests) = only(ID, abi.encode(pointHashes[G]));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 95, 96));
        aggregator.aggregate(ID, 0, 0, 1, MEMBERS, contexts, digests, slice(affine, 0, 95));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDataLength.selector, 192, 96));
        aggregator.aggregate(ID, 0, 0, 1, MEMBERS, contexts, digests, bytes.concat(affine, affine));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongDigestCount.selector, 0, 1));
        aggregator.aggregate(ID, 0, 0, 1, MEMBERS, contexts, new bytes32[](0), affine);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, 4, 3));
        aggregator.aggregate(ID, 0, 0, 1, MEMBERS, new bytes32[](4), new bytes32[](4), affine);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.TooManyUpdates.selector, 2, 1));
        aggregator.aggregate(ID, 0, 0, 1, 1, new bytes32[](2), new bytes32[](2), affine);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 1, 1));
        aggregator.aggregate(ID, 0, 1, 1, MEMBERS, contexts, digests, affine);
    }

    /// @dev Two rounds, gains 1 and 3, as commitments of blobs; the sums are commitments of the summed vectors.
    function test_aggregate_holdsTheCommitmentOfTheSummedVector() external {
        start(ID, blobTerms());
        for (uint256 round; round < ROUNDS; ++round) {
            for (uint256 shard; shard < SHARDS; ++shard) {
                bytes32[] memory contexts = new bytes32[](MEMBERS);
                bytes32[] memory digests = new bytes32[](MEMBERS);
                bytes memory data;
                for (uint256 m; m < MEMBERS; ++m) {
                    contexts[m] = contextOf(m);
                    digests[m] = digestOf(ID, m, shard, submission(round, m, shard, "payload"));
                    data = bytes.concat(data, submission(round, m, shard, "data"));
                }
                bytes32 hash =
                    aggregator.aggregate(ID, round, shard, round == 0 ? 1 : 3, MEMBERS, contexts, digests, data);
                assertEq(aggregator.commitments(ID, shard), modelAfter(round, shard, "model"));
                assertEq(hash, keccak256(modelAfter(round, shard, "model")));
            }
        }
    }

    // --- Checkpoints ---

    function test_checkpoint_recordsTheModelAsBlobs() external {
        startSmall(ID);
        aggregatePoints(ID, 2, pair(G, INFINITY));
        bytes memory payload = abi.encode(pointHashes[TWICE_G]);
        carry(payload);
        vm.expectEmit(address(aggregator));
        emit IBlobAggregator.Checkpoint(address(this), ID, 0, 0, wordsOf(payload));
        vm.prank(account("stranger"));
        aggregator.checkpoint(address(this), ID, 0);
    }

    function test_checkpoint_refusesOtherBlobs() external {
        startSmall(ID);
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.NothingAggregated.selector, 0));
        aggregator.checkpoint(address(this), ID, 0);
        aggregatePoints(ID, 2, pair(G, INFINITY));
        bytes32 expected = pointHashes[TWICE_G];
        bytes32 other = pointHashes[G];
        carry(abi.encode(other));
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.BlobMismatch.selector, 0, expected, other));
        aggregator.checkpoint(address(this), ID, 0);
        vm.blobhashes(new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.BlobMismatch.selector, 0, expected, bytes32(0)));
        aggregator.checkpoint(address(this), ID, 0);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 1, 1));
        aggregator.checkpoint(address(this), ID, 1);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, ID));
        aggregator.checkpoint(address(aggregator), ID, 0);
    }

    // --- Moves ---

    function aggregateAs_(bytes32 id, uint256 point, bytes calldata affine) external {
        aggregateAs(id, point, affine);
    }

    function refusedPoint(uint256 point, bytes memory affine) private {
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.CoordinateOutOfRange.selector, 0, 0));
        this.aggregateAs_(ID, point, affine);
    }

    function refusedBlob(uint256 blob, bytes32 expected, bytes32 actual, bytes memory payload) private {
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.BlobMismatch.selector, blob, expected, actual));
        aggregator.digest(ID, contextOf(0), 0, payload);
    }

    /// @dev The point with p added to the coordinate at `from`.
    function plusModulus(bytes memory affine, uint256 from) private pure returns (bytes memory sum) {
        bytes memory modulus =
            hex"1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
        sum = bytes.concat(affine);
        uint256 carried;
        for (uint256 i = 48; i > 0; --i) {
            carried += uint256(uint8(affine[from + i - 1])) + uint8(modulus[i - 1]);
            sum[from + i - 1] = bytes1(uint8(carried));
            carried >>= 8;
        }
    }

    function infinity() private pure returns (bytes memory compressed) {
        compressed = new bytes(48);
        compressed[0] = 0xc0;
    }

    function zeroBlob() private view returns (uint256) {
        return countOf("openings") - 1;
    }
}
