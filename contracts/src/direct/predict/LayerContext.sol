// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title LayerContext
/// @notice The values of a prediction that stay the same within a layer.
/// @dev Assembly reads them by position, so that the compiler does not compute them again in every turn of a loop.
struct LayerContext {
    uint256 words; //       0x00  memory of the model's first word
    uint256 laneBits; //    0x20
    uint256 lanes; //       0x40  in a word
    uint256 evens; //       0x60  mask of the even lanes of a word
    uint256 zero; //        0x80  byte that stands for zero
    uint256 bias; //        0xa0  B of `Products`: keeps lanes from borrowing
    uint256 start; //       0xc0  B in every lane of twice the width
    uint256 inputs; //      0xe0
    uint256 multiplier; //  0x100 of the biases
    uint256 activations; // 0x120 memory of the inputs, a byte each
    uint256 stride; //      0x140 bytes from a row to the next one, where all rows are aligned alike
    uint256 length; //      0x160 bytes of their packed inputs
    uint256 first; //       0x180 bytes of the first block of them
    uint256 offset; //      0x1a0 what is to be subtracted from accumulators of fields
    uint256 mask; //        0x1c0 of a lane
    uint256 sum; //         0x1e0 of the inputs
    uint256 shift; //       0x200 by which its accumulators become activations
    uint256 half; //        0x220 half of 2^shift, for rounding
    uint256 results; //     0x240 memory of the accumulators of the rows at hand
    uint256 rows; //        0x260 four or five
}
