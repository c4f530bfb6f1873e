// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationEvents } from "../interfaces/IFederationEvents.sol";
import { FederationState, Seat } from "./FederationState.sol";
import { Round, RoundRecord } from "../types/Round.sol";
import { Cohort } from "../terms/Cohort.sol";
import { Accounts } from "./Accounts.sol";
import { PhaseLib } from "../terms/Phase.sol";
import { RoundStore } from "./RoundStore.sol";

/// @title Membership
/// @notice The list of members, in which a round freezes the first `round.members` places.
/// @dev Leavers are replaced by the last member (swap and pop). Indices below `round.members` must not move while the round
///      runs, since cohort and keepers are computed from them. So frozen members are queued, and removed when a round
///      opens. Members behind them are removed at once, which moves only places that no round has frozen.
library Membership {
    using Accounts for FederationState;

    /// @notice Leavers removed at one opening: bounds its gas, however many leave.
    uint256 internal constant LEAVERS_PER_OPENING = 16;

    /// @notice Adds `account` behind the last member.
    function admit(FederationState storage federation, bytes32 id, address account) internal {
        Seat storage seat = federation.seats[account];
        seat.index = uint32(federation.members.length);
        seat.isMember = true;
        seat.isStaked = true;
        federation.members.push(account);
        federation.counted[account] = federation.rewardPerMember;
        emit IFederationEvents.Joined(id, account);
    }

    /// @notice Whether the member is frozen into the round in progress. Only asked before the federation has finished.
    function isFrozen(FederationState storage federation, Seat storage seat) internal view returns (bool) {
        return seat.index < federation.record.members;
    }

    /// @notice Queues a frozen member, to be removed when a round opens.
    function queue(FederationState storage federation, bytes32 id, address account) internal {
        federation.seats[account].isLeaving = true;
        federation.leavers[federation.leaversQueued++] = account;
        emit IFederationEvents.LeaveRequested(id, account);
    }

    /// @notice Removes a member and credits its stake.
    function remove(FederationState storage federation, bytes32 id, address account) internal {
        Seat storage seat = federation.seats[account];
        uint32 index = seat.index;
        uint256 last = federation.members.length - 1;
        if (index != last) {
            address moved = federation.members[last];
            federation.members[index] = moved;
            federation.seats[moved].index = index;
        }
        federation.members.pop();
        federation.collect(account);
        seat.isMember = false;
        seat.isLeaving = false;
        federation.releaseStake(account);
        emit IFederationEvents.Left(id, account);
    }

    /// @notice Removes queued leavers, oldest first, `LEAVERS_PER_OPENING` at most. Called between rounds only.
    function removeLeavers(FederationState storage federation, bytes32 id) internal {
        uint256 from = federation.leaversRemoved;
        uint256 to = federation.leaversQueued;
        if (from == to) return;
        if (to > from + LEAVERS_PER_OPENING) to = from + LEAVERS_PER_OPENING;
        for (uint256 i = from; i < to; ++i) {
            remove(federation, id, federation.leavers[i]);
        }
        federation.leaversRemoved = uint32(to);
    }

    /// @notice The member at `position` of the round: by index if all members train, else by the drawn permutation.
    /// @param position Below `round.cohort`.
    function memberAt(FederationState storage federation, Round memory round, uint256 position)
        internal
        view
        returns (address member)
    {
        bool isSampled = round.members > round.cohort;
        if (isSampled) position = Cohort.indexOf(federation.record.seed, round.members, position);
        address[] storage members = federation.members;
        // Equivalent to `member = members[position]`, without reading the length again for each member: indices below
        // `round.members` stay in the list while the round runs.
        assembly ("memory-safe") {
            mstore(0x00, members.slot)
            member := sload(add(keccak256(0x00, 0x20), position))
        }
    }

    /// @notice Whether the owner of a seat is in the cohort of the round, and where.
    function find(FederationState storage federation, Seat storage seat)
        internal
        view
        returns (bool isInCohort, uint256 position)
    {
        RoundRecord storage record = federation.record;
        (uint256 members, uint256 cohort) = (record.members, record.cohort);
        position = seat.index;
        if (!seat.isMember || position >= members || record.startedAt == 0) return (false, 0);
        if (members > cohort) position = Cohort.positionOf(record.seed, members, position);
        isInCohort = position < cohort;
        if (!isInCohort) position = 0;
    }

    /// @notice The member chosen to aggregate `shard`, and until when it alone may, in unix seconds.
    function keeperOf(FederationState storage federation, Round memory round, uint256 shard)
        internal
        view
        returns (address keeper, uint256 exclusiveUntil)
    {
        keeper = memberAt(federation, round, Cohort.keeperPosition(federation.record.seed, shard, round.cohort));
        exclusiveUntil =
            PhaseLib.aggregateStart(round, RoundStore.timingOf(federation)) + federation.terms.keeperSeconds;
    }
}
