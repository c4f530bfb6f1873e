// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../types/Terms.sol";

/// @title IFederationEvents
/// @notice What the core logs. Manifest, setup, payloads and metrics are only here, not in storage. Class names are in the
///         manifest, and so only in `Created`.
interface IFederationEvents {
    /// @notice A federation was created, and its bounty paid in.
    /// @param id Hash of chain, core and terms.
    /// @param creator Who created it, paid the bounty and is credited what stays unspent.
    /// @param aggregator Module that keeps the model.
    /// @param terms What its members agree to.
    /// @param manifest The document whose hash the terms name: task, schema of the data, names of classes.
    /// @param setup What the aggregator must know beyond the terms, in its own encoding.
    event Created(
        bytes32 indexed id,
        address indexed creator,
        address indexed aggregator,
        Terms terms,
        bytes manifest,
        bytes setup
    );

    /// @notice A shard of the model was initialised.
    /// @param id The federation.
    /// @param shard Which, from 0.
    /// @param complete Whether it was the last one missing.
    event Initialised(bytes32 indexed id, uint256 shard, bool complete);

    /// @notice An account became a member, with the stake of the terms.
    /// @param id The federation.
    /// @param member The account.
    event Joined(bytes32 indexed id, address indexed member);

    /// @notice A member that is frozen into a round is to be removed when one opens: it asked to leave, or was slashed.
    /// @param id The federation.
    /// @param member The account.
    event LeaveRequested(bytes32 indexed id, address indexed member);

    /// @notice An account is no longer a member, and its stake is credited unless it was slashed.
    /// @param id The federation.
    /// @param member The account.
    event Left(bytes32 indexed id, address indexed member);

    /// @notice A round opened: its members are frozen.
    /// @param id The federation.
    /// @param round Number of the round, from 0.
    /// @param members Members frozen into it.
    /// @param cohort Positions in it: members, or the cohort size of the terms where that is less.
    /// @param seedBlock Block whose hash seeds it.
    event RoundOpened(bytes32 indexed id, uint32 indexed round, uint32 members, uint16 cohort, uint64 seedBlock);

    /// @notice The cohort of a sampled round is known.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param seed Decides the cohort and the keepers.
    event Drawn(bytes32 indexed id, uint32 indexed round, bytes32 seed);

    /// @notice Nobody drew while the hash of the seed block was in reach, so a new block is fixed.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param seedBlock The new block.
    event SeedDelayed(bytes32 indexed id, uint32 indexed round, uint64 seedBlock);

    /// @notice A member bound itself to an update.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param member Who did.
    /// @param position Its position in the cohort.
    /// @param commitment See `commitmentOf`.
    event Committed(
        bytes32 indexed id, uint32 indexed round, address indexed member, uint16 position, bytes32 commitment
    );

    /// @notice An update, or a part of one, was sent.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param member Who sent it.
    /// @param position Its position in the cohort.
    /// @param first Which of its assigned shards `payloads[0]` is for.
    /// @param payloads `payloads[i]` is the update of the member's assigned shard `first + i`.
    /// @param metrics Self-reported: nothing checks them.
    event Submitted(
        bytes32 indexed id,
        uint32 indexed round,
        address indexed member,
        uint16 position,
        uint16 first,
        bytes[] payloads,
        bytes metrics
    );

    /// @notice The updates of a shard were folded into the model.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param shard Which shard.
    /// @param keeper Who did it.
    /// @param updates Bit p is set for each position whose update was folded in.
    /// @param modelHash Hash of the shard after it, as the aggregator says.
    event Aggregated(
        bytes32 indexed id,
        uint32 indexed round,
        uint16 indexed shard,
        address keeper,
        uint256 updates,
        bytes32 modelHash
    );

    /// @notice A round changed the model, and its pot is credited.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param updates Updates that counted.
    /// @param paid Credited to members and keepers together, in the token's smallest unit.
    event RoundSettled(bytes32 indexed id, uint32 indexed round, uint16 updates, uint256 paid);

    /// @notice A round was closed with too few updates: the model is unchanged.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param updates Updates that came.
    /// @param minimumUpdates Updates that the terms ask for.
    event RoundFailed(bytes32 indexed id, uint32 indexed round, uint16 updates, uint16 minimumUpdates);

    /// @notice A member was credited its share of a round's pot.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param member Who.
    /// @param amount How much, in the token's smallest unit.
    event Rewarded(bytes32 indexed id, uint32 indexed round, address indexed member, uint256 amount);

    /// @notice The account that took an action was credited for it.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param keeper Who.
    /// @param amount How much, in the token's smallest unit.
    event KeeperPaid(bytes32 indexed id, uint32 indexed round, address indexed keeper, uint256 amount);

    /// @notice An account bound itself to a challenge that it is going to prove.
    /// @param challenger Who.
    /// @param commitment See `bindChallenge`.
    event ChallengeBound(address indexed challenger, bytes32 commitment);

    /// @notice A fault was proven: the update is void, the stake gone.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param member Whose update it was.
    /// @param challenger Who proved it.
    /// @param rewarded Part of the stake credited to the challenger, in the token's smallest unit.
    /// @param burned The rest: it is burned with the next claim that anyone makes.
    event Slashed(
        bytes32 indexed id,
        uint32 indexed round,
        address indexed member,
        address challenger,
        uint256 rewarded,
        uint256 burned
    );

    /// @notice A member voted to finish with the round in progress.
    /// @param id The federation.
    /// @param round Number of the round.
    /// @param member Who voted.
    /// @param votes Votes in this round, this one included.
    event EndVoted(bytes32 indexed id, uint32 indexed round, address indexed member, uint32 votes);

    /// @notice The federation is over: stakes and what is owed can be claimed.
    /// @param id The federation.
    /// @param isAbandoned Whether it ended because an action was overdue.
    /// @param refund Unspent bounty that was credited to the creator, in the token's smallest unit; with what was set aside
    ///        for sealing, if there is nothing left to seal.
    event Finished(bytes32 indexed id, bool isAbandoned, uint256 refund);

    /// @notice Pieces of the model were sealed.
    /// @param id The federation.
    /// @param shard Which shard.
    /// @param first First piece, counted within the shard.
    /// @param count How many pieces.
    /// @param by Who sealed them.
    /// @param pay Credited for it, in the token's smallest unit.
    event Sealed(
        bytes32 indexed id, uint256 indexed shard, uint256 first, uint256 count, address indexed by, uint256 pay
    );

    /// @notice An account was paid what it was owed.
    /// @param id The federation.
    /// @param account Whose claim it was.
    /// @param amount How much, in the token's smallest unit.
    event Claimed(bytes32 indexed id, address indexed account, uint256 amount);
}
