// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Round, RoundSummary } from "./Round.sol";
import { Terms } from "./Terms.sol";

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
}

/// @title FederationState
/// @notice All that the core stores about one federation.
/// @dev `digests`, `commitments` and `progress` are kept by position and reused from round to round: a steady round
///      overwrites and never pays for new slots. What an entry means is guarded by the bitmaps of the round, so stale
///      entries need no clearing.
struct FederationState {
    Terms terms; //                          slots 0–9
    Round round; //                          slots 10–15
    address creator; //                      16
    uint40 createdAt; //                     16
    bool isInitialised; //                   16
    bool isFinished; //                      16
    bool isEnding; //                        16
    uint128 unspent; //                      17  bounty not yet paid out
    uint128 staked; //                       17  stakes held
    uint128 owed; //                         18  credited and not yet claimed
    uint128 paidInRound; //                  18  out of the pot of the round in progress
    uint32 roundsSettled; //                 19
    uint32 leaversRemoved; //                19  head of the queue
    address[] members; //                    20
    address[] leavers; //                    21  queue of frozen members who asked to leave or were slashed
    RoundSummary[] history; //               22
    mapping(address => Seat) seats;
    mapping(uint256 => bytes32) digests; //      position · 256 + assigned
    mapping(uint256 => bytes32) commitments; //  position
    mapping(uint256 => uint256) progress; //     position: (round + 1) · 2^16 + shards received
}
