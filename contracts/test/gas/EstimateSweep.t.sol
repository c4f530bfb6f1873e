// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Codec } from "../../src/direct/lanes/Codec.sol";
import { RoundFlow } from "../../src/federation/RoundFlow.sol";
import { Estimate } from "../../src/direct/Estimate.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFederationFixture } from "../integration/DirectFederationFixture.sol";

/// @notice The largest terms that are accepted, of every width and with cohorts from 1 to 256, through two rounds: one in
///         which everybody trains and the last aggregation settles, and one that is drawn, with sixteen leavers queued.
///         No step may pass the cap of a transaction, nor its own bound; a piece of
///         the model fits one when it is sealed. Isolated: intrinsic gas and calldata are measured.
contract EstimateSweepTest is DirectFederationFixture {
    uint256[4] private _narrow = [1, 20, 65, 256];
    uint256[4] private _wide = [2, 33, 64, 200];

    /// forge-config: default.isolate = true
    function test_largestTerms_ofOneBitIn16() external {
        _sweep(16, 1, _narrow);
    }

    /// forge-config: default.isolate = true
    function test_largestTerms_ofOneBitIn32() external {
        _sweep(32, 1, _wide);
    }

    /// forge-config: default.isolate = true
    function test_largestTerms_ofTwoBitsIn16() external {
        _sweep(16, 2, _narrow);
    }

    /// forge-config: default.isolate = true
    function test_largestTerms_ofTwoBitsIn32() external {
        _sweep(32, 2, _wide);
    }

    /// forge-config: default.isolate = true
    function test_largestTerms_ofFourBitsIn16() external {
        _sweep(16, 4, _narrow);
    }

    /// forge-config: default.isolate = true
    function test_largestTerms_ofFourBitsIn32() external {
        _sweep(32, 4, _wide);
    }

    /// forge-config: default.isolate = true
    function test_largestTerms_ofEightBitsIn16() external {
        _sweep(16, 8, _narrow);
    }

    /// forge-config: default.isolate = true
    function test_largestTerms_ofEightBitsIn32() external {
        _sweep(32, 8, _wide);
    }

    function test_settlement_ofTheLargestCohortWithAJudgeFitsTheCap() external pure {
        assertLe(Estimate.settleGas(256) + RoundFlow.JUDGE_GAS + RoundFlow.JUDGE_GAS / 60, Estimate.GAS_LIMIT);
    }

    function _sweep(uint256 laneBits, uint256 bits, uint256[4] storage cohorts) private {
        for (uint256 c; c < cohorts.length; ++c) {
            // Two rounds of the least values must fit a lane.
            if (2 * cohorts[c] * Codec.largest(bits) < 1 << (laneBits - 1)) _play(laneBits, bits, cohorts[c]);
        }
    }

    function _play(uint256 laneBits, uint256 bits, uint256 cohort) private {
        Terms memory terms = federationTerms(laneBits, bits, _largestShard(laneBits, bits, cohort), cohort);
        (terms.rounds, terms.bounty, terms.keeperPay, terms.salt) =
        (2, 1e18, 1e12, keccak256(abi.encode(cohort, laneBits)));
        bytes32 id = openFederation(terms, plainSetup(terms.dimension));
        string memory name = string.concat(
            vm.toString(cohort),
            " of ",
            vm.toString(bits),
            " bits in ",
            vm.toString(laneBits),
            ", ",
            vm.toString(terms.dimension)
        );
        uint256 limit = Estimate.aggregateGas(cohort, cohort, terms.dimension, laneBits, bits);

        assertLe(_sealPiece(id), Estimate.GAS_LIMIT, string.concat("seal, ", name));
        bytes memory data = _submitAll(id, terms, 0);
        // So many that rewards are credited one by one, which costs more, and that the next cohort is drawn.
        for (uint256 p; p < cohort / 4 + 17; ++p) {
            joinFederation(id, terms, person(cohort + p));
        }
        assertLe(_aggregate(id, 0, data), limit, name);
        assertEq(core.roundOf(id).number, 1);

        vm.roll(block.number + 2);
        core.draw(id, 1);
        data = _submitAll(id, terms, 1);
        for (uint256 p; p < 16; ++p) {
            vm.prank(person(p));
            core.leave(id);
        }
        assertLe(_aggregate(id, 1, data), limit, string.concat("drawn, ", name));
        (Phase phase,) = core.phaseOf(id);
        assertEq(uint256(phase), uint256(Phase.Settle));
        vm.prank(person(4000));
        core.settle(id, 1);
        assertLe(vm.lastCallGas().gasTotalUsed, Estimate.settleGas(cohort), string.concat("settle, ", name));
    }

    /// @dev Every shard that can be aggregated can be sealed, piece by piece. Words that train have few zero bytes.
    function _sealPiece(bytes32 id) private returns (uint256) {
        bytes memory words = modelWords(id, 0);
        core.seal(id, 0, 0, 1, words);
        return vm.lastCallGas().gasTotalUsed + 12 * words.length;
    }

    function _submitAll(bytes32 id, Terms memory terms, uint32 round) private returns (bytes memory) {
        address[] memory cohort = core.cohortOf(id);
        bytes[] memory sent = new bytes[](cohort.length);
        for (uint256 p; p < cohort.length; ++p) {
            bytes[] memory payloads = new bytes[](1);
            payloads[0] = densePayload(p, terms.dimension, terms.laneBits, terms.bits);
            sent[p] = payloads[0];
            vm.prank(cohort[p]);
            core.submit(id, round, 0, payloads, "", "");
        }
        skip(1);
        return bytes.concat(modelWords(id, 0), concat(sent));
    }

    function _aggregate(bytes32 id, uint32 round, bytes memory data) private returns (uint256 gas) {
        vm.prank(person(4000));
        core.aggregate(id, round, 0, data);
        gas = vm.lastCallGas().gasTotalUsed;
        assertLe(gas, Estimate.GAS_LIMIT);
    }

    /// @dev The largest one that `create` accepts in one shard.
    function _largestShard(uint256 laneBits, uint256 bits, uint256 cohort) private pure returns (uint256) {
        uint256 step = 256 / bits;
        (uint256 low, uint256 high) = (0, 131_072 / 32);
        while (low < high) {
            uint256 middle = (low + high + 1) / 2;
            if (_fits(laneBits, bits, cohort, middle * step)) low = middle;
            else high = middle - 1;
        }
        return low * step;
    }

    function _fits(uint256 laneBits, uint256 bits, uint256 cohort, uint256 length) private pure returns (bool) {
        return Estimate.aggregateBytes(cohort, length, laneBits, bits) <= Estimate.BYTES_LIMIT
            && Estimate.aggregateGas(cohort, cohort, length, laneBits, bits) <= Estimate.GAS_LIMIT
            && Estimate.submitBytes(1, length, bits) <= Estimate.BYTES_LIMIT;
    }
}
