// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Commitment } from "../../src/blob/Commitment.sol";
import { G1Point } from "../../src/blob/G1Point.sol";
import { BlobVectors } from "./BlobVectors.sol";

/// forge-config: default.evm_version = "osaka"
contract CommitmentTest is BlobVectors {
    bytes private constant MODULUS =
        hex"1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
    bytes private constant ZERO = new bytes(48);

    function setUp() external {
        readPoints();
    }

    function test_compress_andHashAreThoseOfTheVectors() external view {
        for (uint256 i; i < countOf("points"); ++i) {
            G1Point memory point = this.read(bytesAt("points", i, "affine"));
            assertEq(compressed(point), bytesAt("points", i, "compressed"));
            assertEq(Commitment.versionedHash(point), wordAt("points", i, "versionedHash"));
            assertTrue(Commitment.isCanonical(point));
        }
    }

    function test_add_knowsInfinityDoublingAndOpposites() external view {
        for (uint256 i; i < countOf("sums"); ++i) {
            G1Point memory sum = this.read(bytesAt("sums", i, "a"));
            assertTrue(Commitment.add(sum, this.read(bytesAt("sums", i, "b"))));
            assertEq(affine(sum), bytesAt("sums", i, "sum"));
        }
    }

    function test_add_toItselfDoubles() external view {
        G1Point memory point = this.read(bytesAt("sums", 3, "a"));
        assertTrue(Commitment.add(point, point));
        assertEq(affine(point), bytesAt("sums", 3, "sum"));
    }

    function test_add_refusesPointsOffTheCurveAndLeavesTheSum() external view {
        G1Point memory sum = this.read(bytesAt("points", 1, "affine"));
        G1Point memory other = this.read(bytesAt("points", 3, "affine"));
        other.yLow ^= 1;
        assertFalse(this.tryAdd{ gas: 100_000 }(sum, other));
        assertFalse(this.tryAdd{ gas: 100_000 }(other, sum));
    }

    function test_scale_equalsTheMultiplesOfTheVectors() external view {
        for (uint256 i; i < countOf("multiples"); ++i) {
            G1Point memory point = this.read(bytesAt("multiples", i, "point"));
            assertTrue(Commitment.scale(point, numberAt("multiples", i, "factor")));
            assertEq(affine(point), bytesAt("multiples", i, "product"));
        }
    }

    /// @dev One point of G1MSM takes 12,000 gas (EIP-2537) before the call.
    function test_scale_isCheaperThanAMultiplicationBelow256() external {
        G1Point memory point = this.read(pointForms[6]);
        uint256 before = gasleft();
        Commitment.scale(point, 255);
        uint256 gas = before - gasleft();
        vm.snapshotValue("BlobAggregator", "scaling a point by 255", gas);
        assertLt(gas, 12_000);
    }

    function testFuzz_scale_distributesOverSums(uint256 i, uint16 a, uint16 b) external view {
        vm.assume(a != 0 && b != 0);
        bytes memory form = pointForms[i % pointForms.length];
        G1Point memory left = this.read(form);
        G1Point memory right = this.read(form);
        G1Point memory both = this.read(form);
        assertTrue(Commitment.scale(left, a));
        assertTrue(Commitment.scale(right, b));
        assertTrue(Commitment.add(left, right));
        assertTrue(Commitment.scale(both, uint256(a) + b));
        assertEq(affine(left), affine(both));
    }

    function test_isCanonical_refusesTheModulusAndAbove() external view {
        bytes memory below = bytes.concat(MODULUS);
        below[47] = 0xaa;
        bytes memory largest = new bytes(48);
        for (uint256 i; i < 48; ++i) {
            largest[i] = 0xff;
        }
        assertTrue(Commitment.isCanonical(this.read(bytes.concat(below, below))));
        assertFalse(Commitment.isCanonical(this.read(bytes.concat(MODULUS, ZERO))));
        assertFalse(Commitment.isCanonical(this.read(bytes.concat(ZERO, MODULUS))));
        assertFalse(Commitment.isCanonical(this.read(bytes.concat(largest, ZERO))));
        assertFalse(Commitment.isCanonical(this.read(bytes.concat(ZERO, largest))));
        below[0] = 0x9a; // the flag of compressed points
        assertFalse(Commitment.isCanonical(this.read(bytes.concat(below, ZERO))));
    }

    function test_infinity_isZeroesAffineAndFlagsCompressed() external pure {
        G1Point memory point;
        assertTrue(Commitment.isInfinity(point));
        assertEq(affine(point), new bytes(96));
        bytes memory expected = new bytes(48);
        expected[0] = 0xc0;
        assertEq(compressed(point), expected);
    }

    function testFuzz_words_roundTrip(uint256 first, uint256 second, uint256 third) external pure {
        G1Point memory point = Commitment.fromWords(first, second, third);
        (uint256 a, uint256 b, uint256 c) = Commitment.toWords(point);
        assertEq(a, first);
        assertEq(b, second);
        assertEq(c, third);
        assertLt(point.xHigh | point.yHigh, 1 << 128);
    }

    function testFuzz_store_thenLoadIsTheSame(uint256 slot, uint256 first, uint256 second, uint256 third) external {
        slot = bound(slot, 1 << 128, type(uint256).max - 2);
        Commitment.store(slot, Commitment.fromWords(first, second, third));
        assertEq(affine(Commitment.load(slot)), abi.encodePacked(first, second, third));
    }

    function read(bytes calldata data) external pure returns (G1Point memory point) {
        uint256 from;
        assembly ("memory-safe") {
            from := data.offset
        }
        Commitment.read(point, from);
    }

    function tryAdd(G1Point memory sum, G1Point memory other) external view returns (bool success) {
        bytes memory before = affine(sum);
        success = Commitment.add(sum, other);
        assertEq(affine(sum), before);
    }

    function compressed(G1Point memory point) private pure returns (bytes memory) {
        (uint256 head, uint256 tail) = Commitment.compress(point);
        return abi.encodePacked(head, bytes16(bytes32(tail)));
    }

    function affine(G1Point memory point) private pure returns (bytes memory) {
        (uint256 first, uint256 second, uint256 third) = Commitment.toWords(point);
        return abi.encodePacked(first, second, third);
    }
}
