// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Terms
/// @notice What the members of a federation agree to. Immutable: the federation's id is the hash of chain, core and terms.
/// @dev Fields are ordered so that storage packs them into eleven slots; the slot is drawn beside each group.
///      Seconds are durations, sizes are counts of parameters, amounts are in the token's smallest unit.
struct Terms {
    bytes32 manifestHash; //     0  keccak256 of the manifest published at creation
    bytes32 setupHash; //        1  keccak256 of the aggregator's setup published at creation
    bytes32 salt; //             2  makes the ids of otherwise equal federations differ
    uint256 gains; //            3  gain schedule: see `Gains`
    uint128 stake; //            4  what a member deposits on joining
    uint128 bounty; //           4  what the creator deposits on creation
    uint128 keeperPay; //        5  the most that one action of a keeper is paid, out of the round's pot
    uint32 joinSeconds; //       5  from creation until the first round may open with fewer members than `cohortSize`
    uint32 commitSeconds; //     5  length of the commit phase; zero: none
    uint32 idleSeconds; //       5  how long an action may be overdue before anyone may abandon the federation
    address aggregator; //       6  keeps the model
    uint32 dimension; //         6  parameters in the model
    uint32 shardSize; //         6  parameters in a shard; the last shard may be shorter
    uint32 rounds; //            6  the most rounds, failed ones included
    address token; //            7  ERC-20 of stake, bounty and pay; zero if all three are zero
    uint16 cohortSize; //        7  the most members that train in a round, 1 to 256
    uint16 minimumUpdates; //    7  fewer updates than this close a round without changing the model
    uint16 shardsPerMember; //   7  shards that a member trains in a round; all of them, or fewer, rotating
    uint16 endQuorum; //         7  basis points of a round's members whose votes end the federation early; zero: never
    uint8 laneBits; //           7  width of a model integer: 16 or 32 in the direct path
    uint8 bits; //               7  width of an update integer: 1, 2, 4 or 8
    uint8 rule; //               7  aggregation rule: 0 is the sum
    bool isPrivateNetwork; //    7  for trials and private networks: durations have no floors
    address gate; //             8  says who may join; zero: everyone
    uint32 submitSeconds; //     8  length of the submission phase
    uint32 challengeSeconds; //  8  length of the challenge window; zero: none
    uint32 keeperSeconds; //     8  exclusive window of the chosen keeper; then pay rises for as long again
    address judge; //            9  splits a settled round's pot; zero: equally
    uint128 sealPay; //         10  what the creator sets aside at creation for those who seal the finished model
}
