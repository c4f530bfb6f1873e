// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { SSTORE2 } from "solady/utils/SSTORE2.sol";
import { IAggregator } from "../interfaces/IAggregator.sol";
import { IDirectAggregator } from "../interfaces/IDirectAggregator.sol";
import { Codec } from "./lanes/Codec.sol";
import { Cohort } from "../terms/Cohort.sol";
import { DirectAnswers } from "./DirectAnswers.sol";
import { DirectSeals } from "./DirectSeals.sol";
import { DirectTerms } from "./DirectTerms.sol";
import { Gains } from "../terms/Gains.sol";
import { Initial } from "./lanes/Initial.sol";
import { Lanes } from "./lanes/Lanes.sol";
import { DirectModel, ModelState, Progress, Shape } from "./model/DirectModel.sol";
import { Words } from "./model/Words.sol";
import { Network } from "./predict/Network.sol";
import { PackedTerms } from "../terms/PackedTerms.sol";
import { SumRule } from "./rules/SumRule.sol";
import { Sealing } from "./seal/Sealing.sol";
import { DirectSetup, Start } from "../types/DirectSetup.sol";
import { Terms } from "../types/Terms.sol";

/// @title DirectAggregator
/// @notice Keeps a hash of each shard's words. A round hands the words in beside its updates; the contract checks them, adds
///         the updates, keeps the new hash and logs the new words.
/// @dev The rule is the sum: `model += gain · Σ updates`, exact by the overflow guarantee that `register` checks, the gain
///      being scaled by `Gains.effective`.
///      Words are biased, so that each lane reads as an unsigned field: see `Lanes`.
///      Trust. The caller is the core: models are kept under `(msg.sender, id)`. The core is trusted for its arguments:
///      gains of the schedule, the cohort of the round, digests that `digest` returned, each shard once a round.
///      Liveness. `aggregate` accepts every payload that `digest` accepted: no value of an update can stop a round. Who
///      aggregates needs the shard's words: every function that changes them logs them.
contract DirectAggregator is DirectSeals, DirectAnswers {
    using ModelState for DirectModel;

    /// @dev Code may have 24,576 bytes (EIP-170); SSTORE2 uses the first.
    uint256 private constant SETUP_LIMIT = 24_575;

    // --- Before the first round ---

    /// @inheritdoc IAggregator
    function register(bytes32 id, Terms calldata given, bytes calldata setup) external {
        DirectModel storage model = _models[msg.sender][id];
        if (model.shape.dimension != 0) revert AlreadyRegistered(id);
        if (setup.length > SETUP_LIMIT) revert SetupTooLarge(setup.length, SETUP_LIMIT);
        Terms memory terms = PackedTerms.read(given);
        uint256 shards;
        uint256 updates;
        try this.decodeSetup(setup) returns (DirectSetup memory decoded) {
            (shards, updates) = DirectTerms.check(terms, decoded);
            if (decoded.layers.length != 0) model.layout.network = SSTORE2.write(Network.encode(decoded));
        } catch {
            revert MalformedSetup(setup.length);
        }
        model.shape = Shape({
            dimension: terms.dimension,
            shardSize: terms.shardSize,
            maxUpdates: uint16(updates), // at most cohortSize ≤ 256
            shards: uint16(shards), // at most 256
            shardsPerMember: terms.shardsPerMember,
            laneBits: terms.laneBits,
            bits: terms.bits
        });
        Sealing.lay(model, shards - 1);
        model.setup = SSTORE2.write(setup);
    }

    /// @inheritdoc IDirectAggregator
    function decodeSetup(bytes calldata setup) external pure returns (DirectSetup memory) {
        return abi.decode(setup, (DirectSetup));
    }

    /// @inheritdoc IAggregator
    function initialise(bytes32 id, uint256 shard, bytes calldata data) external returns (bool complete) {
        DirectModel storage model = _registered(id);
        model.checkShard(shard);
        if (model.hashes[shard] != 0) revert ShardAlreadyInitialised(shard);
        uint256[] memory words = _initialWords(model, shard, data);

        Progress memory progress = model.progress;
        complete = ++progress.initialised == model.shape.shards;
        model.put(progress, shard, Words.log(id, shard, words));
        model.save(progress);
    }

    // --- A round ---

    /// @inheritdoc IAggregator
    /// @dev `keccak256(context ‖ shard ‖ payload)`; see `Codec` for the form that is checked.
    function digest(bytes32 id, bytes32 context, uint256 shard, bytes calldata payload)
        external
        view
        returns (bytes32 digest_, bool isBlank)
    {
        DirectModel storage model = _registered(id);
        model.checkShard(shard);
        uint256 length = model.shardLength(shard);
        (uint256 laneBits, uint256 bits) = (model.shape.laneBits, model.shape.bits);
        Codec.check(payload, length, laneBits, bits);
        isBlank = Codec.isBlank(payload, length, laneBits, bits);
        uint256 from;
        assembly ("memory-safe") {
            from := payload.offset
        }
        digest_ = _digest(context, shard, from, payload.length);
    }

    /// @inheritdoc IAggregator
    /// @dev Without updates the words stay as they are, and so do their hash and the block in which they were logged.
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
        DirectModel storage model = _initialised(id);
        model.checkShard(shard);
        Shape memory shape = model.shape;
        uint256 length = model.shardLength(shard);
        uint256 limit = Cohort.maxUpdates(cohort, shape.shardsPerMember, shape.shards);
        if (contexts.length > limit) revert TooManyUpdates(contexts.length, limit);
        gain = Gains.effective(gain, shape.maxUpdates, limit);
        if (digests.length != contexts.length) revert WrongDigestCount(digests.length, contexts.length);
        uint256 size = contexts.length == 0 ? 0 : 32 * Lanes.words(shape.laneBits, length);
        uint256 stride = Codec.payloadLength(length, shape.bits);
        uint256 expected = size + stride * contexts.length;
        if (data.length != expected) revert WrongDataLength(data.length, expected);

        Progress memory progress = model.progress;
        ModelState.count(progress, round, shape.shards);
        hash = model.hashes[shard];
        if (size != 0) {
            Words.check(shard, data[:size], hash);
            uint256 from;
            assembly ("memory-safe") {
                from := data.offset
            }
            for (uint256 m; m < contexts.length; ++m) {
                if (_digest(contexts[m], shard, from + size + m * stride, stride) != digests[m]) {
                    revert DigestMismatch(m);
                }
            }
            hash = Words.log(
                id, shard, SumRule.addTo(from, length, shape.laneBits, shape.bits, gain, from + size, contexts.length)
            );
            model.put(progress, shard, hash);
        }
        model.save(progress);
    }

    /// @inheritdoc IAggregator
    /// @dev `digest` checks the whole form of an update: there is no fault left to prove.
    function isFault(bytes32, bytes32, uint256, bytes32, bytes calldata) external pure returns (bool) {
        return false;
    }

    // --- The model ---

    /// @inheritdoc IAggregator
    function modelHash(bytes32 id, uint256 shard) external view returns (bytes32) {
        return _initialisedShard(id, shard).hashes[shard];
    }

    /// @inheritdoc IAggregator
    function modelHash(bytes32 id) external view returns (bytes32) {
        DirectModel storage model = _initialised(id);
        bytes32[] memory hashes = new bytes32[](model.shape.shards);
        for (uint256 shard; shard < hashes.length; ++shard) {
            hashes[shard] = model.hashes[shard];
        }
        return hashes.length == 1 ? hashes[0] : keccak256(abi.encodePacked(hashes));
    }

    /// @inheritdoc IDirectAggregator
    function loggedAt(bytes32 id, uint256 shard) external view returns (uint256) {
        return _initialisedShard(id, shard).loggedAt(shard);
    }

    /// @inheritdoc IAggregator
    function versionOf(bytes32 id) external view returns (uint32 version, uint32 shardsDone) {
        Progress storage progress = _initialised(id).progress;
        return (progress.version, progress.shardsDone);
    }

    // --- Inside ---

    function _initialWords(DirectModel storage model, uint256 shard, bytes calldata data)
        private
        view
        returns (uint256[] memory words)
    {
        uint256 count = model.shardWords(shard);
        DirectSetup memory setup = abi.decode(SSTORE2.read(model.setup), (DirectSetup));
        uint256 expected = setup.start == Start.Given ? 32 * count : 0;
        if (data.length != expected) revert WrongModelLength(data.length, expected);
        uint256 laneBits = model.shape.laneBits;
        uint256 parameter = shard * model.shape.shardSize;
        if (setup.start == Start.Zero) return Initial.zero(laneBits, count);
        if (setup.start == Start.Seeded) {
            return Initial.seeded(setup.seed, laneBits, setup.tensors, parameter / (256 / laneBits), count);
        }
        bytes32 hash = keccak256(data);
        if (hash != setup.hashes[shard]) revert ModelMismatch(shard, hash, setup.hashes[shard]);
        Initial.check(data, laneBits, setup.bound, parameter, model.shape.dimension);
        words = new uint256[](count);
        assembly ("memory-safe") {
            calldatacopy(add(words, 0x20), data.offset, data.length)
        }
    }

    function _initialisedShard(bytes32 id, uint256 shard) private view returns (DirectModel storage model) {
        model = _initialised(id);
        model.checkShard(shard);
    }

    /// @dev `keccak256(abi.encodePacked(context, shard, payload))`, the payload being `length` bytes of calldata at `from`.
    function _digest(bytes32 context, uint256 shard, uint256 from, uint256 length) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, context)
            mstore(add(free, 0x20), shard)
            calldatacopy(add(free, 0x40), from, length)
            hash := keccak256(free, add(length, 0x40))
        }
    }
}
