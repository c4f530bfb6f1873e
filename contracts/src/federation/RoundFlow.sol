// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LibBit } from "solady/utils/LibBit.sol";
import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../interfaces/IFederationEvents.sol";
import { IJudge } from "../interfaces/IJudge.sol";
import { FederationState } from "./FederationState.sol";
import { Phase, Round } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";
import { Accounts } from "./Accounts.sol";
import { Membership } from "./Membership.sol";
import { ModuleCall } from "./ModuleCall.sol";
import { PhaseLib } from "../terms/Phase.sol";
import { Reward } from "../terms/Reward.sol";
import { RoundStore } from "./RoundStore.sol";

/// @title RoundFlow
/// @notice From round to round: opening, settling, closing, finishing.
/// @dev Liveness. Nothing here can be stopped by a member, a keeper or a judge: leavers are removed in bounded numbers,
///      payments are credits, and a judge that fails is replaced by the equal split.
library RoundFlow {
    using Accounts for FederationState;
    using Membership for FederationState;
    using RoundStore for FederationState;

    /// @notice Gas given to a judge. With the rest of a settlement it stays below the 16,777,216 of EIP-7825.
    uint256 internal constant JUDGE_GAS = 5_000_000;

    /// @notice Opens round `number`: removes leavers, then freezes the members.
    /// @dev If nobody is left, the federation waits for members as before its first round (phase Joining), and the time
    ///      until it may be abandoned runs. With fewer than `minimumUpdates` members rounds open all the same, and fail:
    ///      newcomers take part from the next one.
    function open(FederationState storage federation, bytes32 id, uint32 number) internal {
        federation.removeLeavers(id);
        federation.paidInRound = 0;

        uint256 members = federation.members.length;
        if (members == 0) {
            federation.write(number, 0, 0, 0, 0, 0);
            return;
        }
        uint256 cohort = federation.terms.cohortSize;
        if (members > cohort) {
            uint256 seedBlock = block.number + 1;
            federation.write(number, members, cohort, 0, seedBlock, 0);
            emit IFederationEvents.RoundOpened(id, number, uint32(members), uint16(cohort), uint64(seedBlock));
        } else {
            uint256 seedBlock = block.number - 1;
            bytes32 seed = seedOf(id, number, blockhash(seedBlock));
            federation.write(number, members, members, block.timestamp, seedBlock, seed);
            emit IFederationEvents.RoundOpened(id, number, uint32(members), uint16(members), uint64(seedBlock));
        }
    }

    /// @notice Seed of a round: `keccak256(id, round, blockhash)`.
    function seedOf(bytes32 id, uint256 round, bytes32 blockHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(id, round, blockHash));
    }

    /// @notice Whether the last aggregation also settles the round: there is no judge to ask, members are found by their
    ///         index, and nobody has to be removed. So the cost of an expensive settlement never adds to the cost of an
    ///         aggregation: see `Estimate`.
    function isCheapToSettle(FederationState storage federation, Round memory round) internal view returns (bool) {
        return federation.terms.judge == address(0) && round.members <= round.cohort
            && federation.leaversQueued == federation.leaversRemoved;
    }

    /// @notice Splits what keepers left of the pot among the members whose updates were aggregated, and moves on.
    function settle(FederationState storage federation, bytes32 id, Round memory round) internal {
        address[] memory members = contributors(federation, round);
        uint256 pot = federation.potLeft();
        if (pot > 0) {
            uint256[] memory amounts = sharesOf(federation, id, round.number, members, pot);
            bool isShared = federation.terms.judge == address(0) && federation.isSharedCheaper(round, members.length);
            if (isShared) federation.share(round.submitted, amounts[0]);
            federation.reward(id, members, amounts, isShared);
        }
        federation.roundsSettled += 1;
        // The rest that rounding down left of all pots: less than one unit for each member and round, too little for the
        // creator to claim.
        if (federation.roundsSettled == federation.terms.rounds) federation.payRest(id);
        emit IFederationEvents.RoundSettled(id, round.number, uint16(members.length), federation.paidInRound);
        moveOn(federation, id, round, members.length);
    }

    /// @notice Writes the round into history and opens the next, or finishes.
    function moveOn(FederationState storage federation, bytes32 id, Round memory round, uint256 updates) internal {
        federation.summarise(round, updates);
        if (federation.isEnding || round.number + 1 >= federation.terms.rounds) finish(federation, id, false);
        else open(federation, id, round.number + 1);
    }

    /// @notice Ends the federation: what is unspent is credited to the creator, and stakes may be claimed. So is what was set
    ///         aside for sealing, if nothing was trained or the model is sealed already.
    /// @dev Calls nobody: neither a module nor the token can keep stakes from going back.
    function finish(FederationState storage federation, bytes32 id, bool isAbandoned) internal {
        federation.isFinished = true;
        uint128 refund = federation.unspent;
        federation.unspent = 0;
        uint128 sealPot = federation.sealPot;
        if (sealPot > 0) {
            uint32 modelVersion = federation.modelVersion();
            if (modelVersion == 0 || federation.sealedAt == modelVersion + 1) {
                refund += sealPot;
                federation.sealPot = 0;
            }
        }
        if (refund > 0) federation.credit(federation.creator, refund);
        emit IFederationEvents.Finished(id, isAbandoned, refund);
    }

    /// @notice Members whose updates are complete and were not voided, in order of position.
    function contributors(FederationState storage federation, Round memory round)
        internal
        view
        returns (address[] memory members)
    {
        uint256 submitted = round.submitted;
        uint256 size = LibBit.popCount(submitted);
        members = new address[](size);
        uint256 count;
        // Positions are 256 at most.
        unchecked {
            for (uint256 position; count < size; ++position) {
                if ((submitted >> position) & 1 == 0) continue;
                address member = federation.memberAt(round, position);
                // members[count] = member
                assembly ("memory-safe") {
                    mstore(add(add(members, 0x20), shl(5, count)), member)
                }
                ++count;
            }
        }
    }

    /// @notice The judge's split of `pot`, or equal shares if there is no judge or its answer cannot be used.
    function sharesOf(
        FederationState storage federation,
        bytes32 id,
        uint256 round,
        address[] memory members,
        uint256 pot
    ) internal view returns (uint256[] memory amounts) {
        address judge = federation.terms.judge;
        if (judge != address(0)) {
            bytes memory input = abi.encodeCall(IJudge.shares, (id, round, members));
            // EIP-150 keeps a 64th back: without this check a caller could give the judge too little gas and force equal
            // shares. The check comes last before the call, and a 60th leaves 3,900 gas more than a 63rd: enough for a cold
            // account and a few words of stack.
            uint256 needed = JUDGE_GAS + JUDGE_GAS / 60;
            if (gasleft() < needed) revert IFederationErrors.GasTooLow(needed, gasleft());
            amounts = Reward.split(pot, ModuleCall.tryReadWords(judge, JUDGE_GAS, input, members.length));
        }
        if (amounts.length == 0) amounts = Reward.splitEqually(pot, members.length);
    }

    /// @notice What the keeper who takes the action that `phase` waits for is paid now.
    function keeperPay(FederationState storage federation, Round memory round, Phase phase)
        internal
        view
        returns (uint256)
    {
        Terms storage terms = federation.terms;
        uint256 start = PhaseLib.actionStart(round, federation.timingOf(), phase);
        uint256 elapsed = block.timestamp > start ? block.timestamp - start : 0;
        return Reward.keeperPayAt(terms.keeperPay, terms.keeperSeconds, elapsed);
    }
}
