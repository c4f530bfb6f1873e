// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "../../src/libraries/Codec.sol";
import { Test } from "../Test.sol";
import { FoldHarness } from "./FoldHarness.sol";

/// @notice The packed sum against one addition a member and parameter, for every pair of widths.
contract SumRuleTest is Test {
    FoldHarness private harness;

    function setUp() public {
        harness = new FoldHarness();
    }

    function test_addTo_equalsWordsByHand() external {
        // Two members, 4 bits in lanes of 16, gain 3: parameter 0 gains 3·(7 + 7), parameter 1 gains 3·(−8 − 1).
        bytes memory before = abi.encode(uint256(0x8000800080008000800080008000800080008000800080008000800080008000));
        bytes memory words = harness.fold(16, 4, 2, 2, 3, before, abi.encode(uint256(0x8_0007), uint256(0xf_0007)));
        assertEq(words, abi.encode(uint256(0x800080008000800080008000800080008000800080008000800080007fe5802a)));
    }

    /// @dev The product of members and parameters is held small, so that a run is cheap; `test_extremes` fills the rest.
    function testFuzz_addTo_addsEveryMemberToEveryParameter(
        uint256 seed,
        uint256 pair,
        uint256 length,
        uint256 members,
        uint256 gain
    ) external {
        (uint256 laneBits, uint256 bits) = _widths(pair);
        members = bound(members, 0, 40);
        uint256 most = members == 0 ? 64 : 160 / members;
        length = bound(length, 1, most < 256 / bits ? most : 256 / bits);
        uint256 limit = (1 << (laneBits - 1)) - 1;
        uint256 room = limit / ((members == 0 ? 1 : members) * Codec.largest(bits));
        gain = bound(gain, 1, room < 0xffff ? room : 0xffff);
        limit -= gain * members * Codec.largest(bits);
        uint256[] memory data = new uint256[](members);
        uint256 mask = Codec.lastMask(length, laneBits, bits);
        for (uint256 m; m < members; ++m) {
            data[m] = uint256(keccak256(abi.encode(seed, m))) & mask;
        }
        int256[] memory naive = new int256[](length);
        for (uint256 p; p < length; ++p) {
            naive[p] = int256(uint256(keccak256(abi.encode(seed, "before", p))) % (2 * limit + 1)) - int256(limit);
        }
        bytes memory before = _model(naive, laneBits);
        for (uint256 m; m < members; ++m) {
            for (uint256 p; p < length; ++p) {
                naive[p] += int256(gain) * Codec.valueAt(data[m], laneBits, bits, p);
            }
        }
        bytes memory words = harness.fold(laneBits, bits, length, members, gain, before, abi.encodePacked(data));
        assertEq(words, _model(naive, laneBits));
    }

    function test_extremes_ofFullWordsAreExactInEveryWidth() external {
        for (uint256 pair; pair < 8; ++pair) {
            (uint256 laneBits, uint256 bits) = _widths(pair);
            uint256 signs = Codec.signs(bits);
            uint256 most = laneBits == 16 && bits == 8 ? 255 : 256;
            uint256[5] memory members = [1, (1 << bits), (1 << bits) + 1, most - 1, most];
            for (uint256 m; m < members.length; ++m) {
                if (members[m] > most) continue;
                _checkFilled(laneBits, bits, members[m], signs); // the least of every value
                _checkFilled(laneBits, bits, members[m], ~signs); // the greatest
                _checkFilled(laneBits, bits, members[m], type(uint256).max); // −1
                _checkFilled(laneBits, bits, members[m], 0); // 0, or 1 for one bit
            }
        }
    }

    function test_addTo_leavesPaddingLanesAtZero() external {
        for (uint256 pair; pair < 8; ++pair) {
            (uint256 laneBits, uint256 bits) = _widths(pair);
            for (uint256 length = 1; length < 40; ++length) {
                if (length > 256 / bits) break;
                uint256[] memory data = new uint256[](3);
                data[0] = data[1] = data[2] = Codec.lastMask(length, laneBits, bits);
                int256[] memory naive = new int256[](length);
                bytes memory before = _model(naive, laneBits);
                for (uint256 p; p < length; ++p) {
                    naive[p] = -3;
                }
                bytes memory words = harness.fold(laneBits, bits, length, 3, 1, before, abi.encodePacked(data));
                assertEq(words, _model(naive, laneBits));
            }
        }
    }

    /// @dev Every member sends `word` alike for a payload of one full word; starts from the far side of the range.
    function _checkFilled(uint256 laneBits, uint256 bits, uint256 members, uint256 word) private {
        uint256 limit = (1 << (laneBits - 1)) - 1;
        uint256 gain = limit / (members * Codec.largest(bits));
        if (gain == 0) return;
        if (gain > 0xffff) gain = 0xffff;
        int256 change = Codec.valueAt(word, laneBits, bits, 0) * int256(gain * members);
        int256 from = change < 0 ? int256(limit) : -int256(limit);
        uint256[] memory data = new uint256[](members);
        for (uint256 m; m < members; ++m) {
            data[m] = word;
        }
        uint256 length = 256 / bits;
        bytes memory before = _model(_filled(length, from), laneBits);
        bytes memory words = harness.fold(laneBits, bits, length, members, gain, before, abi.encodePacked(data));
        assertEq(words, _model(_filled(length, from + change), laneBits));
    }

    function _filled(uint256 length, int256 value) private pure returns (int256[] memory values) {
        values = new int256[](length);
        for (uint256 p; p < length; ++p) {
            values[p] = value;
        }
    }

    /// @dev Stored words, lane by lane; lanes beyond the values hold zero.
    function _model(int256[] memory values, uint256 laneBits) private pure returns (bytes memory) {
        uint256 lanes = 256 / laneBits;
        uint256[] memory words = new uint256[]((values.length + lanes - 1) / lanes);
        for (uint256 p; p < words.length * lanes; ++p) {
            int256 value = p < values.length ? values[p] : int256(0);
            words[p / lanes] |= uint256(value + int256(1 << (laneBits - 1))) << (laneBits * (p % lanes));
        }
        return abi.encodePacked(words);
    }

    function _widths(uint256 pair) private pure returns (uint256 laneBits, uint256 bits) {
        return (16 << (pair >> 2) % 2, 1 << pair % 4);
    }
}
