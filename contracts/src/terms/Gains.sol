// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../interfaces/IFederationErrors.sol";

/// @title Gains
/// @notice The gain schedule: the multiplier of each round, constant, or changing up to four times, packed in a word.
/// @dev Entry i sits at bits [48i, 48i + 48): `fromRound << 16 | gain`. Entry 0 has `fromRound` 0 and a gain of at least 1;
///      later entries rise strictly in `fromRound`, stay below the number of rounds and have a gain of at least 1; a zero
///      entry ends the list. All bits after it, and bits 240 and above, are zero.
library Gains {
    uint256 internal constant ENTRIES = 5;

    /// @notice The gain of `round`: that of the last entry whose `fromRound` is not after it.
    function gainAt(uint256 gains, uint256 round) internal pure returns (uint256 gain) {
        for (uint256 i; i < ENTRIES; ++i) {
            uint256 entry = (gains >> (48 * i)) & 0xffffffffffff;
            if (entry == 0 || (entry >> 16) > round) break;
            gain = entry & 0xffff;
        }
    }

    /// @notice The gain of a round with fewer members than the terms allow: `⌊gain · most / expected⌋`.
    /// @dev Steps are calibrated for the largest cohort. A smaller one sends fewer integers and each counts for more, so that
    ///      an integer is worth as much of the mean as before, and no more of them are clamped. Rounding down keeps
    ///      `effective · expected ≤ gain · most`: what creation proved against overflow holds for every size of a cohort.
    /// @param most Most updates of a shard with the largest cohort that the terms allow: see `Cohort.maxUpdates`.
    /// @param expected Most updates of a shard with the cohort of this round, at least 1.
    function effective(uint256 gain, uint256 most, uint256 expected) internal pure returns (uint256) {
        return gain * most / expected;
    }

    /// @notice `Σ_{r < rounds} gain_r` over all rounds, each entry holding until the next one's round.
    /// @param gains Of the form that `check` accepts.
    function total(uint256 gains, uint256 rounds) internal pure returns (uint256 sum) {
        uint256 end = rounds;
        for (uint256 i = ENTRIES; i > 0; --i) {
            uint256 entry = (gains >> (48 * (i - 1))) & 0xffffffffffff;
            if (entry == 0) continue;
            sum += (entry & 0xffff) * (end - (entry >> 16));
            end = entry >> 16;
        }
    }

    /// @notice Reverts with `GainsMalformed` unless `gains` has the form above.
    function check(uint256 gains, uint256 rounds) internal pure {
        uint256 previous;
        for (uint256 i; i < ENTRIES; ++i) {
            uint256 entry = (gains >> (48 * i)) & 0xffffffffffff;
            if (i > 0 && entry == 0) {
                if (gains >> (48 * i) != 0) revert IFederationErrors.GainsMalformed(i, gains >> (48 * i));
                return;
            }
            uint256 fromRound = entry >> 16;
            bool isInOrder = i == 0 ? fromRound == 0 : fromRound > previous && fromRound < rounds;
            if (!isInOrder || entry & 0xffff == 0) revert IFederationErrors.GainsMalformed(i, entry);
            previous = fromRound;
        }
        if (gains >> 240 != 0) revert IFederationErrors.GainsMalformed(ENTRIES, gains >> 240);
    }
}
