// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { TermsChecks } from "./TermsChecks.sol";
import { Terms } from "../types/Terms.sol";

/// @title TermsCheckContract
/// @notice Refuses impossible terms. It is a contract of its own, since its code would not fit in the core (EIP-170).
/// @dev The core's constructor creates it, and `create` calls it once for each federation. It has no state.
contract TermsCheckContract {
    /// @notice Reverts with a named error at the first impossible term: see `TermsChecks`.
    /// @return shards Shards of the model, 1 to 256.
    function check(Terms calldata terms) external view returns (uint256 shards) {
        return TermsChecks.check(terms);
    }
}
