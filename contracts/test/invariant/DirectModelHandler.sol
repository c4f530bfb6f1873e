// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup, Start } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "../direct/DirectFixture.sol";

/// @title DirectModelHandler
/// @notice A core that initialises, aggregates and seals in any order that a core may, and a naive model beside it.
/// @dev Three shards of 800, 800 and 5 words, two, two and one pieces: 32-bit lanes, updates of 8 bits in all of a shard.
contract DirectModelHandler is DirectFixture {
    bytes32 public constant ID = "model";
    uint256 public constant SHARDS = 3;
    uint256 private constant LENGTH = 6400;
    uint256 private constant DIMENSION = 2 * LENGTH + 33;

    Terms private _terms;
    uint256 private _initialised;
    uint256 private _done;
    uint256 private _round;
    /// @dev What has been added to every parameter of a shard, beside its initial integer.
    int256[3] private _added;
    bytes[3] private _initial;
    /// @dev What had been added when a version was whole.
    mapping(uint256 version => int256[3]) private _addedAt;

    function setUp() public override {
        super.setUp();
        _terms = plainTerms(32, 8, DIMENSION);
        (_terms.shardSize, _terms.shardsPerMember, _terms.rounds) = (uint32(LENGTH), 3, 1000);
        DirectSetup memory setup = plainSetup(DIMENSION);
        (setup.start, setup.seed, setup.tensors[0].amplitude) = (Start.Seeded, keccak256("seed"), 1000);
        register(ID, _terms, setup);
    }

    function initialise(uint256 shard) external {
        shard %= SHARDS;
        aggregator.initialise(ID, shard, "");
        ++_initialised;
        _initial[shard] = loggedWords(address(this), ID, shard);
    }

    function aggregate(uint256 shard, uint256 value, uint256 members) external {
        shard %= SHARDS;
        require((_done >> shard) & 1 == 0, "once a round");
        int256 each = int256(value % 256) - 128;
        bytes[] memory payloads = new bytes[](members % 3);
        for (uint256 m; m < payloads.length; ++m) {
            payloads[m] = m == 0 ? _payload(shard, each) : payloads[0];
        }
        aggregateShard(ID, _round, shard, 1, 8, contextsOf(_round, payloads.length), payloads);
        // The gain of a cohort of eight is that of the terms.
        _added[shard] += each * int256(payloads.length);
        _done |= 1 << shard;
        if (_done != 7) return;
        _done = 0;
        _addedAt[++_round] = _added;
    }

    function seal(uint256 shard, uint256 first, uint256 count) external {
        shard %= SHARDS;
        aggregator.seal(ID, shard, first % 2, 1 + count % 2, wordsOf(ID, shard));
    }

    function isInitialised() public view returns (bool) {
        return _initialised == SHARDS;
    }

    function versions() external view returns (uint256) {
        return _round;
    }

    /// @dev The hash that a shard must have now.
    function expectedHash(uint256 shard) external view returns (bytes32) {
        return keccak256(_words(shard, _added[shard]));
    }

    /// @dev The words that a shard had after `version` rounds.
    function wordsAt(uint256 version, uint256 shard) external view returns (bytes memory) {
        return _words(shard, version == 0 ? int256(0) : _addedAt[version][shard]);
    }

    function logged(uint256 shard) external returns (bytes memory) {
        return loggedWords(address(this), ID, shard);
    }

    function modelHash(uint256 shard) external view returns (bytes32) {
        return aggregator.modelHash(ID, shard);
    }

    function pieceOf(uint32 version, uint256 shard, uint256 piece) external view returns (address) {
        return aggregator.pieceOf(ID, version, shard, piece);
    }

    function versionOf() external view returns (uint32, uint32) {
        return aggregator.versionOf(ID);
    }

    function sealingOf() external view returns (bool, uint32, uint32, uint256, uint256) {
        return aggregator.sealingOf(ID);
    }

    function _words(uint256 shard, int256 added) private view returns (bytes memory words) {
        words = bytes.concat(_initial[shard]);
        uint256 length = shard == 2 ? 33 : LENGTH;
        for (uint256 word; word < words.length / 32; ++word) {
            uint256 lanes = length - 8 * word < 8 ? length - 8 * word : 8;
            uint256 sum;
            // `added` in each lane that has a parameter, modulo 2^256.
            unchecked {
                for (uint256 lane; lane < lanes; ++lane) {
                    sum += uint256(added) << (32 * lane);
                }
            }
            assembly ("memory-safe") {
                let place := add(add(words, 0x20), shl(5, word))
                mstore(place, add(mload(place), sum))
            }
        }
    }

    /// @dev `value` for every parameter of a shard, padding zero.
    function _payload(uint256 shard, int256 value) private pure returns (bytes memory payload) {
        uint256 length = shard == 2 ? 33 : LENGTH;
        uint256[] memory words = new uint256[]((length + 31) / 32);
        uint256 field = uint256(value) & 0xff;
        for (uint256 word; word < words.length; ++word) {
            uint256 used = length - 32 * word < 32 ? length - 32 * word : 32;
            for (uint256 q; q < used; ++q) {
                words[word] |= field << (32 * (q % 8) + 8 * (q / 8));
            }
        }
        payload = abi.encodePacked(words);
    }
}
