// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Binary64 } from "./Binary64.sol";

/// @title Features
/// @notice A row of values as the bytes that `predict` and `classify` take: scaling, categories and missing values by the
///         schema in the federation's manifest, byte for byte as training, nodes and `tutti encode` make them.
/// @dev No contract can read the manifest. `tutti encode ID --columns` prints the part of its schema that is needed here,
///      `columns`, for a contract to keep as a constant. If the deployer is not trusted with that, the contract should take
///      bytes that are encoded already.
///
///      `columns` is one byte of version (1), the byte that stands for zero, numerator and denominator of the input's scale
///      (8 bytes each), and then a record a column, in the order of the schema:
///      - a number: flags (bit 1: may be missing; 2: has a minimum; 3: has a maximum), then center and spread, then, as far
///        as the flags say, the value that replaces a missing one, minimum and maximum: 8 bytes each, IEEE 754 doubles;
///      - a category: flags (bit 0 is set; bit 1: may be missing; 2: may be unknown), then how many there are, 2 bytes.
///      Big-endian throughout. `packColumns` in `packages/learn/src/data/features.ts` writes it.
library Features {
    using Binary64 for Binary64.Number;

    /// @notice Marks a missing value in a row.
    int256 internal constant MISSING = type(int256).min;
    /// @notice One, in the fixed point of a row's numbers: 18 decimals.
    int256 internal constant ONE = 1e18;

    uint256 private constant HEAD_BYTES = 18;
    uint256 private constant CATEGORY_BYTES = 3;
    uint256 private constant IS_CATEGORY = 1;
    uint256 private constant MAY_MISS = 2;
    uint256 private constant MAY_BE_UNKNOWN = 4;
    uint256 private constant HAS_MINIMUM = 4;
    uint256 private constant HAS_MAXIMUM = 8;

    /// @notice The bytes are not columns of this version, or are cut.
    error MalformedColumns(uint256 length);
    /// @notice A row has one value for each column.
    error WrongValueCount(uint256 values, uint256 columns);
    /// @notice The schema refuses rows without a value in column `column`.
    error ValueMissing(uint256 column);
    /// @notice The value is below the column's minimum or above its maximum: another unit, or a mistake.
    error ValueOutOfRange(uint256 column, int256 value);
    /// @notice The column has categories 0 to `categories − 1`, in the order of the schema.
    error UnknownCategory(uint256 column, int256 value, uint256 categories);

    /// @notice Encodes a row: `byte = clamp(⌊(value − center) / spread / scale + ½⌋ + zero, 0, 255)` for a number, one byte
    ///         a category, rounded after every operation as double precision rounds.
    /// @param columns From `tutti encode ID --columns`.
    /// @param row One value a column, in the order of the schema: a number with 18 decimals, a category as its place in the
    ///        schema's list, from 0, or `MISSING`.
    /// @return input What `predict` and `classify` take.
    function encode(bytes memory columns, int256[] memory row) internal pure returns (bytes memory input) {
        (uint256 count, uint256 inputs) = measure(columns);
        if (row.length != count) revert WrongValueCount(row.length, count);
        input = new bytes(inputs);
        Binary64.Number[3] memory head = _headOf(columns);
        (uint256 place, uint256 to) = (HEAD_BYTES, 0);
        for (uint256 c; c < count; ++c) {
            uint256 flags = uint8(columns[place]);
            if (row[c] == MISSING && flags & MAY_MISS == 0) revert ValueMissing(c);
            if (flags & IS_CATEGORY != 0) {
                to = _writeCategory(input, to, head, flags, _number(columns, place + 1, 2), c, row[c]);
            } else {
                input[to++] = _toByte(head, _realOf(columns, place + 1, flags, c, row[c]));
            }
            place += _sizeOf(flags);
        }
    }

    /// @notice How many values a row has and how many bytes it becomes; reverts if the bytes are not columns.
    /// @param columns As of `encode`.
    /// @return count Columns: values of a row.
    /// @return inputs Bytes of an encoded row: the model's inputs.
    function measure(bytes memory columns) internal pure returns (uint256 count, uint256 inputs) {
        uint256 place = HEAD_BYTES;
        if (columns.length <= place || columns[0] != 0x01) revert MalformedColumns(columns.length);
        for (; place < columns.length; ++count) {
            uint256 flags = uint8(columns[place]);
            uint256 size = _sizeOf(flags);
            if (place + size > columns.length) revert MalformedColumns(columns.length);
            inputs += flags & IS_CATEGORY != 0 ? _number(columns, place + 1, 2) : 1;
            place += size;
        }
    }

    /// @dev Bytes of a record.
    function _sizeOf(uint256 flags) private pure returns (uint256) {
        if (flags & IS_CATEGORY != 0) return CATEGORY_BYTES;
        return 17 + 8 * (((flags >> 1) & 1) + ((flags >> 2) & 1) + ((flags >> 3) & 1));
    }

    /// @dev Zero byte, numerator and denominator.
    function _headOf(bytes memory columns) private pure returns (Binary64.Number[3] memory head) {
        head[0] = Binary64.Number(int256(_number(columns, 1, 1)), 0);
        head[1] = Binary64.fromRatio(int256(_number(columns, 2, 8)), 1);
        head[2] = Binary64.fromRatio(int256(_number(columns, 10, 8)), 1);
    }

    /// @dev `(value − center) / spread`, after the value is checked against its range; `place` is the place of the center.
    function _realOf(bytes memory columns, uint256 place, uint256 flags, uint256 column, int256 given)
        private
        pure
        returns (Binary64.Number memory value)
    {
        uint256 next = place + 16;
        if (given == MISSING) {
            value = _double(columns, next);
        } else {
            value = Binary64.fromRatio(given, uint256(ONE));
            if (flags & MAY_MISS != 0) next += 8;
            bool isOutside;
            if (flags & HAS_MINIMUM != 0) {
                isOutside = value.sub(_double(columns, next)).mantissa < 0;
                next += 8;
            }
            if (flags & HAS_MAXIMUM != 0) isOutside = isOutside || value.sub(_double(columns, next)).mantissa > 0;
            if (isOutside) revert ValueOutOfRange(column, given);
        }
        value = value.sub(_double(columns, place)).div(_double(columns, place + 8));
    }

    function _writeCategory(
        bytes memory input,
        uint256 to,
        Binary64.Number[3] memory head,
        uint256 flags,
        uint256 categories,
        uint256 column,
        int256 given
    ) private pure returns (uint256 next) {
        bool isKnown = given >= 0 && given < int256(categories);
        if (!isKnown && given != MISSING && flags & MAY_BE_UNKNOWN == 0) {
            revert UnknownCategory(column, given, categories);
        }
        bytes1 unset = _toByte(head, Binary64.Number(0, 0));
        next = to + categories;
        for (uint256 i = to; i < next; ++i) {
            input[i] = unset;
        }
        if (isKnown) input[to + uint256(given)] = _toByte(head, Binary64.Number(1, 0));
    }

    /// @dev `clamp(⌊real · denominator / numerator + ½⌋ + zero, 0, 255)`.
    function _toByte(Binary64.Number[3] memory head, Binary64.Number memory real) private pure returns (bytes1) {
        int256 steps = real.mul(head[2]).div(head[1]).add(Binary64.Number(1, -1)).floor() + head[0].mantissa;
        return bytes1(uint8(steps < 0 ? 0 : steps > 255 ? 255 : uint256(steps)));
    }

    function _double(bytes memory columns, uint256 place) private pure returns (Binary64.Number memory) {
        return Binary64.fromBits(uint64(_number(columns, place, 8)));
    }

    /// @dev `size` bytes from `place`, big-endian; callers have checked that they are there.
    function _number(bytes memory columns, uint256 place, uint256 size) private pure returns (uint256 value) {
        for (uint256 i; i < size; ++i) {
            value = value << 8 | uint8(columns[place + i]);
        }
    }
}
