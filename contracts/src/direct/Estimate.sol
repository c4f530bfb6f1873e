// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "./lanes/Codec.sol";
import { Lanes } from "./lanes/Lanes.sol";

/// @title Estimate
/// @notice Upper bounds on the size and gas of the transactions of a direct-path round, so that terms are refused if their
///         rounds could not run.
/// @dev Calldata is counted as if no byte were zero: 16 gas a byte plus execution, or 40 a byte in all, whichever is more
///      (EIP-7623). A transaction may use 2^24 gas (EIP-7825), and nodes relay at most 128 KiB of it.
///      The constants bound what the tests measure at the extremes of every width; they are not prices.
library Estimate {
    /// @notice Most gas of a transaction: 2^24 (EIP-7825).
    uint256 internal constant GAS_LIMIT = 16_777_216;
    /// @notice Most bytes of a transaction that nodes relay (`txMaxSize` of geth's pool).
    uint256 internal constant BYTES_LIMIT = 131_072;

    uint256 private constant TRANSACTION_GAS = 21_000;
    uint256 private constant BYTE_GAS = 16;
    uint256 private constant FLOOR_BYTE_GAS = 40;

    /// @dev Signature, fees, nonce, address and lengths around the calldata of a typed transaction.
    uint256 private constant ENVELOPE_BYTES = 256;
    /// @dev Selector, three words, offset and length of `Federation.aggregate`.
    uint256 private constant AGGREGATE_HEAD_BYTES = 192;
    /// @dev Selector, words, offsets and lengths of `Federation.submit`, and room for self-reported metrics.
    uint256 private constant SUBMIT_HEAD_BYTES = 1_536;

    /// @dev Gas that the core spends once on an aggregation, settling and opening the next round included.
    uint256 private constant CORE_AGGREGATE_GAS = 300_000;
    /// @dev Gas for each member: digest, context, reward to a balance not yet in use. Where the cohort is sampled, nobody is
    ///      rewarded in the same transaction (`RoundFlow.isCheapToSettle`), and finding a member by the permutation costs less
    ///      than the reward.
    uint256 private constant CORE_MEMBER_GAS = 36_000;
    /// @dev Gas spent once on settling in a transaction of its own: history, the next round, the rest of the pots.
    uint256 private constant CORE_SETTLE_GAS = 300_000;
    /// @dev Finding, rewarding and reporting one member of a sampled cohort.
    uint256 private constant SETTLE_MEMBER_GAS = 36_000;
    /// @dev Removing one leaver, and how many an opening removes at most.
    uint256 private constant LEAVER_GAS = 70_000;
    uint256 private constant LEAVERS = 16;
    /// @dev One walk of the permutation, and how many walks beyond eight a member the unluckiest seed takes: each walk ends
    ///      the search with a chance of at least one in four, so more are needed once in 10^13 rounds.
    uint256 private constant WALK_GAS = 800;
    uint256 private constant UNLUCKY_WALKS = 128;
    /// @dev Gas that the core spends once on a submission, and on each shard in it.
    uint256 private constant CORE_SUBMIT_GAS = 200_000;
    uint256 private constant CORE_PAYLOAD_GAS = 45_000;
    /// @dev One byte of a payload: logged (8 gas), copied and hashed.
    uint256 private constant LOGGED_BYTE_GAS = 12;

    /// @dev Checking, scaling, hashing and logging (256) one word of the model.
    uint256 private constant WORD_GAS = 420;
    /// @dev Adding one payload word of one member; spreading one group's sums over one lane word; starting a group.
    uint256 private constant ADD_GAS = 96;
    uint256 private constant SPREAD_GAS = 60;
    uint256 private constant GROUP_GAS = 260;
    /// @dev Checking one member's digest, without its payload.
    uint256 private constant DIGEST_GAS = 700;

    /// @notice Bytes of the transaction that aggregates one shard: its words and the payloads of all updates.
    function aggregateBytes(uint256 updates, uint256 length, uint256 laneBits, uint256 bits)
        internal
        pure
        returns (uint256)
    {
        return 32 * Lanes.words(laneBits, length) + updates * Codec.payloadLength(length, bits) + AGGREGATE_HEAD_BYTES
            + ENVELOPE_BYTES;
    }

    /// @notice Gas of the transaction that aggregates one shard, whether or not it settles the round.
    /// @param cohort Members in a round, who are all paid.
    /// @param updates Updates of the shard.
    /// @param length Parameters of the shard.
    function aggregateGas(uint256 cohort, uint256 updates, uint256 length, uint256 laneBits, uint256 bits)
        internal
        pure
        returns (uint256)
    {
        uint256 payloadWords = Codec.payloadLength(length, bits) / 32;
        uint256 groups = updates / ((1 << bits) + 1) + 1;
        uint256 words = Lanes.words(laneBits, length);
        uint256 execution = CORE_AGGREGATE_GAS + cohort * CORE_MEMBER_GAS + updates * (DIGEST_GAS + 12 * payloadWords)
            + words * WORD_GAS + payloadWords
            * (updates * ADD_GAS + groups * (GROUP_GAS + SPREAD_GAS * (laneBits / bits)))
            + _memoryGas(words + payloadWords) + 2 * _memoryGas(words + updates * payloadWords);
        return _transactionGas(32 * (words + updates * payloadWords) + AGGREGATE_HEAD_BYTES, execution);
    }

    /// @notice Gas of the transaction that settles a round by itself, without the judge's part.
    function settleGas(uint256 cohort) internal pure returns (uint256) {
        return TRANSACTION_GAS + CORE_SETTLE_GAS + cohort * SETTLE_MEMBER_GAS + UNLUCKY_WALKS * WALK_GAS + LEAVERS
            * LEAVER_GAS;
    }

    /// @notice Bytes of the transaction that submits `shards` shards of `length` parameters.
    function submitBytes(uint256 shards, uint256 length, uint256 bits) internal pure returns (uint256) {
        return shards * (Codec.payloadLength(length, bits) + 64) + SUBMIT_HEAD_BYTES + ENVELOPE_BYTES;
    }

    /// @notice Gas of the transaction that submits `shards` shards of `length` parameters.
    function submitGas(uint256 shards, uint256 length, uint256 bits) internal pure returns (uint256) {
        uint256 size = shards * (Codec.payloadLength(length, bits) + 64) + SUBMIT_HEAD_BYTES;
        uint256 execution =
            CORE_SUBMIT_GAS + shards * CORE_PAYLOAD_GAS + size * LOGGED_BYTE_GAS + 2 * _memoryGas(size / 32 + 1);
        return _transactionGas(size, execution);
    }

    /// @dev Gas of a transaction with `size` bytes of calldata, none of them zero (EIP-7623).
    function _transactionGas(uint256 size, uint256 execution) private pure returns (uint256) {
        uint256 standard = size * BYTE_GAS + execution;
        uint256 floor = size * FLOOR_BYTE_GAS;
        return TRANSACTION_GAS + (standard > floor ? standard : floor);
    }

    /// @dev Copying into and expanding memory by `words` words: `6·words + words² / 512` (yellow paper, appendix H).
    function _memoryGas(uint256 words) private pure returns (uint256) {
        return 6 * words + words * words / 512;
    }
}
