// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { IGate } from "../interfaces/IGate.sol";
import { FederationState, Seat } from "./FederationState.sol";
import { Accounts } from "./Accounts.sol";
import { Membership } from "./Membership.sol";
import { ModuleCall } from "./ModuleCall.sol";

/// @title Admission
/// @notice How the caller becomes a member: the gate is asked, then the stake is taken.
library Admission {
    using Accounts for FederationState;
    using Membership for FederationState;

    /// @notice Makes the caller a member.
    /// @param federation One that is not finished.
    /// @param held What all federations hold, by token.
    /// @param admission What the gate asks for.
    function join(
        FederationState storage federation,
        mapping(address => uint256) storage held,
        bytes32 id,
        bytes calldata admission
    ) internal {
        Seat storage seat = federation.seats[msg.sender];
        if (seat.isLeaving) revert IFederationErrors.StillLeaving(id, msg.sender);
        if (seat.isMember) revert IFederationErrors.AlreadyMember(id, msg.sender);
        address gate = federation.terms.gate;
        if (gate != address(0)) {
            bytes memory input = abi.encodeCall(IGate.mayJoin, (id, msg.sender, admission));
            if (!ModuleCall.isTrue(gate, input)) revert IFederationErrors.NotAdmitted(id, msg.sender);
        }
        uint128 stake = federation.terms.stake;
        federation.makeRoom(stake);
        federation.staked += stake;
        federation.admit(id, msg.sender);
        federation.take(held, msg.sender, stake);
    }
}
