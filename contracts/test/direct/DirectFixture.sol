// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Layer, DirectSetup, Start, Tensor } from "../../src/types/DirectSetup.sol";
import { OutputKind } from "../../src/types/OutputKind.sol";
import { Terms } from "../../src/types/Terms.sol";
import { Test } from "../Test.sol";
import { Vm } from "../Vm.sol";

/// @title DirectFixture
/// @notice Terms, updates and a naive model, one integer a parameter, that the packed one is compared with.
/// @dev The test contract plays the core. Encoding here follows the definition value by value, not `Codec`.
abstract contract DirectFixture is Test {
    IDirectAggregator internal aggregator;

    mapping(address core => mapping(bytes32 id => mapping(uint256 shard => bytes))) private _words;

    function setUp() public virtual {
        vm.recordLogs();
        aggregator = IDirectAggregator(vm.deployCode("DirectAggregator.sol:DirectAggregator"));
    }

    function plainTerms(uint256 laneBits, uint256 bits, uint256 dimension) internal view returns (Terms memory terms) {
        terms.aggregator = address(aggregator);
        terms.laneBits = uint8(laneBits);
        terms.bits = uint8(bits);
        terms.dimension = uint32(dimension);
        terms.shardSize = uint32(dimension);
        terms.shardsPerMember = 1;
        terms.cohortSize = 8;
        terms.minimumUpdates = 1;
        terms.rounds = 10;
        terms.gains = 1;
        terms.submitSeconds = 60;
        terms.isPrivateNetwork = true;
    }

    function plainSetup(uint256 dimension) internal pure returns (DirectSetup memory setup) {
        setup.tensors = new Tensor[](1);
        setup.tensors[0] = Tensor(uint32(dimension), 0);
    }

    /// @dev Dense layers of the given sizes, biases scaled by 1, shifts by 4, outputs unscaled.
    function withLayers(DirectSetup memory setup, uint256[] memory sizes) internal pure returns (DirectSetup memory) {
        setup.layers = new Layer[](sizes.length - 1);
        for (uint256 l; l < setup.layers.length; ++l) {
            uint8 shift = l + 1 == setup.layers.length ? 0 : 4;
            setup.layers[l] = Layer(uint32(sizes[l]), uint32(sizes[l + 1]), 1, shift);
        }
        setup.outputMultiplier = 1;
        return setup;
    }

    function parametersOf(uint256[] memory sizes) internal pure returns (uint256 parameters) {
        for (uint256 l = 1; l < sizes.length; ++l) {
            parameters += sizes[l] * (sizes[l - 1] + 1);
        }
    }

    function register(bytes32 id, Terms memory terms, DirectSetup memory setup) internal {
        aggregator.register(id, terms, abi.encode(setup));
    }

    function initialiseAll(bytes32 id, Terms memory terms) internal {
        for (uint256 shard; shard * terms.shardSize < terms.dimension; ++shard) {
            aggregator.initialise(id, shard, "");
        }
    }

    /// @dev The words of a shard of this test's own model, as of `wordsOf`.
    function wordsOf(bytes32 id, uint256 shard) internal returns (bytes memory words) {
        words = loggedWords(address(this), id, shard);
        assertEq(keccak256(words), aggregator.modelHash(id, shard), "hash");
    }

    /// @dev The words of a shard, as they were logged last: all that is left of them in the contract is their hash.
    function loggedWords(address core, bytes32 id, uint256 shard) internal returns (bytes memory) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            bytes32[] memory topics = logs[i].topics;
            if (topics.length != 4 || topics[0] != IDirectAggregator.ModelLogged.selector) continue;
            _words[address(uint160(uint256(topics[1])))][topics[2]][uint256(topics[3])] =
                abi.decode(logs[i].data, (bytes));
        }
        return _words[core][id][shard];
    }

    /// @dev Wire form of `values[from .. from + length)`, position by position as `Codec` documents it.
    function encode(int256[] memory values, uint256 from, uint256 length, uint256 laneBits, uint256 bits)
        internal
        pure
        returns (bytes memory payload)
    {
        uint256 perWord = 256 / bits;
        uint256[] memory words = new uint256[]((length + perWord - 1) / perWord);
        uint256 lanes = 256 / laneBits;
        for (uint256 p; p < length; ++p) {
            int256 value = values[from + p];
            uint256 q = p % perWord;
            uint256 field = bits == 1 ? (value > 0 ? 0 : 1) : uint256(value) & ((1 << bits) - 1);
            words[p / perWord] |= field << (laneBits * (q % lanes) + bits * (q / lanes));
        }
        payload = abi.encodePacked(words);
    }

    /// @dev The words of a model, big-endian and biased, lane by lane.
    function encodeModel(int256[] memory values, uint256 from, uint256 length, uint256 laneBits)
        internal
        pure
        returns (bytes memory)
    {
        uint256 lanes = 256 / laneBits;
        uint256[] memory words = new uint256[]((length + lanes - 1) / lanes);
        for (uint256 p; p < words.length * lanes; ++p) {
            int256 value = p < length ? values[from + p] : int256(0);
            words[p / lanes] |= uint256(value + int256(1 << (laneBits - 1))) << (laneBits * (p % lanes));
        }
        return abi.encodePacked(words);
    }

    /// @dev The integers of stored words.
    function decodeModel(bytes memory words, uint256 length, uint256 laneBits)
        internal
        pure
        returns (int256[] memory values)
    {
        values = new int256[](length);
        uint256 lanes = 256 / laneBits;
        for (uint256 p; p < length; ++p) {
            uint256 word;
            uint256 at = 32 + p / lanes * 32;
            assembly ("memory-safe") {
                word := mload(add(words, at))
            }
            uint256 field = (word >> (laneBits * (p % lanes))) & ((1 << laneBits) - 1);
            values[p] = int256(field) - int256(1 << (laneBits - 1));
        }
    }

    /// @dev Pseudo-random update values, a third of them at the extremes.
    function updateOf(uint256 seed, uint256 length, uint256 bits) internal pure returns (int256[] memory values) {
        values = new int256[](length);
        int256 half = int256(1 << (bits - 1));
        for (uint256 p; p < length; ++p) {
            uint256 r = uint256(hashOf(seed, p));
            if (bits == 1) values[p] = r & 1 == 0 ? int256(1) : int256(-1);
            else if (r % 6 == 0) values[p] = -half;
            else if (r % 6 == 1) values[p] = half - 1;
            else values[p] = int256((r >> 8) % (2 * uint256(half))) - half;
        }
    }

    /// @dev `keccak256(abi.encode(a, b))` without leaving anything in memory.
    function hashOf(uint256 a, uint256 b) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, a)
            mstore(0x20, b)
            hash := keccak256(0x00, 0x40)
        }
    }

    /// @dev The payloads one after the other; `bytes.concat` in a loop would fill the memory with every prefix.
    function concat(bytes[] memory payloads) internal pure returns (bytes memory data) {
        uint256 stride = payloads.length == 0 ? 0 : payloads[0].length;
        data = new bytes(stride * payloads.length);
        for (uint256 m; m < payloads.length; ++m) {
            bytes memory payload = payloads[m];
            assembly ("memory-safe") {
                mcopy(add(add(data, 0x20), mul(m, stride)), add(payload, 0x20), stride)
            }
        }
    }

    function contextsOf(uint256 salt, uint256 members) internal pure returns (bytes32[] memory contexts) {
        contexts = new bytes32[](members);
        for (uint256 m; m < members; ++m) {
            contexts[m] = keccak256(abi.encode("context", salt, m));
        }
    }

    /// @dev Digests and aggregates one shard as a core does.
    function aggregateShard(
        bytes32 id,
        uint256 round,
        uint256 shard,
        uint256 gain,
        uint256 cohort,
        bytes32[] memory contexts,
        bytes[] memory payloads
    ) internal returns (bytes32) {
        bytes32[] memory digests = new bytes32[](payloads.length);
        for (uint256 m; m < payloads.length; ++m) {
            (digests[m],) = aggregator.digest(id, contexts[m], shard, payloads[m]);
        }
        bytes memory data = payloads.length == 0 ? bytes("") : bytes.concat(wordsOf(id, shard), concat(payloads));
        return aggregator.aggregate(id, round, shard, gain, cohort, contexts, digests, data);
    }

    /// @dev A payload in which only the padding has zero bytes.
    function densePayload(uint256 seed, uint256 length, uint256 laneBits, uint256 bits)
        internal
        pure
        returns (bytes memory payload)
    {
        uint256 perWord = 256 / bits;
        uint256 count = (length + perWord - 1) / perWord;
        uint256[] memory words = new uint256[](count);
        for (uint256 w; w < count; ++w) {
            uint256 word = uint256(hashOf(seed, w));
            for (uint256 b; b < 32; ++b) {
                if ((word >> (8 * b)) & 0xff == 0) word |= 0x91 << (8 * b);
            }
            words[w] = word;
        }
        uint256 lanes = 256 / laneBits;
        for (uint256 q = (length - 1) % perWord + 1; q < perWord; ++q) {
            words[count - 1] &= ~(((1 << bits) - 1) << (laneBits * (q % lanes) + bits * (q / lanes)));
        }
        payload = abi.encodePacked(words);
    }

    function sizesOf(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory sizes) {
        sizes = new uint256[](3);
        (sizes[0], sizes[1], sizes[2]) = (a, b, c);
    }
}
