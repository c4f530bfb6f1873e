// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectFixture } from "../DirectFixture.sol";
import { FoldHarness } from "./FoldHarness.sol";

/// @notice The whole-word sum against a plain loop over integers, every width, up to 256 members.
contract SumRuleTest is DirectFixture {
    function setUp() public override { }

    /// @dev Group sizes are 2, 4, 16 and 256: numbers of members around their multiples are tried.
    function testFuzz_addTo_equalsPlainLoop(uint256 seed, uint256 length, uint256 members, uint256 width) external {
        length = bound(length, 1, 80);
        members = bound(members, 1, 35);
        _check(seed, length, members, 16 << (width >> 2) % 2, 1 << (width % 4), 1 + seed % 3);
    }

    function test_addTo_atGroupEdges() external {
        for (uint256 width; width < 8; ++width) {
            uint256 bits = 1 << (width % 4);
            uint256 group = 1 << bits;
            if (group == 256) group = 128;
            for (uint256 members = group - 1; members <= group + 1; ++members) {
                _check(members, 70, members, 16 << (width >> 2), bits, 1);
                _check(members, 70, 2 * members, 16 << (width >> 2), bits, 1);
            }
        }
    }

    function test_addTo_256MembersOfEveryWidth() external {
        for (uint256 width; width < 8; ++width) {
            _check(width, 9, 256, 16 << (width >> 2), 1 << (width % 4), 1);
        }
    }

    function _check(uint256 seed, uint256 length, uint256 members, uint256 laneBits, uint256 bits, uint256 gain)
        private
    {
        int256[] memory model = new int256[](length);
        for (uint256 p; p < length; ++p) {
            model[p] = int256(uint256(hashOf(seed, p)) % 200) - 100;
        }
        bytes memory before = encodeModel(model, 0, length, laneBits);
        bytes[] memory payloads = new bytes[](members);
        int256 room = int256(1 << (laneBits - 1)) - 101;
        for (uint256 m; m < members; ++m) {
            int256[] memory update = updateOf(uint256(hashOf(seed, 1e6 + m)), length, bits);
            for (uint256 p; p < length; ++p) {
                // Only sums that a federation could reach: 256 members of 8 bits do not fit 16 bits.
                int256 next = model[p] + int256(gain) * update[p];
                if (next > room || next < -room) update[p] = bits == 1 ? -update[p] : int256(0);
                model[p] += int256(gain) * update[p];
            }
            payloads[m] = encode(update, 0, length, laneBits, bits);
        }
        FoldHarness harness = new FoldHarness();
        bytes memory words = harness.fold(laneBits, bits, length, members, gain, before, concat(payloads));
        assertEq(words, encodeModel(model, 0, length, laneBits));
    }
}
