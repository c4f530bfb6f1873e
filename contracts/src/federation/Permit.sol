// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import { IERC7597 } from "../interfaces/IERC7597.sol";
import { ModuleCall } from "./ModuleCall.sol";

/// @title Permit
/// @notice Hands a token the caller's permit for this contract, and goes on even if the token refuses it: somebody may have
///         used the permit first, and then the approval is there. If it is not, taking the tokens fails.
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

    /// @notice By ERC-2612 if the signature has 65 bytes; by ERC-7597 if the token refuses that, or the length is another.
    /// @param signature `r ‖ s ‖ v`, or what a contract account accepts as its signature (ERC-1271).
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
