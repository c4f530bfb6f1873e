// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../interfaces/IAggregator.sol";
import { IBlobAggregator } from "../interfaces/IBlobAggregator.sol";
import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { BlobAnswers } from "./BlobAnswers.sol";
import { BlobChain } from "./BlobChain.sol";
import { BlobTerms } from "./BlobTerms.sol";
import { Cohort } from "../terms/Cohort.sol";
import { Commitment } from "./Commitment.sol";
import { FieldLanes } from "./FieldLanes.sol";
import { Gains } from "../terms/Gains.sol";
import { Opening } from "./Opening.sol";
import { PackedTerms } from "../terms/PackedTerms.sol";
import { BlobSetup } from "../types/BlobSetup.sol";
import { FaultProof } from "../types/FaultProof.sol";
import { G1Point } from "./G1Point.sol";
import { OutputKind } from "../types/OutputKind.sol";
import { Terms } from "../types/Terms.sol";

/// @title BlobAggregator
/// @notice Keeps models as KZG commitments and adds updates that come as EIP-4844 blobs: it never sees the numbers, but it
///         holds the exact commitment of the model.
/// @dev The rule is the sum: `model += gain · Σ updates`, the gain scaled by `Gains.effective`, and the commitment of a sum
///      is the sum of the commitments.
///      An update of a shard is the versioned hashes of its blobs, 32 bytes each; it can be submitted only in the
///      transaction that carries them, so one shard a transaction. Their points are handed in at aggregation.
///      Parameter p of a shard stands in blob ⌊p / (4,096·L)⌋, word ⌊p / L⌋ mod 4,096, lane p mod L: see `FieldLanes`.
///
///      Trust. The caller is the core: models are kept under `(msg.sender, id)`. The core is trusted for its arguments:
///      gains of the schedule, at least 1; the cohort of the round; digests that `digest` returned; each shard once a round.
///      Consensus is trusted that a transaction with a versioned hash carries a blob with a valid commitment, a point of the
///      subgroup. That is why points that match a digest need no check of the subgroup.
///      The KZG ceremony is trusted that at least one participant destroyed its secret. Otherwise openings could be forged.
///      Watchers are trusted because updates are not read on chain: a value out of bounds stays unless somebody proves it in
///      the challenge window. One live, uncensored watcher is assumed. The terms' guarantee against overflow holds for
///      updates within bounds.
///      Availability. Blobs leave the network after some weeks. Commitments prove a copy, they do not bring one back.
///      Liveness. `aggregate` accepts whatever `digest` accepted: every valid commitment can be added to every other.
contract BlobAggregator is BlobAnswers {
    /// @dev Two slots, then the rounds. Slot 0 is all that a submission reads.
    struct Config {
        uint32 dimension; //     0  zero: not registered
        uint32 shardSize; //     0
        uint16 maxUpdates; //    0  most updates of a shard in a round, with the largest cohort
        uint16 shards; //        0
        uint16 shardsPerMember; //0
        uint8 laneBits; //       0
        uint8 bits; //           0
        uint8 fullBlobs; //      0  blobs of a shard of `shardSize`
        uint8 lastBlobs; //      0  blobs of the last shard, which may be shorter
        bool isInitialised; //   0
        bytes32 baseModelHash; //1
        mapping(uint256 shard => ShardProgress) progress;
    }

    struct ShardProgress {
        uint128 aggregatedIn; // last round that aggregated the shard, plus one
        uint128 rounds; //       how many rounds have aggregated it
    }

    uint256 private constant POINT_SLOTS = 3;
    bytes32 private constant MODEL_DOMAIN = keccak256("tutti.blob.model");

    mapping(address core => mapping(bytes32 id => Config)) private _configs;

    // --- Before the first round ---

    /// @inheritdoc IAggregator
    function register(bytes32 id, Terms calldata given, bytes calldata setup) external {
        Config storage config = _configs[msg.sender][id];
        if (config.dimension != 0) revert AlreadyRegistered(id);
        if (setup.length != 32) revert MalformedSetup(setup.length);
        Terms memory terms = PackedTerms.read(given);
        (uint256 shards, uint256 updates) = BlobTerms.check(terms);
        BlobChain.check();
        config.dimension = terms.dimension;
        config.shardSize = terms.shardSize;
        config.maxUpdates = uint16(updates); // at most cohortSize ≤ 256
        config.shards = uint16(shards); // at most 256
        config.shardsPerMember = terms.shardsPerMember;
        uint256 last = terms.dimension - (shards - 1) * terms.shardSize;
        config.fullBlobs = uint8(FieldLanes.blobs(terms.laneBits, shards == 1 ? last : terms.shardSize)); // at most 6
        config.lastBlobs = uint8(FieldLanes.blobs(terms.laneBits, last));
        config.laneBits = terms.laneBits;
        config.bits = terms.bits;
        config.baseModelHash = abi.decode(setup, (BlobSetup)).baseModelHash;
    }

    /// @inheritdoc IAggregator
    /// @dev One call, for shard 0, initialises all shards: commitments start at infinity, which is zero in storage. The
    ///      precompiles that `register` checks do not prove that the chain has blobs: on a rollup that has them, BLOBHASH
    ///      may always answer zero.
    function initialise(bytes32 id, uint256 shard, bytes calldata data) external returns (bool complete) {
        Config storage config = _registered(msg.sender, id);
        if (shard != 0) revert IFederationErrors.ShardOutOfRange(shard, 1);
        if (config.isInitialised) revert ShardAlreadyInitialised(shard);
        if (data.length != 0) revert WrongModelLength(data.length, 0);
        if (blobhash(0) == 0) revert NoBlob();
        config.isInitialised = true;
        complete = true;
    }

    // --- A round ---

    /// @inheritdoc IAggregator
    /// @dev `keccak256(context ‖ shard ‖ payload)`, if the payload names the first blobs of this transaction.
    function digest(bytes32 id, bytes32 context, uint256 shard, bytes calldata payload)
        external
        view
        returns (bytes32 digest_, bool isBlank)
    {
        uint256 blobs = _blobsOf(_configs[msg.sender][id], id, shard);
        if (payload.length != 32 * blobs) revert WrongPayloadLength(payload.length, 32 * blobs);
        uint256 difference;
        // Zero if `blobhash(b) != 0 && blobhash(b) == bytes32(payload[32 * b:])` for every blob.
        assembly ("memory-safe") {
            for { let b := 0 } lt(b, blobs) { b := add(b, 1) } {
                let actual := blobhash(b)
                difference := or(
                    difference,
                    or(iszero(actual), xor(actual, calldataload(add(payload.offset, shl(5, b)))))
                )
            }
        }
        if (difference != 0) {
            for (uint256 b; b < blobs; ++b) {
                _checkBlob(b, bytes32(payload[32 * b:]));
            }
        }
        isBlank = uint256(bytes32(payload)) == Commitment.ZERO_BLOB && _areAllBlank(payload);
        // Equivalent to `digest_ = keccak256(abi.encodePacked(context, shard, payload))`, in memory that is not kept.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, context)
            mstore(add(free, 0x20), shard)
            calldatacopy(add(free, 0x40), payload.offset, payload.length)
            digest_ := keccak256(free, add(payload.length, 0x40))
        }
    }

    /// @inheritdoc IAggregator
    /// @dev `data`: for each update, for each of its blobs, the commitment's affine form: see `Commitment`. Digests bind
    ///      its x and the sign of its y, the curve the rest of y. The hash is that of what `commitments` returns.
    function aggregate(
        bytes32 id,
        uint256 round,
        uint256 shard,
        uint256 gain,
        uint256 cohort,
        bytes32[] calldata contexts,
        bytes32[] calldata digests,
        bytes calldata data
    ) external returns (bytes32 hash) {
        Config storage config = _initialised(msg.sender, id);
        uint256 blobs = _blobsOf(config, id, shard);
        uint256 limit = Cohort.maxUpdates(cohort, config.shardsPerMember, config.shards);
        if (contexts.length > limit) revert TooManyUpdates(contexts.length, limit);
        gain = Gains.effective(gain, config.maxUpdates, limit);
        if (digests.length != contexts.length) revert WrongDigestCount(digests.length, contexts.length);
        uint256 expected = contexts.length * blobs * Commitment.AFFINE_BYTES;
        if (data.length != expected) revert WrongDataLength(data.length, expected);
        uint256 from;
        assembly ("memory-safe") {
            from := data.offset
        }
        G1Point[] memory sums = _sum(shard, blobs, contexts, digests, from);
        bytes memory roundCommitments = Commitment.compressAll(sums);
        ShardProgress storage progress = config.progress[shard];
        (progress.aggregatedIn, progress.rounds) = (uint128(round + 1), progress.rounds + 1);
        G1Point[] memory points = _fold(_shardSlot(config, msg.sender, id, shard), gain, sums);
        emit Commitments(msg.sender, id, round, shard, roundCommitments, Commitment.compressAll(points));
        hash = keccak256(Commitment.affineAll(points));
    }

    /// @inheritdoc IAggregator
    /// @dev `proof` is a `FaultProof`; for a wrong one the answer is false. The digest fixes the blobs' hashes, the hash fixes
    ///      the commitment, and the commitment fixes the only value that can be opened at a place.
    function isFault(bytes32 id, bytes32 context, uint256 shard, bytes32 digest_, bytes calldata proof)
        external
        view
        returns (bool)
    {
        Config storage config = _configs[msg.sender][id];
        if (shard >= config.shards) return false;
        try this.decodeProof(proof) returns (FaultProof memory fault) {
            return _isFault(config, context, shard, digest_, fault);
        } catch {
            return false;
        }
    }

    /// @inheritdoc IBlobAggregator
    function decodeProof(bytes calldata proof) external pure returns (FaultProof memory fault) {
        (fault.versionedHashes, fault.blob, fault.word, fault.value, fault.commitment, fault.opening) =
            abi.decode(proof, (bytes32[], uint256, uint256, bytes32, bytes, bytes));
    }

    // --- The model ---

    /// @inheritdoc IBlobAggregator
    function checkpoint(address core, bytes32 id, uint256 shard) external {
        Config storage config = _initialised(core, id);
        uint256 blobs = _blobsOf(config, id, shard);
        uint256 aggregatedIn = config.progress[shard].aggregatedIn;
        if (aggregatedIn == 0) revert NothingAggregated(shard);
        uint256 slot = _shardSlot(config, core, id, shard);
        bytes32[] memory hashes = new bytes32[](blobs);
        for (uint256 b; b < blobs; ++b) {
            hashes[b] = Commitment.versionedHash(Commitment.load(slot + POINT_SLOTS * b));
            _checkBlob(b, hashes[b]);
        }
        emit Checkpoint(core, id, shard, aggregatedIn - 1, hashes);
    }

    /// @inheritdoc IBlobAggregator
    function commitments(bytes32 id, uint256 shard) public view returns (bytes memory) {
        Config storage config = _initialised(msg.sender, id);
        return _commitments(config, id, shard, _blobsOf(config, id, shard));
    }

    /// @inheritdoc IAggregator
    function modelHash(bytes32 id, uint256 shard) external view returns (bytes32) {
        return keccak256(commitments(id, shard));
    }

    /// @inheritdoc IAggregator
    function modelHash(bytes32 id) external view returns (bytes32) {
        Config storage config = _initialised(msg.sender, id);
        bytes32[] memory hashes = new bytes32[](config.shards);
        for (uint256 shard; shard < hashes.length; ++shard) {
            uint256 blobs = shard == hashes.length - 1 ? config.lastBlobs : config.fullBlobs;
            hashes[shard] = keccak256(_commitments(config, id, shard, blobs));
        }
        return hashes.length == 1 ? hashes[0] : keccak256(abi.encodePacked(hashes));
    }

    /// @inheritdoc IAggregator
    /// @dev The core aggregates each shard once a round: those that have the next round have one round more.
    function versionOf(bytes32 id) external view returns (uint32 version, uint32 shardsDone) {
        Config storage config = _initialised(msg.sender, id);
        uint256 total;
        for (uint256 shard; shard < config.shards; ++shard) {
            total += config.progress[shard].rounds;
        }
        return (uint32(total / config.shards), uint32(total % config.shards));
    }

    /// @inheritdoc IBlobAggregator
    function baseModelHash(address core, bytes32 id) external view returns (bytes32) {
        return _registered(core, id).baseModelHash;
    }

    /// @inheritdoc IAggregator
    /// @dev Predictions are made off the chain: the contract does not have the numbers.
    function networkShape(bytes32 id) external view returns (uint32, uint32, OutputKind) {
        _registered(msg.sender, id);
        return (0, 0, OutputKind.Softmax);
    }

    // --- Points ---

    /// @dev The affine forms of the commitments of a shard's blobs, one after the other.
    function _commitments(Config storage config, bytes32 id, uint256 shard, uint256 blobs)
        private
        view
        returns (bytes memory)
    {
        G1Point[] memory points = new G1Point[](blobs);
        uint256 slot = _shardSlot(config, msg.sender, id, shard);
        for (uint256 b; b < blobs; ++b) {
            points[b] = Commitment.load(slot + POINT_SLOTS * b);
        }
        return Commitment.affineAll(points);
    }

    /// @dev The sum of the updates' commitments, blob by blob, of points that match the digests.
    function _sum(uint256 shard, uint256 blobs, bytes32[] calldata contexts, bytes32[] calldata digests, uint256 from)
        private
        view
        returns (G1Point[] memory sums)
    {
        sums = new G1Point[](blobs);
        // The preimage of a digest: context, shard, versioned hashes.
        bytes32[] memory preimage = new bytes32[](2 + blobs);
        preimage[1] = bytes32(shard);
        // `from` moves within the calldata, whose length was checked: nothing can overflow.
        unchecked {
            for (uint256 m; m < contexts.length; ++m) {
                preimage[0] = contexts[m];
                for (uint256 b; b < blobs; ++b) {
                    bytes32 hash = Commitment.versionedHashAt(from + Commitment.AFFINE_BYTES * b);
                    if (hash == 0) revert CoordinateOutOfRange(m, b);
                    // Equivalent to `preimage[2 + b] = hash`, which is inside as `b < blobs`.
                    assembly ("memory-safe") {
                        mstore(add(preimage, shl(5, add(b, 3))), hash)
                    }
                }
                bytes32 actual;
                // Equivalent to `_digest(contexts[m], shard, hashes)`, without the copy.
                assembly ("memory-safe") {
                    actual := keccak256(add(preimage, 0x20), shl(5, mload(preimage)))
                }
                if (actual != digests[m]) revert DigestMismatch(m);
                // Points are added only after the digest matched: a failing precompile takes all the gas it was given.
                for (uint256 b; b < blobs; ++b) {
                    if (!Commitment.addAt(sums[b], from)) revert NotOnCurve(m, b);
                    from += Commitment.AFFINE_BYTES;
                }
            }
        }
    }

    /// @dev `model += gain · sums` in storage. Returns the model's points; `sums` are scaled.
    function _fold(uint256 slot, uint256 gain, G1Point[] memory sums) private returns (G1Point[] memory points) {
        points = new G1Point[](sums.length);
        for (uint256 b; b < sums.length; ++b) {
            points[b] = Commitment.load(slot);
            bool success = Commitment.scale(sums[b], gain) && Commitment.add(points[b], sums[b]);
            // Both are points of the curve: only gas can be missing.
            assert(success);
            Commitment.store(slot, points[b]);
            slot += POINT_SLOTS;
        }
    }

    // --- Faults ---

    function _isFault(Config storage config, bytes32 context, uint256 shard, bytes32 digest_, FaultProof memory fault)
        private
        view
        returns (bool)
    {
        bytes32[] memory hashes = fault.versionedHashes;
        // The digest covers one hash for each blob of the shard: `digest` has checked that.
        if (_digest(context, shard, hashes) != digest_) return false;
        if (fault.blob >= hashes.length || fault.word >= FieldLanes.BLOB_WORDS) return false;
        uint256 usedLanes = FieldLanes.used(config.laneBits, _shardLength(config, shard), fault.blob, fault.word);
        // The cheaper check comes first: a value within bounds is no fault, whether or not it can be opened.
        if (!FieldLanes.isFault(uint256(fault.value), config.laneBits, config.bits, usedLanes)) return false;
        uint256 point = Opening.evaluationPoint(fault.word);
        return Opening.verify(hashes[fault.blob], point, fault.value, fault.commitment, fault.opening);
    }

    // --- Guards ---

    function _areAllBlank(bytes calldata payload) private pure returns (bool) {
        for (uint256 i = 32; i < payload.length; i += 32) {
            if (uint256(bytes32(payload[i:])) != Commitment.ZERO_BLOB) return false;
        }
        return true;
    }

    /// @dev BLOBHASH answers zero where the transaction has no such blob, so a hash of zero is always refused.
    function _checkBlob(uint256 blob, bytes32 expected) private view {
        bytes32 actual = blobhash(blob);
        if (actual == 0 || actual != expected) revert BlobMismatch(blob, expected, actual);
    }

    function _registered(address core, bytes32 id) private view returns (Config storage config) {
        config = _configs[core][id];
        if (config.dimension == 0) revert NotRegistered(id);
    }

    function _initialised(address core, bytes32 id) private view returns (Config storage config) {
        config = _registered(core, id);
        if (!config.isInitialised) revert IFederationErrors.NotInitialised(id);
    }

    // --- Places ---

    function _digest(bytes32 context, uint256 shard, bytes32[] memory hashes) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(context, shard, hashes));
    }

    /// @param shard Below `config.shards`.
    function _shardLength(Config storage config, uint256 shard) private view returns (uint256 length) {
        uint256 size = config.shardSize;
        length = config.dimension - shard * size;
        if (length > size) length = size;
    }

    function _blobsOf(Config storage config, bytes32 id, uint256 shard) private view returns (uint256) {
        uint256 shards = config.shards;
        if (shard >= shards) {
            if (shards == 0) revert NotRegistered(id);
            revert IFederationErrors.ShardOutOfRange(shard, shards);
        }
        return shard == shards - 1 ? config.lastBlobs : config.fullBlobs;
    }

    /// @dev Points of a model stand at consecutive slots from `keccak256(domain, core, id)`: a preimage of three words,
    ///      where those of mappings have two. All shards but the last have as many blobs as `shardSize` fills.
    function _shardSlot(Config storage config, address core, bytes32 id, uint256 shard) private view returns (uint256) {
        uint256 first = uint256(keccak256(abi.encode(MODEL_DOMAIN, core, id)));
        return first + POINT_SLOTS * shard * config.fullBlobs;
    }
}
