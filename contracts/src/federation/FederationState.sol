// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { RoundRecord, RoundSummary } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";

/// @title Seat
/// @notice What the core keeps about one account in one federation: one slot, members and others alike.
/// @dev A stake is either held whole or gone, so a flag says it: the amount is in the terms.
struct Seat {
    uint128 owed; //      credited and not yet claimed
    uint32 index; //      place in `members`; meaningless unless `isMember`
    uint32 votedIn; //    number of the round last voted in, plus one
    bool isMember; //     admitted and not yet removed
    bool isLeaving; //    queued to be removed when a round opens
    bool isStaked; //     stake held: not slashed, not returned
    uint32 sentIn; //     number of the round in which `sent` was last counted, plus one
    uint8 sent; //        shards of an incomplete submission that have come
}

/// @title SubmissionTerms
/// @notice The terms that every submission reads, and what follows from them, in one slot.
struct SubmissionTerms {
    address aggregator;
    uint32 commitSeconds;
    uint32 submitSeconds;
    uint16 shardsPerMember;
    uint8 lastShard; //     shards of the model, less one: see `TermsChecks.shardCount`
    bool hasChallengeWindow;
}

/// @title FederationState
/// @notice All that the core stores about one federation.
/// @dev `digests` and `commitments` are kept by position and reused from round to round: a steady round overwrites and
///      never pays for new slots. The bitmaps of the round say which entries count, so stale entries need no clearing.
///      Fields that change together lie together: counts in a slot that is never zero, amounts in two.
struct FederationState {
    Terms terms; //                          slots 0–10
    SubmissionTerms submissionTerms; //      11
    RoundRecord record; //                   12–17
    uint40 createdAt; //                     18
    bool isInitialised; //                   18
    bool isFinished; //                      18
    bool isEnding; //                        18
    uint32 roundsClosed; //                  18  length of `history`
    uint32 roundsSettled; //                 18
    uint32 leaversQueued; //                 18  end of the queue
    uint32 leaversRemoved; //                18  head of the queue
    uint32 unburned; //                      18  slashed stakes of which the half to be burned is still here
    uint32 sealedAt; //                      18  version of the model that was last sealed whole, plus one
    address creator; //                      19
    uint128 staked; //                       20  stakes held
    uint128 owed; //                         20  credited and not yet claimed
    uint128 unspent; //                      21  bounty not yet paid out
    uint128 paidInRound; //                  21  out of the pot of the round in progress
    uint128 rewardPerMember; //              22  sum of the rewards that were credited to all members in common
    uint128 sealPot; //                      22  set aside for those who seal the finished model, and not yet credited
    address[] members; //                    23
    mapping(uint256 => address) leavers; //      queue of frozen members who asked to leave or were slashed
    mapping(uint256 => RoundSummary) history;
    mapping(address => Seat) seats;
    mapping(address => uint256) counted; //      part of `rewardPerMember` that a member has had already, or does not get
    mapping(uint256 => bytes32) digests; //      position · 256 + assigned
    mapping(uint256 => bytes32) commitments; //  position
}
