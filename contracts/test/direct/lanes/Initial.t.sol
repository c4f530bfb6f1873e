// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Initial } from "../../../src/direct/lanes/Initial.sol";
import { Tensor } from "../../../src/types/DirectSetup.sol";
import { DirectFixture } from "../DirectFixture.sol";

contract InitialTest is DirectFixture {
    function setUp() public override { }

    /// @dev `((u·(2a + 1)) >> laneBits) − a` lane by lane, from any first word.
    function testFuzz_seeded_equalsPlainLoop(bytes32 seed, uint256 shape, uint256 first, bool isWide) external pure {
        uint256 laneBits = isWide ? 32 : 16;
        uint256 lanes = 256 / laneBits;
        Tensor[] memory tensors = new Tensor[](1 + shape % 5);
        uint256 dimension;
        for (uint256 t; t < tensors.length; ++t) {
            uint256 r = uint256(hashOf(shape, t));
            uint256 limit = 1 << (laneBits - 1);
            uint256 amplitude = r % 4 == 0 ? limit - 1 : (r >> 8) % limit;
            tensors[t] = Tensor(uint32(1 + (r >> 64) % 60), uint32(amplitude));
            dimension += tensors[t].length;
        }
        uint256 count = (dimension + lanes - 1) / lanes;
        first = first % count;
        int256[] memory values = new int256[](dimension);
        uint256 p;
        for (uint256 t; t < tensors.length; ++t) {
            for (uint256 i; i < tensors[t].length; ++i) {
                uint256 u = (uint256(keccak256(abi.encodePacked(seed, p / lanes))) >> (laneBits * (p % lanes)))
                    & ((1 << laneBits) - 1);
                uint256 a = tensors[t].amplitude;
                values[p++] = int256((u * (2 * a + 1)) >> laneBits) - int256(a);
            }
        }
        uint256[] memory words = Initial.seeded(seed, laneBits, tensors, first, count - first);
        uint256 from = first * lanes;
        assertEq(abi.encodePacked(words), encodeModel(values, from, dimension - from, laneBits));
    }

    /// @dev `check` against a plain loop: it passes iff every lane is within the bound and the padding is zero.
    function testFuzz_check_refusesExactlyWhatExceedsTheBound(uint256 seed, uint256 bound_, uint256 lane, bool isWide)
        external
    {
        uint256 laneBits = isWide ? 32 : 16;
        bound_ = bound_ % (1 << (laneBits - 1));
        uint256 dimension = 37;
        int256[] memory values = new int256[](dimension);
        for (uint256 p; p < dimension; ++p) {
            values[p] = int256(uint256(hashOf(seed, p)) % (2 * bound_ + 1)) - int256(bound_);
        }
        this.check(encodeModel(values, 0, dimension, laneBits), laneBits, bound_, 0, dimension);
        lane = lane % dimension;
        bool isUp = seed & 1 == 0;
        int256 value = isUp ? int256(bound_) + 1 : -int256(bound_) - 1;
        if (value == int256(1 << (laneBits - 1))) return;
        values[lane] = value;
        vm.expectRevert(abi.encodeWithSelector(Initial.BoundExceeded.selector, lane, value, bound_));
        this.check(encodeModel(values, 0, dimension, laneBits), laneBits, bound_, 0, dimension);
    }

    function test_check_refusesPaddingThatIsNotZero() external {
        int256[] memory values = new int256[](48);
        values[37] = 1;
        vm.expectRevert(abi.encodeWithSelector(Initial.BoundExceeded.selector, 37, int256(1), 0));
        this.check(encodeModel(values, 0, 48, 16), 16, 5, 0, 37);
    }

    function check(bytes calldata data, uint256 laneBits, uint256 bound_, uint256 parameter, uint256 dimension)
        external
        pure
    {
        Initial.check(data, laneBits, bound_, parameter, dimension);
    }
}
