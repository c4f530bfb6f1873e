// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { SSTORE2 } from "solady/utils/SSTORE2.sol";
import { IAggregator } from "../interfaces/IAggregator.sol";
import { IDirectAggregator } from "../interfaces/IDirectAggregator.sol";
import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { Codec } from "./lanes/Codec.sol";
import { Cohort } from "../terms/Cohort.sol";
import { DirectTerms } from "./DirectTerms.sol";
import { Gains } from "../terms/Gains.sol";
import { Initial } from "./lanes/Initial.sol";
import { Lanes } from "./lanes/Lanes.sol";
import { Network } from "./predict/Network.sol";
import { PackedTerms } from "../terms/PackedTerms.sol";
import { SumRule } from "./rules/SumRule.sol";
import { DirectSetup, Start } from "../types/DirectSetup.sol";
import { OutputKind } from "../types/OutputKind.sol";
import { Terms } from "../types/Terms.sol";

/// @title DirectAggregator
/// @notice Keeps models as lanes of storage words, adds updates that come as calldata, and answers predictions.
/// @dev The rule is the sum: `model += gain · Σ updates`, exact by the overflow guarantee that `register` checks, the gain
///      being scaled by `Gains.effective`.
///      Words are stored biased, so none is ever zero and the writes of every round cost the same.
///      Trust. The caller is the core: models are kept under `(msg.sender, id)`. The core is trusted for its arguments:
///      gains of the schedule, the cohort of the round, digests that `digest` returned, each shard once a round.
///      Liveness. `aggregate` accepts every payload that `digest` accepted: no value of an update can stop a round.
contract DirectAggregator is IDirectAggregator {
    /// @dev One slot, then the setup's address, then the chunks.
    struct Config {
        uint32 dimension; //    0  zero: not registered
        uint32 shardSize; //    0
        uint16 maxUpdates; //   0  most updates of a shard in a round, with the largest cohort
        uint16 shards; //       0
        uint16 shardsPerMember; // 0
        uint16 shardsDone; //   0  shards aggregated in `round`
        uint32 round; //        0  last round that aggregated
        uint16 chunks; //       0  chunks of the initial model
        uint16 chunksDone; //   0
        uint8 laneBits; //      0
        uint8 bits; //          0
        address setup; //       1  code that holds the setup (SSTORE2)
        address network; //     2  code that holds the network for predictions; zero: there is no network
        uint256 written; //     3  bit c: chunk c has been written
    }

    /// @dev Code may have 24,576 bytes (EIP-170); SSTORE2 uses the first.
    uint256 private constant SETUP_LIMIT = 24_575;
    bytes32 private constant MODEL_DOMAIN = keccak256("tutti.direct.model");

    mapping(address core => mapping(bytes32 id => Config)) private _configs;

    /// @inheritdoc IAggregator
    function register(bytes32 id, Terms calldata given, bytes calldata setup) external {
        Config storage config = _configs[msg.sender][id];
        if (config.dimension != 0) revert AlreadyRegistered(id);
        if (setup.length > SETUP_LIMIT) revert SetupTooLarge(setup.length, SETUP_LIMIT);
        Terms memory terms = PackedTerms.read(given);
        uint256 shards;
        uint256 updates;
        try this.decodeSetup(setup) returns (DirectSetup memory decoded) {
            (shards, updates) = DirectTerms.check(terms, decoded);
            if (decoded.layers.length != 0) config.network = SSTORE2.write(Network.encode(decoded));
        } catch {
            revert MalformedSetup(setup.length);
        }
        config.dimension = terms.dimension;
        config.shardSize = terms.shardSize;
        config.maxUpdates = uint16(updates); // at most cohortSize ≤ 256
        config.shards = uint16(shards); // at most 256
        config.shardsPerMember = terms.shardsPerMember;
        config.chunks = uint16(DirectTerms.chunkCount(terms)); // at most 256
        config.laneBits = terms.laneBits;
        config.bits = terms.bits;
        config.setup = SSTORE2.write(setup);
    }

    /// @inheritdoc IDirectAggregator
    function decodeSetup(bytes calldata setup) external pure returns (DirectSetup memory) {
        return abi.decode(setup, (DirectSetup));
    }

    /// @inheritdoc IAggregator
    /// @dev Given words come biased, as they are stored. A chunk has 512 words, the last one may have fewer.
    function initialise(bytes32 id, uint256 chunk, bytes calldata data) external returns (bool complete) {
        Config storage config = _registered(id);
        if (chunk >= config.chunks) revert NoSuchChunk(chunk, config.chunks);
        if ((config.written >> chunk) & 1 != 0) revert ChunkAlreadyWritten(chunk);

        DirectSetup memory setup = _setupOf(config);
        uint256 laneBits = config.laneBits;
        uint256 first = chunk * DirectTerms.CHUNK_WORDS;
        uint256 count = Lanes.words(laneBits, config.dimension) - first;
        if (count > DirectTerms.CHUNK_WORDS) count = DirectTerms.CHUNK_WORDS;
        uint256 expected = setup.start == Start.Given ? count * 32 : 0;
        if (data.length != expected) revert WrongChunkLength(data.length, expected);

        uint256 slot = _modelSlot(id) + first;
        if (setup.start == Start.Zero) {
            _fill(slot, count, Lanes.bias(laneBits));
        } else if (setup.start == Start.Seeded) {
            _write(slot, Initial.seeded(setup.seed, laneBits, setup.tensors, first, count));
        } else {
            bytes32 hash = keccak256(data);
            if (hash != setup.chunks[chunk]) revert ChunkMismatch(chunk, hash, setup.chunks[chunk]);
            Initial.check(data, laneBits, setup.bound, first * (256 / laneBits), config.dimension);
            _copy(slot, data);
        }
        config.written |= 1 << chunk;
        complete = ++config.chunksDone == config.chunks;
    }

    /// @inheritdoc IAggregator
    /// @dev `keccak256(context ‖ shard ‖ payload)`; see `Codec` for the form that is checked.
    function digest(bytes32 id, bytes32 context, uint256 shard, bytes calldata payload)
        external
        view
        returns (bytes32 digest_, bool isBlank)
    {
        Config storage config = _registered(id);
        (uint256 length, uint256 laneBits, uint256 bits) = (_shardLength(config, shard), config.laneBits, config.bits);
        Codec.check(payload, length, laneBits, bits);
        isBlank = Codec.isBlank(payload, length, laneBits, bits);
        uint256 from;
        assembly ("memory-safe") {
            from := payload.offset
        }
        digest_ = _digest(context, shard, from, payload.length);
    }

    /// @inheritdoc IAggregator
    /// @dev Without updates the model stays as it is, and its hash is returned.
    function aggregate(
        bytes32 id,
        uint256 round,
        uint256 shard,
        uint256 gain,
        uint256 cohort,
        bytes32[] calldata contexts,
        bytes32[] calldata digests,
        bytes calldata data
    ) external returns (bytes32 modelHash) {
        Config storage config = _initialised(id);
        uint256 length = _shardLength(config, shard);
        uint256 stride = Codec.payloadLength(length, config.bits);
        uint256 limit = Cohort.maxUpdates(cohort, config.shardsPerMember, config.shards);
        if (contexts.length > limit) revert TooManyUpdates(contexts.length, limit);
        gain = Gains.effective(gain, config.maxUpdates, limit);
        if (digests.length != contexts.length) revert WrongDigestCount(digests.length, contexts.length);
        if (data.length != stride * contexts.length) revert WrongDataLength(data.length, stride * contexts.length);
        uint256 from;
        assembly ("memory-safe") {
            from := data.offset
        }
        for (uint256 m; m < contexts.length; ++m) {
            if (_digest(contexts[m], shard, from + m * stride, stride) != digests[m]) revert DigestMismatch(m);
        }
        if (config.shards > 1) _count(config, round);
        uint256[] memory words = SumRule.addTo(
            _shardSlot(config, id, shard), length, config.laneBits, config.bits, gain, from, contexts.length
        );
        // keccak256(abi.encodePacked(words)), in place.
        assembly ("memory-safe") {
            modelHash := keccak256(add(words, 0x20), shl(5, mload(words)))
        }
    }

    /// @inheritdoc IAggregator
    /// @dev `digest` checks the whole form of an update: there is no fault left to prove.
    function isFault(bytes32, bytes32, uint256, bytes32, bytes calldata) external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IAggregator
    function model(bytes32 id, uint256 shard) external view returns (bytes memory words) {
        Config storage config = _initialised(id);
        uint256 count = Lanes.words(config.laneBits, _shardLength(config, shard));
        uint256 slot = _shardSlot(config, id, shard);
        words = new bytes(32 * count);
        assembly ("memory-safe") {
            for { let k := 0 } lt(k, count) { k := add(k, 1) } {
                mstore(add(add(words, 0x20), shl(5, k)), sload(add(slot, k)))
            }
        }
    }

    /// @inheritdoc IAggregator
    function networkShape(bytes32 id) external view returns (uint32 inputs, uint32 outputs, OutputKind kind) {
        address code = _registered(id).network;
        if (code != address(0)) return Network.shapeOf(SSTORE2.read(code));
    }

    /// @inheritdoc IAggregator
    function predict(bytes32 id, bytes calldata input) external view returns (int256[] memory outputs) {
        (outputs,) = _predict(id, input);
        // return outputs: encoded as they lie in memory, the place of their length written before it
        assembly ("memory-safe") {
            let start := sub(outputs, 0x20)
            mstore(start, 0x20)
            return(start, add(0x40, shl(5, mload(outputs))))
        }
    }

    /// @inheritdoc IAggregator
    function classify(bytes32 id, bytes calldata input) external view returns (uint256 class, int256[] memory outputs) {
        bytes memory network;
        (outputs, network) = _predict(id, input);
        class = Network.classOf(network, outputs);
    }

    function _predict(bytes32 id, bytes calldata input)
        private
        view
        returns (int256[] memory outputs, bytes memory network)
    {
        Config storage config = _initialised(id);
        address code = config.network;
        if (code == address(0)) revert NoNetwork();
        uint256 done = config.shardsDone;
        if (done != 0 && done != config.shards) revert ModelInMotion(config.round, done);
        network = SSTORE2.read(code);
        outputs = Network.outputs(network, _modelSlot(id), config.laneBits, input);
    }

    /// @dev Counts the shards that a round has aggregated: between the first and the last the model is in motion.
    function _count(Config storage config, uint256 round) private {
        if (config.round == round && config.shardsDone < config.shards) {
            ++config.shardsDone;
        } else {
            config.round = uint32(round);
            config.shardsDone = 1;
        }
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

    function _write(uint256 slot, uint256[] memory words) private {
        for (uint256 k; k < words.length; ++k) {
            assembly ("memory-safe") {
                sstore(add(slot, k), mload(add(add(words, 0x20), shl(5, k))))
            }
        }
    }

    function _fill(uint256 slot, uint256 count, uint256 word) private {
        for (uint256 k; k < count; ++k) {
            assembly ("memory-safe") {
                sstore(add(slot, k), word)
            }
        }
    }

    function _copy(uint256 slot, bytes calldata data) private {
        for (uint256 k; k < data.length / 32; ++k) {
            assembly ("memory-safe") {
                sstore(add(slot, k), calldataload(add(data.offset, shl(5, k))))
            }
        }
    }

    function _registered(bytes32 id) private view returns (Config storage config) {
        config = _configs[msg.sender][id];
        if (config.dimension == 0) revert NotRegistered(id);
    }

    function _initialised(bytes32 id) private view returns (Config storage config) {
        config = _registered(id);
        if (config.chunksDone != config.chunks) revert NotInitialised(config.chunksDone, config.chunks);
    }

    function _setupOf(Config storage config) private view returns (DirectSetup memory) {
        return abi.decode(SSTORE2.read(config.setup), (DirectSetup));
    }

    function _shardLength(Config storage config, uint256 shard) private view returns (uint256 length) {
        if (shard >= config.shards) revert IFederationErrors.ShardOutOfRange(shard, config.shards);
        uint256 size = config.shardSize;
        length = config.dimension - shard * size;
        if (length > size) length = size;
    }

    /// @dev Words of a model stand at consecutive slots from `keccak256(domain, core, id)`: a preimage of three words,
    ///      where those of mappings have two.
    function _modelSlot(bytes32 id) private view returns (uint256) {
        return uint256(keccak256(abi.encode(MODEL_DOMAIN, msg.sender, id)));
    }

    /// @dev Shards begin at whole words: their size is a multiple of 256/bits, and so of 256/laneBits.
    function _shardSlot(Config storage config, bytes32 id, uint256 shard) private view returns (uint256) {
        return _modelSlot(id) + shard * config.shardSize / (256 / uint256(config.laneBits));
    }
}
