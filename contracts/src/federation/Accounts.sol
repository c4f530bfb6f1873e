// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../interfaces/IFederationEvents.sol";
import { FederationState, Seat } from "./FederationState.sol";
import { TermsChecks } from "../terms/TermsChecks.sol";
import { Round } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";

/// @title Accounts
/// @notice Where the tokens of one federation are: unspent bounty, stakes, what is set aside for sealing, and what is owed to
///         accounts.
/// @dev A federation always holds `unspent + staked + owed + sealPot` and what is still to be burned. Tokens move between
///      these by credit and leave only when somebody claims, so that an account that cannot be paid stops nobody else.
///      Casts to uint128 cannot truncate: `makeRoom` keeps the sum of the five below 2^128.
library Accounts {
    using SafeERC20 for IERC20;
    using TermsChecks for Terms;

    /// @notice Where the burned half of a slashed stake goes, with the next claim that anyone makes.
    address internal constant BURNED = 0x000000000000000000000000000000000000dEaD;

    /// @notice Reverts if `amount` more would make the federation's holdings exceed 2^128 − 1.
    function makeRoom(FederationState storage federation, uint256 amount) internal view {
        uint256 held = uint256(federation.unspent) + federation.staked + federation.owed + federation.sealPot
            + unburnedOf(federation);
        if (held + amount > type(uint128).max) revert IFederationErrors.HoldingsExceeded(held, amount);
    }

    /// @notice Takes `amount` from `from`, and checks by the balance that it arrived.
    /// @param held What all federations hold, by token.
    function take(
        FederationState storage federation,
        mapping(address => uint256) storage held,
        address from,
        uint256 amount
    ) internal {
        if (amount == 0) return;
        IERC20 token = IERC20(federation.terms.token);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), amount);
        uint256 present = token.balanceOf(address(this));
        uint256 received = present > before ? present - before : 0;
        if (received < amount) revert IFederationErrors.TransferShortfall(address(token), amount, received);
        held[address(token)] += amount;
    }

    /// @notice What the pot of the round in progress still holds.
    function potLeft(FederationState storage federation) internal view returns (uint256) {
        return federation.terms.potOf(federation.record.number) - federation.paidInRound;
    }

    /// @notice Credits `amount` of the round's pot to `account`.
    /// @dev Pots add up to the bounty at most, so `unspent` covers what `potLeft` allows.
    function creditFromPot(FederationState storage federation, address account, uint256 amount) internal {
        federation.unspent -= uint128(amount);
        federation.paidInRound += uint128(amount);
        credit(federation, account, amount);
    }

    /// @notice Credits a keeper with `amount`, or with what the pot still holds.
    function payKeeper(FederationState storage federation, bytes32 id, uint256 amount) internal {
        if (amount == 0) return;
        uint256 left = potLeft(federation);
        _payKeeper(federation, id, amount > left ? left : amount);
    }

    /// @notice Credits a keeper with all that is unspent.
    function payRest(FederationState storage federation, bytes32 id) internal {
        _payKeeper(federation, id, federation.unspent);
    }

    function _payKeeper(FederationState storage federation, bytes32 id, uint256 amount) private {
        if (amount == 0) return;
        creditFromPot(federation, msg.sender, amount);
        emit IFederationEvents.KeeperPaid(id, federation.record.number, msg.sender, amount);
    }

    /// @notice Credits `members` with `amounts` of the round's pot.
    /// @param isShared Whether `share` has credited them already: then only totals and events are left to do.
    function reward(
        FederationState storage federation,
        bytes32 id,
        address[] memory members,
        uint256[] memory amounts,
        bool isShared
    ) internal {
        uint32 round = federation.record.number;
        uint256 total;
        for (uint256 i; i < members.length; ++i) {
            (address member, uint256 amount) = (members[i], amounts[i]);
            if (amount == 0) continue;
            if (!isShared) federation.seats[member].owed += uint128(amount);
            // Amounts add up to the pot at most.
            unchecked {
                total += amount;
            }
            emit IFederationEvents.Rewarded(id, round, member, amount);
        }
        if (total == 0) return;
        federation.unspent -= uint128(total);
        federation.paidInRound += uint128(total);
        federation.owed += uint128(total);
    }

    /// @notice Whether `share` credits equal amounts to `members` members with fewer writes than one by one: that is so where
    ///         they are nearly all members on the list, and the cohort is not sampled, so that positions are indices.
    /// @dev To count a member out for the first time costs as much as four credits.
    function isSharedCheaper(FederationState storage federation, Round memory round, uint256 members)
        internal
        view
        returns (bool)
    {
        return round.members <= round.cohort && 4 * (federation.members.length - members) < members;
    }

    /// @notice Credits `amount` to every member whose index is in the bitmap `indices`: one slot counts for all, and the
    ///         other members are counted out. So a steady round writes one slot, not one for each member.
    function share(FederationState storage federation, uint256 indices, uint256 amount) internal {
        federation.rewardPerMember += uint128(amount);
        uint256 listed = federation.members.length;
        for (uint256 index; index < listed; ++index) {
            if ((indices >> index) & 1 == 0) federation.counted[federation.members[index]] += amount;
        }
    }

    /// @notice What `account` may claim.
    function owedTo(FederationState storage federation, address account) internal view returns (uint256 amount) {
        Seat storage seat = federation.seats[account];
        amount = seat.owed;
        if (seat.isMember) amount += federation.rewardPerMember - federation.counted[account];
    }

    /// @notice Moves a member's part of what was credited in common to its seat. Called before it stops being a member.
    function collect(FederationState storage federation, address account) internal {
        uint256 amount = owedTo(federation, account);
        Seat storage seat = federation.seats[account];
        if (amount == seat.owed) return;
        seat.owed = uint128(amount);
        federation.counted[account] = federation.rewardPerMember;
    }

    /// @notice Moves the stake of a seat to what the account is owed. Nothing if it was slashed.
    function releaseStake(FederationState storage federation, address account) internal {
        Seat storage seat = federation.seats[account];
        if (!seat.isStaked) return;
        seat.isStaked = false;
        uint128 stake = federation.terms.stake;
        federation.staked -= stake;
        credit(federation, account, stake);
    }

    /// @notice Takes the stake of a seat away: half of it, rounded down, goes to `challenger`; the rest is to be burned.
    /// @dev Nobody can claim the rest. `burn` moves it later, so that neither a refusal of the token nor its gas can stop a
    ///      proof.
    function slash(FederationState storage federation, address account, address challenger)
        internal
        returns (uint256 rewarded, uint256 burned)
    {
        Seat storage seat = federation.seats[account];
        if (!seat.isStaked) return (0, 0);
        seat.isStaked = false;
        uint128 stake = federation.terms.stake;
        federation.staked -= stake;
        rewarded = stake / 2;
        burned = stake - rewarded;
        if (rewarded > 0) credit(federation, challenger, rewarded);
        federation.unburned += 1;
    }

    /// @notice The part of slashed stakes that is still here and to be burned: owed to `BURNED`, for which nobody can claim.
    function unburnedOf(FederationState storage federation) internal view returns (uint256) {
        uint256 stake = federation.terms.stake;
        return federation.unburned * (stake - stake / 2);
    }

    /// @notice Burns what is to be burned. If the token refuses, it stays where it is.
    function burn(FederationState storage federation, mapping(address => uint256) storage held) internal {
        uint32 unburned = federation.unburned;
        if (unburned == 0) return;
        uint256 amount = unburnedOf(federation);
        federation.unburned = 0;
        (bool isSent,) = _send(federation, held, BURNED, amount);
        if (!isSent) federation.unburned = unburned;
    }

    /// @notice Pays out all that `account` is owed to `recipient`. If the token refuses, everything stays owed.
    function pay(
        FederationState storage federation,
        mapping(address => uint256) storage held,
        bytes32 id,
        address account,
        address recipient
    ) internal returns (bool isPaid, uint256 amount) {
        collect(federation, account);
        uint256 owed = federation.seats[account].owed;
        if (owed == 0) return (true, 0);
        federation.seats[account].owed = 0;
        federation.owed -= uint128(owed);
        (isPaid, amount) = _send(federation, held, recipient, owed);
        if (isPaid) emit IFederationEvents.Claimed(id, account, amount);
        else credit(federation, account, owed);
    }

    /// @dev If the token's balance has shrunk by itself, all claims in this token are paid in proportion to what is left:
    ///      no claim of any federation takes more than its part.
    function _send(
        FederationState storage federation,
        mapping(address => uint256) storage held,
        address to,
        uint256 amount
    ) private returns (bool isSent, uint256 sent) {
        if (amount == 0) return (true, 0);
        IERC20 token = IERC20(federation.terms.token);
        uint256 total = held[address(token)];
        uint256 present = token.balanceOf(address(this));
        sent = present < total ? amount * present / total : amount;
        held[address(token)] = total - amount;
        isSent = token.trySafeTransfer(to, sent);
        if (!isSent) held[address(token)] = total;
    }

    /// @notice Adds `amount` to what `account` is owed.
    function credit(FederationState storage federation, address account, uint256 amount) internal {
        federation.seats[account].owed += uint128(amount);
        federation.owed += uint128(amount);
    }
}
