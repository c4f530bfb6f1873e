// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Initial } from "../../src/libraries/Initial.sol";
import { Tensor } from "../../src/types/Setup.sol";
import { Test } from "../Test.sol";

/// @notice Seeded and given integers against the definition, lane by lane.
contract InitialTest is Test {
    function check(bytes calldata data, uint256 laneBits, uint256 limit, uint256 parameter, uint256 dimension)
        external
        pure
    {
        Initial.check(data, laneBits, limit, parameter, dimension);
    }

    /// @dev The case of 24 parameters of `vectors/initial.json`: one tensor as wide as lanes allow, one narrow.
    function test_seeded_equalsVector() external pure {
        bytes32 seed = 0xc290d0e6ca1c23931a26276303af3d7057a075f50fae3fc82db1430b6e6c604b;
        uint256[] memory words = Initial.seeded(seed, 16, _tensors(16, 32_767, 8, 5), 0, 2);
        assertEq(words[0], 0x0118f0a926cab1f14b9742746111f2552b1d745f51c953309ef053c54ae1a1cf);
        assertEq(words[1], 0x8000800080008000800080008000800080037ffb7ffe80018004800380047ffd);
    }

    function testFuzz_seeded_equalsPlainLoop(
        bytes32 seed,
        bool isWide,
        uint256 firstLength,
        uint256 length,
        uint256 amplitude,
        uint256 other
    ) external pure {
        uint256 laneBits = isWide ? 32 : 16;
        uint256 lanes = 256 / laneBits;
        uint256 most = (1 << (laneBits - 1)) - 1;
        firstLength = bound(firstLength, 1, 2 * lanes);
        length = bound(length, 1, 2 * lanes);
        uint256[2] memory amplitudes = [bound(amplitude, 0, most), bound(other, 0, most)];
        Tensor[] memory tensors = _tensors(firstLength, amplitudes[0], length, amplitudes[1]);
        uint256 last = (firstLength + length - 1) / lanes;
        uint256 word = Initial.seeded(seed, laneBits, tensors, last, 1)[0];
        uint256 h = uint256(keccak256(abi.encodePacked(seed, last)));
        for (uint256 j; j < lanes; ++j) {
            uint256 p = last * lanes + j;
            uint256 a = amplitudes[p < firstLength ? 0 : 1];
            uint256 u = (h >> (laneBits * j)) % (1 << laneBits);
            int256 value = p < firstLength + length ? int256((u * (2 * a + 1)) >> laneBits) - int256(a) : int256(0);
            assertEq((word >> (laneBits * j)) % (1 << laneBits), uint256(value + int256(most) + 1));
            assertTrue(value >= -int256(a) && value <= int256(a));
        }
    }

    function testFuzz_seeded_makesTheSameWordsInAnyChunks(bytes32 seed, bool isWide, uint256 cut) external pure {
        uint256 laneBits = isWide ? 32 : 16;
        Tensor[] memory tensors = _tensors(13, 9, 30, 1000);
        uint256 count = (43 * laneBits + 255) / 256;
        cut = bound(cut, 0, count);
        uint256[] memory whole = Initial.seeded(seed, laneBits, tensors, 0, count);
        uint256[] memory head = Initial.seeded(seed, laneBits, tensors, 0, cut);
        uint256[] memory tail = Initial.seeded(seed, laneBits, tensors, cut, count - cut);
        for (uint256 k; k < count; ++k) {
            assertEq(whole[k], k < cut ? head[k] : tail[k - cut]);
        }
    }

    function test_check_acceptsTheBoundAndRefusesOneMoreInEveryLane() external {
        for (uint256 laneBits = 16; laneBits <= 32; laneBits *= 2) {
            uint256 most = (1 << (laneBits - 1)) - 1;
            uint256[3] memory limits = [0, 100, most];
            for (uint256 l; l < 3; ++l) {
                for (uint256 j; j < 256 / laneBits; ++j) {
                    int256 limit = int256(limits[l]);
                    this.check(_lane(laneBits, j, limit), laneBits, limits[l], 0, 256 / laneBits);
                    this.check(_lane(laneBits, j, -limit), laneBits, limits[l], 0, 256 / laneBits);
                    _refuse(laneBits, limits[l], j, -limit - 1);
                    if (limits[l] < most) _refuse(laneBits, limits[l], j, limit + 1);
                }
            }
        }
    }

    function testFuzz_check_agreesWithPlainLoop(uint256 word, bool isWide, uint256 limit, uint256 used) external {
        uint256 laneBits = isWide ? 32 : 16;
        uint256 lanes = 256 / laneBits;
        limit = bound(limit, 0, (1 << (laneBits - 1)) - 1);
        used = bound(used, 1, lanes);
        // Three in four random lanes are drawn into the bound, so that both answers come up.
        for (uint256 j; j < lanes; ++j) {
            uint256 random = uint256(keccak256(abi.encode(word, j)));
            if (random % 64 == 0) continue;
            int256 value = j < used ? int256((random >> 8) % (2 * limit + 1)) - int256(limit) : int256(0);
            uint256 mask = ((1 << laneBits) - 1) << (laneBits * j);
            word = word & ~mask | uint256(value + int256(1 << (laneBits - 1))) << (laneBits * j);
        }
        bytes memory expected = _firstFault(word, laneBits, limit, used);
        if (expected.length > 0) vm.expectRevert(expected);
        this.check(abi.encode(word), laneBits, limit, 2 * lanes, 2 * lanes + used);
    }

    function test_check_namesTheParameterInTheModel() external {
        bytes memory data = bytes.concat(_lane(16, 0, 5), _lane(16, 3, -6));
        vm.expectRevert(abi.encodeWithSelector(Initial.BoundExceeded.selector, 512 + 19, int256(-6), 5));
        this.check(data, 16, 5, 512, 1000);
    }

    function test_check_refusesValuesBeyondTheModel() external {
        bytes memory data = _lane(32, 7, 1);
        this.check(data, 32, 5, 0, 8);
        vm.expectRevert(abi.encodeWithSelector(Initial.BoundExceeded.selector, 7, int256(1), 0));
        this.check(data, 32, 5, 0, 7);
    }

    function _refuse(uint256 laneBits, uint256 limit, uint256 lane, int256 value) private {
        vm.expectRevert(abi.encodeWithSelector(Initial.BoundExceeded.selector, lane, value, limit));
        this.check(_lane(laneBits, lane, value), laneBits, limit, 0, 256 / laneBits);
    }

    /// @dev The error of the first lane beyond the bound, else of the first beyond the model that is not zero.
    function _firstFault(uint256 word, uint256 laneBits, uint256 limit, uint256 used)
        private
        pure
        returns (bytes memory fault)
    {
        uint256 lanes = 256 / laneBits;
        for (uint256 pass; pass < 2; ++pass) {
            int256 most = pass == 0 ? int256(limit) : int256(0);
            for (uint256 j = pass == 0 ? 0 : used; j < lanes; ++j) {
                int256 value = int256((word >> (laneBits * j)) % (1 << laneBits)) - int256(1 << (laneBits - 1));
                if (value >= -most && value <= most) continue;
                return abi.encodeWithSelector(Initial.BoundExceeded.selector, 2 * lanes + j, value, uint256(most));
            }
        }
    }

    /// @dev A stored word with one lane set.
    function _lane(uint256 laneBits, uint256 lane, int256 value) private pure returns (bytes memory) {
        uint256 word;
        for (uint256 j; j < 256 / laneBits; ++j) {
            word |= uint256((j == lane ? value : int256(0)) + int256(1 << (laneBits - 1))) << (laneBits * j);
        }
        return abi.encode(word);
    }

    function _tensors(uint256 firstLength, uint256 amplitude, uint256 length, uint256 other)
        private
        pure
        returns (Tensor[] memory tensors)
    {
        tensors = new Tensor[](2);
        tensors[0] = Tensor(uint32(firstLength), uint32(amplitude));
        tensors[1] = Tensor(uint32(length), uint32(other));
    }
}
