// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Binary64 } from "../../src/features/Binary64.sol";
import { Features } from "../../src/features/Features.sol";
import { Test } from "../Test.sol";

/// @notice Vectors are shared with `packages/learn`; laws hold the arithmetic against integers.
contract FeaturesTest is Test {
    function encode(bytes calldata columns, int256[] calldata row) external pure returns (bytes memory) {
        return Features.encode(columns, row);
    }

    function test_encode_equalsVectors() external view {
        string memory json = vm.readFile("../vectors/features.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 c; c < count; ++c) {
            bytes memory input = this.encode(
                vm.parseJsonBytes(json, _path("cases", c, "columns")),
                vm.parseJsonIntArray(json, _path("cases", c, "row"))
            );
            assertEq(input, vm.parseJsonBytes(json, _path("cases", c, "input")));
        }
    }

    function test_encode_refusesAsVectorsSay() external {
        string memory json = vm.readFile("../vectors/features.json");
        uint256 count = vm.parseJsonUint(json, ".refusedCount");
        for (uint256 c; c < count; ++c) {
            bytes memory columns = vm.parseJsonBytes(json, _path("refused", c, "columns"));
            int256[] memory row = vm.parseJsonIntArray(json, _path("refused", c, "row"));
            vm.expectPartialRevert(_selectorOf(vm.parseJsonString(json, _path("refused", c, "error"))));
            this.encode(columns, row);
        }
    }

    /// @dev All values are exact in doubles, so that integers give the expected result.
    function testFuzz_encode_ofNumbersThatAreExact_isTheFormulaInIntegers(
        int32 value,
        int32 center,
        uint8 spreadBits,
        uint8 scaleBits,
        uint8 zero
    ) external view {
        (spreadBits, scaleBits) = (spreadBits % 20, scaleBits % 20);
        bytes memory columns = _column(zero, scaleBits, 0, center, int256(1) << spreadBits);
        int256 numerator = (int256(value) - center) * int256(1 << scaleBits) * 2 + (int256(1) << spreadBits);
        int256 byte_ = (numerator >> (spreadBits + 1)) + int256(uint256(zero));
        byte_ = byte_ < 0 ? int256(0) : byte_ > 255 ? int256(255) : byte_;
        bytes memory input = this.encode(columns, _row(int256(value) * 1e18));
        assertEq(input.length, 1);
        assertEq(uint256(uint8(input[0])), uint256(byte_));
    }

    function testFuzz_encode_neverFallsAsTheValueRises(int256 a, int256 b, int32 center, uint16 spread) external view {
        (a, b) = (_notMissing(a), _notMissing(b));
        if (a > b) (a, b) = (b, a);
        bytes memory columns = _column(128, 5, 0, center, int256(uint256(spread)) + 1);
        assertTrue(uint8(this.encode(columns, _row(a))[0]) <= uint8(this.encode(columns, _row(b))[0]));
    }

    function testFuzz_encode_ofAnyBytesAsColumns_refusesByNameOrAnswers(bytes calldata columns, int256 value)
        external
        view
    {
        try this.encode(columns, _row(value)) returns (bytes memory) { }
        catch (bytes memory reason) {
            assertTrue(reason.length >= 4);
        }
    }

    function test_encode_revertsForCutColumnsAnotherVersionAndAnotherCount() external {
        bytes memory columns = _column(128, 5, 0, 0, 1);
        bytes memory cut = new bytes(columns.length - 1);
        for (uint256 i; i < cut.length; ++i) {
            cut[i] = columns[i];
        }
        vm.expectRevert(abi.encodeWithSelector(Features.MalformedColumns.selector, cut.length));
        this.encode(cut, _row(0));
        vm.expectRevert(abi.encodeWithSelector(Features.WrongValueCount.selector, 2, 1));
        this.encode(columns, new int256[](2));
        columns[0] = 0x02;
        vm.expectRevert(abi.encodeWithSelector(Features.MalformedColumns.selector, columns.length));
        this.encode(columns, _row(0));
    }

    /// @dev A column of a number: flags, center, spread.
    function _column(uint8 zero, uint256 scaleBits, uint8 flags, int256 center, int256 spread)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(uint8(1), zero, uint64(1), uint64(1 << scaleBits), flags, _bits(center), _bits(spread));
    }

    /// @dev The double of an integer below 2^53.
    function _bits(int256 value) private pure returns (uint64) {
        uint64 sign = value < 0 ? uint64(1) << 63 : 0;
        uint256 magnitude = uint256(value < 0 ? -value : value);
        if (magnitude == 0) return 0;
        uint256 exponent = 1075;
        while (magnitude < 1 << 52) (magnitude, exponent) = (magnitude << 1, exponent - 1);
        return sign | uint64(exponent << 52) | uint64(magnitude - (1 << 52));
    }

    function _notMissing(int256 value) private pure returns (int256) {
        return value == Features.MISSING ? value + 1 : value;
    }

    function _row(int256 value) private pure returns (int256[] memory row) {
        row = new int256[](1);
        row[0] = value;
    }

    function _selectorOf(string memory name) private pure returns (bytes4) {
        bytes32 hash = keccak256(bytes(name));
        if (hash == keccak256("ValueMissing")) return Features.ValueMissing.selector;
        if (hash == keccak256("UnknownCategory")) return Features.UnknownCategory.selector;
        return Features.ValueOutOfRange.selector;
    }

    function _path(string memory list, uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "].", field);
    }
}

