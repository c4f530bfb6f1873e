// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Layer, DirectSetup, Start } from "../types/DirectSetup.sol";
import { OutputKind } from "../types/OutputKind.sol";
import { Terms } from "../types/Terms.sol";
import { IAggregatorErrors } from "../interfaces/IAggregatorErrors.sol";
import { Codec } from "./lanes/Codec.sol";
import { Estimate } from "./Estimate.sol";
import { Gains } from "../terms/Gains.sol";
import { Lanes } from "./lanes/Lanes.sol";
import { TermsChecks } from "../terms/TermsChecks.sol";

/// @title DirectTerms
/// @notice Refuses terms and setups that are impossible on the direct path: one named error for each.
/// @dev What passes can run all its rounds: no lane can overflow, no accumulator can wrap, every action fits a transaction.
library DirectTerms {
    /// @notice There is nothing to challenge on the direct path: the window must be zero.
    error UnsupportedChallenge(uint256 challengeSeconds);
    /// @notice The model must take at most `limit` words.
    error ModelTooLarge(uint256 words, uint256 limit);
    /// @notice The transaction that aggregates a shard may use at most `limit` gas: choose smaller shards or a smaller cohort.
    error AggregateTooCostly(uint256 gas, uint256 limit);
    /// @notice The transaction that submits must have at most `limit` bytes: choose smaller shards.
    error SubmitTooLong(uint256 size, uint256 limit);
    /// @notice A tensor must have parameters.
    error EmptyTensor(uint256 tensor);
    /// @notice The lengths of the tensors must sum to the dimension.
    error TensorsMismatch(uint256 parameters, uint256 dimension);
    /// @notice The amplitude of a tensor must be below `limit`: it has to fit a lane.
    error AmplitudeTooLarge(uint256 tensor, uint256 amplitude, uint256 limit);
    /// @notice The bound of given integers must be below `limit`: they have to fit a lane.
    error BoundTooLarge(uint256 bound, uint256 limit);
    /// @notice Where the start is given, there is one hash for each shard; otherwise none.
    error WrongHashCount(uint256 hashes, uint256 expected);
    /// @notice A layer must have inputs and outputs.
    error EmptyLayer(uint256 layer);
    /// @notice A layer must have as many inputs as the layer before has outputs.
    error LayersUnconnected(uint256 layer, uint256 inputs, uint256 outputsBefore);
    /// @notice The parameters of the layers must sum to the dimension.
    error LayersMismatch(uint256 parameters, uint256 dimension);
    /// @notice A bias multiplier must be at least 1.
    error ZeroBiasMultiplier(uint256 layer);
    /// @notice The shift of the last layer must be 0, that of the others at least 1.
    error InvalidLayerShift(uint256 layer, uint256 shift);
    /// @notice This kind of answer has at most `limit` outputs.
    error InvalidOutputs(uint256 outputs, uint256 limit);
    /// @notice An output could wrap: choose a smaller output multiplier or offset.
    error OutputOverflow(uint256 largestAccumulator);

    /// @dev Most words of a model.
    uint256 private constant MAX_WORDS = 131_072;

    /// @notice Reverts with a named error if the terms or the setup are impossible.
    /// @return shards Shards of the model, 1 to 256.
    /// @return updates Most updates of a shard in a round.
    function check(Terms memory terms, DirectSetup memory setup)
        internal
        pure
        returns (uint256 shards, uint256 updates)
    {
        shards = TermsChecks.checkSizes(terms);
        updates = TermsChecks.maxUpdates(terms);
        _checkForm(terms, shards);
        _checkStart(terms, setup, shards);
        _checkOverflow(terms, setup, updates);
        _checkNetwork(terms, setup);
        _checkTransactions(terms, updates);
    }

    function _checkForm(Terms memory terms, uint256 shards) private pure {
        if (terms.laneBits != 16 && terms.laneBits != 32) {
            revert IAggregatorErrors.UnsupportedLaneBits(terms.laneBits);
        }
        if (terms.bits != 1 && terms.bits != 2 && terms.bits != 4 && terms.bits != 8) {
            revert IAggregatorErrors.UnsupportedBits(terms.bits);
        }
        if (terms.rule != 0) revert IAggregatorErrors.UnsupportedRule(terms.rule);
        if (terms.challengeSeconds != 0) revert UnsupportedChallenge(terms.challengeSeconds);
        uint256 words = Lanes.words(terms.laneBits, terms.dimension);
        if (words > MAX_WORDS) revert ModelTooLarge(words, MAX_WORDS);
        uint256 multiple = 256 / uint256(terms.bits);
        if (shards > 1 && terms.shardSize % multiple != 0) {
            revert IAggregatorErrors.MisalignedShard(terms.shardSize, multiple);
        }
    }

    function _checkStart(Terms memory terms, DirectSetup memory setup, uint256 shards) private pure {
        uint256 limit = 1 << (terms.laneBits - 1);
        uint256 parameters;
        for (uint256 t; t < setup.tensors.length; ++t) {
            if (setup.tensors[t].length == 0) revert EmptyTensor(t);
            if (setup.start == Start.Seeded && setup.tensors[t].amplitude >= limit) {
                revert AmplitudeTooLarge(t, setup.tensors[t].amplitude, limit);
            }
            parameters += setup.tensors[t].length;
        }
        if (parameters != terms.dimension) revert TensorsMismatch(parameters, terms.dimension);
        bool isGiven = setup.start == Start.Given;
        if (isGiven && setup.bound >= limit) revert BoundTooLarge(setup.bound, limit);
        uint256 hashes = isGiven ? shards : 0;
        if (setup.hashes.length != hashes) revert WrongHashCount(setup.hashes.length, hashes);
    }

    /// @dev `initial + Σ_{r < rounds} gain_r · updates · 2^(bits−1) < 2^(laneBits−1)`.
    function _checkOverflow(Terms memory terms, DirectSetup memory setup, uint256 updates) private pure {
        uint256 gains = Gains.total(terms.gains, terms.rounds);
        uint256 largest = _initialBound(setup) + gains * updates * Codec.largest(terms.bits);
        uint256 limit = 1 << (terms.laneBits - 1);
        if (largest >= limit) revert IAggregatorErrors.LaneOverflow(largest, limit);
    }

    function _initialBound(DirectSetup memory setup) private pure returns (uint256 largest) {
        if (setup.start == Start.Given) return setup.bound;
        if (setup.start == Start.Zero) return 0;
        for (uint256 t; t < setup.tensors.length; ++t) {
            if (setup.tensors[t].amplitude > largest) largest = setup.tensors[t].amplitude;
        }
    }

    function _checkNetwork(Terms memory terms, DirectSetup memory setup) private pure {
        Layer[] memory layers = setup.layers;
        if (layers.length == 0) return;
        uint256 parameters;
        for (uint256 k; k < layers.length; ++k) {
            Layer memory layer = layers[k];
            if (layer.inputs == 0 || layer.outputs == 0) revert EmptyLayer(k);
            if (k != 0 && layer.inputs != layers[k - 1].outputs) {
                revert LayersUnconnected(k, layer.inputs, layers[k - 1].outputs);
            }
            if (layer.biasMultiplier == 0) revert ZeroBiasMultiplier(k);
            if ((layer.shift == 0) != (k + 1 == layers.length)) revert InvalidLayerShift(k, layer.shift);
            parameters += uint256(layer.outputs) * (uint256(layer.inputs) + 1);
        }
        if (parameters != terms.dimension) revert LayersMismatch(parameters, terms.dimension);

        Layer memory last = layers[layers.length - 1];
        uint256 most = type(uint32).max;
        if (setup.outputKind == OutputKind.Logistic) most = 1;
        if (setup.outputKind == OutputKind.MultiLabel) most = 256;
        if (last.outputs > most) revert InvalidOutputs(last.outputs, most);

        // Accumulators stay below 2^(31+8+32) + 2^(31+32) by their types, so they cannot wrap; the outputs can.
        uint256 accumulator = (uint256(last.inputs) * 255 + last.biasMultiplier) << (terms.laneBits - 1);
        uint256 room = uint256(type(int256).max) - _magnitude(setup.outputOffset);
        if (_magnitude(setup.outputMultiplier) > room / accumulator) revert OutputOverflow(accumulator);
    }

    /// @dev `|value|`; for the least integer, which has no positive twin, the greatest one.
    function _magnitude(int256 value) private pure returns (uint256) {
        if (value == type(int256).min) return uint256(type(int256).max);
        return uint256(value < 0 ? -value : value);
    }

    function _checkTransactions(Terms memory terms, uint256 updates) private pure {
        uint256 length = TermsChecks.longestShard(terms);
        uint256 size = Estimate.aggregateBytes(updates, length, terms.laneBits, terms.bits);
        if (size > Estimate.BYTES_LIMIT) revert IAggregatorErrors.AggregateTooLong(size, Estimate.BYTES_LIMIT);
        uint256 gas = Estimate.aggregateGas(terms.cohortSize, updates, length, terms.laneBits, terms.bits);
        if (gas > Estimate.GAS_LIMIT) revert AggregateTooCostly(gas, Estimate.GAS_LIMIT);
        // Committed updates come in one transaction, since the commitment binds them all; others may come shard by shard.
        // What fits in bytes fits in gas: `Estimate.submitGas` of 131,072 bytes and 256 shards is below the cap.
        uint256 shards = terms.commitSeconds == 0 ? 1 : terms.shardsPerMember;
        size = Estimate.submitBytes(shards, length, terms.bits);
        if (size > Estimate.BYTES_LIMIT) revert SubmitTooLong(size, Estimate.BYTES_LIMIT);
    }
}
