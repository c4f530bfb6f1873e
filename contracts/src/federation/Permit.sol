// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import { IERC7597 } from "../interfaces/IERC7597.sol";
import { ModuleCall } from "./ModuleCall.sol";

/// @title Permit
/// @notice Offers a token the caller's permit for this contract, and goes on whatever comes of it: someone may have used the
///         permit first, and then the approval stands; if it does not, taking the tokens fails.
library Permit {
    /// @notice By ERC-2612.
    function offer(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        internal
        returns (bool isTaken)
    {
        return ModuleCall.attempt(
            token, abi.encodeCall(IERC20Permit.permit, (msg.sender, address(this), amount, deadline, v, r, s))
        );
    }

    /// @notice By ERC-2612 if the signature can be one of its kind, and by ERC-7597 if that is refused, or it cannot.
    /// @param signature `r ‖ s ‖ v`, or whatever the account takes for a signature (ERC-1271).
    function offer(address token, uint256 amount, uint256 deadline, bytes calldata signature) internal {
        if (signature.length == 65) {
            (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
            if (offer(token, amount, deadline, uint8(signature[64]), r, s)) return;
        }
        ModuleCall.attempt(
            token, abi.encodeCall(IERC7597.permit, (msg.sender, address(this), amount, deadline, signature))
        );
    }
}