contract Binary64Test is Test {
    using Binary64 for Binary64.Number;

    function fromBits(uint64 bits) external pure returns (Binary64.Number memory) {
        return Binary64.fromBits(bits);
    }

    /// @dev Doubles of IEEE 754 whose last bits are known: 0.1, 0.3, 1/3, the least and the largest.
    function test_fromRatio_isTheNearestDouble() external view {
        _assertSame(Binary64.fromRatio(1e17, 1e18), this.fromBits(0x3fb999999999999a));
        _assertSame(Binary64.fromRatio(3, 10), this.fromBits(0x3fd3333333333333));
        _assertSame(Binary64.fromRatio(1, 3), this.fromBits(0x3fd5555555555555));
        _assertSame(Binary64.fromRatio(-1, 3), this.fromBits(0xbfd5555555555555));
        assertEq(this.fromBits(1).mantissa, 1);
        assertEq(this.fromBits(1).exponent, -1074);
        assertEq(this.fromBits(0x7fefffffffffffff).exponent, 971);
    }

    /// @dev 0.1 + 0.2 = 0.30000000000000004; 0.3 − 0.1 = 0.19999999999999998; 0.1 · 3 = 0.30000000000000004; 1 / 49 · 49 < 1.
    function test_arithmetic_roundsAsDoublesDo() external view {
        Binary64.Number memory tenth = Binary64.fromRatio(1, 10);
        _assertSame(tenth.add(Binary64.fromRatio(1, 5)), this.fromBits(0x3fd3333333333334));
        _assertSame(Binary64.fromRatio(3, 10).sub(tenth), this.fromBits(0x3fc9999999999999));
        _assertSame(tenth.mul(Binary64.fromRatio(3, 1)), this.fromBits(0x3fd3333333333334));
        Binary64.Number memory n = Binary64.fromRatio(49, 1);
        _assertSame(Binary64.fromRatio(1, 1).div(n).mul(n), this.fromBits(0x3fefffffffffffff));
    }

    function testFuzz_ofIntegersBelow2To53_isExact(int48 a, int48 b) external pure {
        Binary64.Number memory x = Binary64.fromRatio(a, 1);
        Binary64.Number memory y = Binary64.fromRatio(b, 1);
        assertEq(x.add(y).floor(), int256(a) + b);
        assertEq(x.sub(y).floor(), int256(a) - b);
        if (b != 0) assertEq(x.sub(x).add(y).div(y).floor(), 1);
        if (a > -2 ** 26 && a < 2 ** 26) assertEq(x.mul(x).floor(), int256(a) * a);
    }

    function testFuzz_add_commutesAndIsMonotone(uint64 a, uint64 b, uint64 c) external view {
        Binary64.Number memory x = this.fromBits(_finite(a));
        Binary64.Number memory y = this.fromBits(_finite(b));
        Binary64.Number memory z = this.fromBits(_finite(c));
        _assertSame(x.add(y), y.add(x));
        if (x.sub(y).mantissa <= 0) assertTrue(x.add(z).sub(y.add(z)).mantissa <= 0);
    }

    function testFuzz_fromBits_revertsForInfinityAndNaN(uint64 bits) external {
        bits |= 0x7ff0000000000000;
        vm.expectRevert(abi.encodeWithSelector(Binary64.NotFinite.selector, bits));
        this.fromBits(bits);
    }

    function _finite(uint64 bits) private pure returns (uint64) {
        return (bits >> 52) & 0x7ff == 0x7ff ? bits ^ 0x0010000000000000 : bits;
    }

    function _assertSame(Binary64.Number memory a, Binary64.Number memory b) private pure {
        assertEq(a.sub(b).mantissa, 0);
    }
}
