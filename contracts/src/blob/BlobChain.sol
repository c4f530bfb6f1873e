// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IBlobAggregator } from "../interfaces/IBlobAggregator.sol";
import { Commitment } from "./Commitment.sol";
import { G1Point } from "./G1Point.sol";
import { Opening } from "./Opening.sol";

/// @title BlobChain
/// @notice Refuses chains that lack the precompiles that blobs need: addition of points (EIP-2537) and point evaluation
///         (EIP-4844).
library BlobChain {
    /// @notice Both precompiles must answer for the point at infinity, commitment and opening of the zero blob alike.
    /// @custom:reverts UnsupportedChain, with the address of the one that does not.
    function check() internal view {
        G1Point memory infinity;
        if (!Commitment.add(infinity, infinity)) revert IBlobAggregator.UnsupportedChain(address(0x0b));
        G1Point[] memory points = new G1Point[](1);
        bytes memory compressed = Commitment.compressAll(points);
        if (!Opening.verify(Commitment.versionedHash(infinity), 0, 0, compressed, compressed)) {
            revert IBlobAggregator.UnsupportedChain(address(0x0a));
        }
    }
}
