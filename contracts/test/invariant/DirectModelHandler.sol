// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "../direct/DirectFixture.sol";
import { Vm } from "../Vm.sol";

/// @title DirectModelHandler
/// @notice A core that initialises, aggregates and seals in any order that a core may, and a naive model beside it.
/// @dev Three shards of 800, 800 and 5 words, two, two and one pieces: 32-bit lanes, updates of 8 bits. All parameters of a
///      shard are alike, so that one integer is a naive shard.
contract DirectModelHandler is DirectFixture {
    bytes32 public constant ID = "model";
    uint256 public constant SHARDS = 3;
    uint256 private constant LENGTH = 6400;
    uint256 private constant DIMENSION = 2 * LENGTH + 33;

    Terms private _terms;
    uint256 private _initialised;
    uint256 private _done;
    uint256 private _round;
    int256[3] private _values;
    mapping(uint256 version => int256[3]) private _valuesAt;
    /// @notice keccak256 of the words of a shard that were logged last.
    bytes32[3] public logged;

    function setUp() public override {
        super.setUp();
        _terms = plainTerms(32, 8, DIMENSION);
        (_terms.shardSize, _terms.shardsPerMember, _terms.rounds) = (uint32(LENGTH), 3, 1000);
        register(ID, _terms, plainSetup(DIMENSION));
    }

    // --- What a core may do ---

    function initialise(uint256 shard) public recorded {
        aggregator.initialise(ID, shard % SHARDS, "");
        ++_initialised;
    }

    function aggregate(uint256 shard, uint256 value, uint256 members) public recorded {
        shard %= SHARDS;
        require((_done >> shard) & 1 == 0, "once a round");
        int256 each = int256(value % 256) - 128;
        bytes[] memory payloads = new bytes[](members % 3);
        for (uint256 m; m < payloads.length; ++m) {
            payloads[m] = m == 0 ? _payload(shard, each) : payloads[0];
        }
        _aggregate(shard, payloads);
        _values[shard] += each * int256(payloads.length);
        _done |= 1 << shard;
        if (_done != 7) return;
        _done = 0;
        _valuesAt[++_round] = _values;
    }

    function seal(uint256 shard, uint256 first, uint256 count) public recorded {
        shard %= SHARDS;
        aggregator.seal(ID, shard, first % 2, 1 + count % 2, _words(shard, _values[shard]));
    }

    /// @dev Keeps campaigns moving: whatever is next, of every shard.
    function step(uint256 seed) external {
        for (uint256 shard; shard < SHARDS; ++shard) {
            if (!isInitialised()) initialise(shard);
            else if ((_done >> shard) & 1 == 0) aggregate(shard, uint256(hashOf(seed, shard)), 1 + seed % 2);
        }
    }

    /// @dev All pieces that are missing of the present version.
    function sealAll() external {
        for (uint256 shard; shard < SHARDS; ++shard) {
            for (uint256 piece; piece < (shard == 2 ? 1 : 2); ++piece) {
                if (pieceOf(uint32(_round), shard, piece) == address(0)) seal(shard, piece, 0);
            }
        }
    }

    // --- What must be so ---

    function isInitialised() public view returns (bool) {
        return _initialised == SHARDS;
    }

    function versions() external view returns (uint256) {
        return _round;
    }

    /// @dev The hash that a shard must have now.
    function expectedHash(uint256 shard) external view returns (bytes32) {
        return keccak256(_words(shard, _values[shard]));
    }

    /// @dev The words that a shard had after `version` rounds.
    function wordsAt(uint256 version, uint256 shard) external view returns (bytes memory) {
        return _words(shard, _valuesAt[version][shard]);
    }

    // --- What the aggregator says to its core ---

    function modelHash(uint256 shard) external view returns (bytes32) {
        return aggregator.modelHash(ID, shard);
    }

    function pieceOf(uint32 version, uint256 shard, uint256 piece) public view returns (address) {
        return aggregator.pieceOf(ID, version, shard, piece);
    }

    function versionOf() external view returns (uint32, uint32) {
        return aggregator.versionOf(ID);
    }

    function sealingOf() external view returns (bool, uint32, uint32, uint256, uint256) {
        return aggregator.sealingOf(ID);
    }

    // --- Inside ---

    modifier recorded() {
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IDirectAggregator.ModelLogged.selector) continue;
            logged[uint256(logs[i].topics[3])] = keccak256(abi.decode(logs[i].data, (bytes)));
        }
    }

    /// @dev The gain of a cohort of eight is that of the terms.
    function _aggregate(uint256 shard, bytes[] memory payloads) private {
        bytes32[] memory contexts = contextsOf(_round, payloads.length);
        bytes32[] memory digests = new bytes32[](payloads.length);
        for (uint256 m; m < payloads.length; ++m) {
            (digests[m],) = aggregator.digest(ID, contexts[m], shard, payloads[m]);
        }
        bytes memory data =
            payloads.length == 0 ? bytes("") : bytes.concat(_words(shard, _values[shard]), concat(payloads));
        aggregator.aggregate(ID, _round, shard, 1, 8, contexts, digests, data);
    }

    /// @dev `value` for every parameter of a shard; zero beyond them.
    function _words(uint256 shard, int256 value) private pure returns (bytes memory words) {
        uint256[] memory list = new uint256[](shard == 2 ? 5 : 800);
        uint256 field = uint256(value + (1 << 31));
        uint256 full = field * (type(uint256).max / type(uint32).max);
        for (uint256 word; word < list.length; ++word) {
            list[word] = full;
        }
        // Shard 2 has one parameter in its last word.
        if (shard == 2) list[4] = ((1 << 31) * (type(uint256).max / type(uint32).max)) - (1 << 31) + field;
        words = abi.encodePacked(list);
    }

    /// @dev `value` for every parameter of a shard, padding zero.
    function _payload(uint256 shard, int256 value) private pure returns (bytes memory payload) {
        uint256[] memory list = new uint256[](shard == 2 ? 2 : 200);
        uint256 field = uint256(value) & 0xff;
        for (uint256 word; word < list.length; ++word) {
            list[word] = field * (type(uint256).max / 0xff);
        }
        if (shard == 2) list[1] = field;
        payload = abi.encodePacked(list);
    }
}
