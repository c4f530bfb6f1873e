// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LibBit } from "solady/utils/LibBit.sol";
import { IAggregator } from "../interfaces/IAggregator.sol";
import { IFederationErrors } from "../interfaces/IFederationErrors.sol";
import { IFederationEvents } from "../interfaces/IFederationEvents.sol";
import { FederationState, SubmissionTerms, Seat } from "./FederationState.sol";
import { Round } from "../types/Round.sol";
import { Binding } from "../terms/Binding.sol";
import { Cohort } from "../terms/Cohort.sol";
import { Gains } from "../terms/Gains.sol";
import { Membership } from "./Membership.sol";
import { ModuleCall } from "./ModuleCall.sol";
import { RoundStore } from "./RoundStore.sol";

/// @title Updates
/// @notice What members sent in a round: remembered by digest, proven faulty, folded into the model.
/// @dev Digests and commitments are kept by position and overwritten round after round; the bitmaps of the round say which
///      of them count.
library Updates {
    using Membership for FederationState;

    /// @notice Reverts unless the caller has committed to exactly these payloads, which come all at once.
    function checkCommitment(
        FederationState storage federation,
        bytes32 id,
        uint256 number,
        uint256 position,
        bytes[] calldata payloads,
        bytes32 salt
    ) internal view {
        if ((federation.record.committed >> position) & 1 == 0) {
            revert IFederationErrors.NotCommitted(position);
        }
        uint256 expectedCount = federation.submissionTerms.shardsPerMember;
        if (payloads.length != expectedCount) {
            revert IFederationErrors.WrongPayloadCount(payloads.length, expectedCount);
        }
        bytes32 payloadHash = Binding.payloadHashOf(payloads);
        bytes32 actual = Binding.commitmentOf(id, number, msg.sender, salt, payloadHash);
        bytes32 expected = federation.commitments[position];
        if (actual != expected) revert IFederationErrors.CommitmentMismatch(expected, actual);
    }

    /// @notice Counts `count` more payloads from `first` on.
    /// @return isComplete Whether the payloads of all assigned shards have come.
    function advance(Seat storage seat, uint256 number, uint256 shardsPerMember, uint256 first, uint256 count)
        internal
        returns (bool isComplete)
    {
        uint256 received = seat.sentIn == number + 1 ? seat.sent : 0;
        if (first != received) revert IFederationErrors.WrongFirst(received, first);
        uint256 missing = shardsPerMember - received;
        if (count == 0 || count > missing) revert IFederationErrors.WrongPayloadCount(count, missing);
        isComplete = count == missing;
        // The bitmap of the round says that a submission is complete.
        if (!isComplete) {
            seat.sentIn = uint32(number + 1);
            seat.sent = uint8(received + count); // less than `shardsPerMember`, which is 256 at most
        }
    }

    /// @notice Asks the aggregator to check the form of each payload, and stores its digest.
    /// @return isBlank Whether all payloads of this call are blank.
    function storeDigests(
        FederationState storage federation,
        bytes32 id,
        SubmissionTerms storage submissionTerms,
        uint256 number,
        uint256 position,
        uint256 first,
        bytes[] calldata payloads
    ) internal returns (bool isBlank) {
        bytes32 context = Binding.contextOf(id, number, msg.sender);
        address aggregator = submissionTerms.aggregator;
        uint256 shardsPerMember = submissionTerms.shardsPerMember;
        uint256 shards = RoundStore.shardCount(submissionTerms);
        isBlank = true;
        for (uint256 i; i < payloads.length; ++i) {
            uint256 shard = Cohort.shardOf(position, number, first + i, shardsPerMember, shards);
            bytes memory input = abi.encodeCall(IAggregator.digest, (id, context, shard, payloads[i]));
            (uint256 digest, uint256 blank) = ModuleCall.readTwoWords(aggregator, input);
            federation.digests[(position << 8) | (first + i)] = bytes32(digest);
            if (blank == 0) isBlank = false;
        }
    }

    /// @notice Reverts unless the aggregator accepts `proof` as the proof of a fault in the update that `member` sent.
    function checkFault(
        FederationState storage federation,
        bytes32 id,
        uint256 number,
        address member,
        uint256 position,
        uint256 assigned,
        bytes calldata proof
    ) internal view {
        SubmissionTerms storage submissionTerms = federation.submissionTerms;
        uint256 shardsPerMember = submissionTerms.shardsPerMember;
        if (assigned >= shardsPerMember) revert IFederationErrors.AssignmentOutOfRange(assigned, shardsPerMember);
        bytes memory input = abi.encodeCall(
            IAggregator.isFault,
            (
                id,
                Binding.contextOf(id, number, member),
                Cohort.shardOf(position, number, assigned, shardsPerMember, RoundStore.shardCount(submissionTerms)),
                federation.digests[(position << 8) | assigned],
                proof
            )
        );
        if (!ModuleCall.isTrue(submissionTerms.aggregator, input)) {
            revert IFederationErrors.FaultNotProven(position, assigned);
        }
    }

    /// @notice Hands the aggregator the data, with the contexts and digests of the members who sent this shard.
    function fold(FederationState storage federation, bytes32 id, Round memory round, uint16 shard, bytes calldata data)
        internal
    {
        (bytes32[] memory contexts, bytes32[] memory digests, uint256 updates) = updatesOf(federation, id, round, shard);
        uint256 gain = Gains.gainAt(federation.terms.gains, round.number);
        bytes memory input = abi.encodeCall(
            IAggregator.aggregate, (id, round.number, shard, gain, round.cohort, contexts, digests, data)
        );
        bytes32 modelHash = bytes32(ModuleCall.executeForWord(federation.submissionTerms.aggregator, input));
        emit IFederationEvents.Aggregated(id, round.number, shard, msg.sender, updates, modelHash);
    }

    /// @notice For every position that sent `shard`, in order: context, digest, and its bit in `updates`.
    function updatesOf(FederationState storage federation, bytes32 id, Round memory round, uint256 shard)
        internal
        view
        returns (bytes32[] memory contexts, bytes32[] memory digests, uint256 updates)
    {
        uint256 shardsPerMember = federation.submissionTerms.shardsPerMember;
        uint256 shards = RoundStore.shardCount(federation.submissionTerms);
        uint256 submitted = round.submitted;
        uint256 number = round.number;
        uint256 size = LibBit.popCount(submitted);
        contexts = new bytes32[](size);
        digests = new bytes32[](size);
        uint256 count;
        // Positions are 256 at most, and `count` is at most `size`.
        unchecked {
            for (uint256 position; submitted >> position != 0; ++position) {
                if ((submitted >> position) & 1 == 0) continue;
                (bool isAssigned, uint256 assigned) =
                    Cohort.assignmentOf(position, number, shard, shardsPerMember, shards);
                if (!isAssigned) continue;
                bytes32 context = Binding.contextOf(id, number, federation.memberAt(round, position));
                bytes32 digest = federation.digests[(position << 8) | assigned];
                // contexts[count] = context; digests[count] = digest
                assembly ("memory-safe") {
                    let place := add(0x20, shl(5, count))
                    mstore(add(contexts, place), context)
                    mstore(add(digests, place), digest)
                }
                updates |= 1 << position;
                ++count;
            }
        }
        // Equivalent to copying the first `count` entries into arrays of that length: `count ≤ size`, so lengths shrink.
        assembly ("memory-safe") {
            mstore(contexts, count)
            mstore(digests, count)
        }
    }
}
