// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Reward
/// @notice How much: the pot of a round, a keeper's pay, a member's share. All amounts are rounded down.
library Reward {
    /// @notice Actions of a round that pay a keeper, besides one a shard: draw, settle or close, and one in reserve.
    uint256 internal constant ACTIONS_BESIDES_SHARDS = 3;

    /// @notice The pot of round `number`: `⌊bounty · (number + 1) / rounds⌋ − ⌊bounty · number / rounds⌋`. So all pots
    ///         together are exactly the bounty.
    /// @param bounty Below 2^128.
    /// @param rounds 1 to 2^32 − 1, `number` below it: products stay below 2^160.
    function potOf(uint256 bounty, uint256 rounds, uint256 number) internal pure returns (uint256) {
        unchecked {
            return bounty * (number + 1) / rounds - bounty * number / rounds;
        }
    }

    /// @notice The least pot of any round: `bounty / rounds`.
    function potRoundedDown(uint256 bounty, uint256 rounds) internal pure returns (uint256) {
        return bounty / rounds;
    }

    /// @notice What an action pays `elapsed` seconds after it became possible: half of `keeperPay` within the first
    ///         `keeperSeconds`; over the next `keeperSeconds` it rises to all of it.
    function keeperPayAt(uint256 keeperPay, uint256 keeperSeconds, uint256 elapsed) internal pure returns (uint256) {
        if (elapsed >= 2 * keeperSeconds) return keeperPay;
        uint256 half = keeperPay / 2;
        if (elapsed < keeperSeconds) return half;
        return half + (keeperPay - half) * (elapsed - keeperSeconds) / keeperSeconds;
    }

    /// @notice What sealing `written` words pays: `⌊pot · written / left⌋`, `left = total − (done − written)` being the words
    ///         that were missing before. So the last ones take the rest of the pot.
    /// @dev An aggregator may claim anything: the answer is never more than `pot`, and nothing reverts.
    /// @param pot Below 2^128.
    function sealPayOf(uint256 pot, uint256 written, uint256 done, uint256 total) internal pure returns (uint256) {
        uint256 before = done > written ? done - written : 0;
        uint256 left = total > before ? total - before : 0;
        if (written >= left) return written == 0 ? 0 : pot;
        // Below 2^128 the product fits; a claim for a model of more words gets nothing.
        return written > type(uint128).max ? 0 : pot * written / left;
    }

    /// @notice Shares of `pot` in proportion to `weights`; they never add up to more than `pot`.
    /// @param weights Each below 2^128, 256 at most; `pot` below 2^128: products and sum stay below 2^256.
    /// @return amounts Empty when the weights cannot be used: one is too large, or all are zero.
    function split(uint256 pot, uint256[] memory weights) internal pure returns (uint256[] memory amounts) {
        uint256 total;
        for (uint256 i; i < weights.length; ++i) {
            if (weights[i] > type(uint128).max) return amounts;
            total += weights[i];
        }
        if (total == 0) return amounts;
        amounts = new uint256[](weights.length);
        for (uint256 i; i < weights.length; ++i) {
            amounts[i] = pot * weights[i] / total;
        }
    }

    /// @notice `pot / count` for each of `count`.
    function splitEqually(uint256 pot, uint256 count) internal pure returns (uint256[] memory amounts) {
        amounts = new uint256[](count);
        if (count == 0) return amounts;
        uint256 share = pot / count;
        for (uint256 i; i < count; ++i) {
            amounts[i] = share;
        }
    }
}
