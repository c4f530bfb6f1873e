// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title BlobSetup
/// @notice What a BlobAggregator must know beyond the terms: `abi.encode(BlobSetup)`, 32 bytes, is the setup published at
///         creation.
/// @dev Lanes start at zero: weights are `base + step · lane`, and the base is in floating point, off the chain.
struct BlobSetup {
    bytes32 baseModelHash; //  hash of the base model as the manifest defines it; zero: seeded by the manifest
}
