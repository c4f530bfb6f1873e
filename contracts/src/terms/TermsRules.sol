// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { TermsLib } from "./TermsLib.sol";
import { Terms } from "../types/Terms.sol";

/// @title TermsRules
/// @notice Refuses terms that the core cannot live by: code of its own, since the core's would not fit under EIP-170.
/// @dev The core creates it with itself and calls it once in the life of a federation. It has no state.
contract TermsRules {
    /// @notice Reverts with a named error at the first term that cannot be: see `TermsLib`.
    /// @return shards Of the model that the terms describe, 1 to 256.
    function check(Terms calldata terms) external view returns (uint256 shards) {
        return TermsLib.check(terms);
    }
}
