// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { LibBit } from "solady/utils/LibBit.sol";
import { FederationStorage } from "./federation/FederationStorage.sol";
import { TermsCheckContract } from "./terms/TermsCheckContract.sol";
import { IAggregator } from "./interfaces/IAggregator.sol";
import { IFederationCore } from "./interfaces/IFederationCore.sol";
import { IFederationEvents } from "./interfaces/IFederationEvents.sol";
import { Admission } from "./federation/Admission.sol";
import { Binding } from "./terms/Binding.sol";
import { RoundFlow } from "./federation/RoundFlow.sol";
import { Accounts } from "./federation/Accounts.sol";
import { Membership } from "./federation/Membership.sol";
import { ModuleCall } from "./federation/ModuleCall.sol";
import { PackedTerms } from "./terms/PackedTerms.sol";
import { RoundStore } from "./federation/RoundStore.sol";
import { TermsChecks } from "./terms/TermsChecks.sol";
import { Updates } from "./federation/Updates.sol";
import { FederationState, SubmissionTerms, Seat } from "./federation/FederationState.sol";
import { Phase, Round, RoundRecord } from "./types/Round.sol";
import { Terms } from "./types/Terms.sol";

/// @title Federation
/// @notice The core: every federation of this chain, one singleton.
/// @dev Every function that changes state holds the reentrancy lock, which spans the whole core.
///      Bodies read guards → state → event → external call; where an event needs a module's answer, it follows the call.
contract Federation is FederationStorage, IFederationCore, IFederationEvents {
    using Admission for FederationState;
    using RoundFlow for FederationState;
    using Accounts for FederationState;
    using Membership for FederationState;
    using RoundStore for FederationState;
    using Updates for FederationState;

    TermsCheckContract private immutable _rules;
    address private immutable _extension;

    /// @param extension A `FederationExtension`. It may be deployed after the core: until then, functions that need it revert.
    constructor(address extension) {
        _rules = new TermsCheckContract();
        _extension = extension;
    }

    /// @dev All other functions of `IFederation`: the extension's code runs as if it were the core's own.
    fallback() external {
        ModuleCall.forwardAsOwn(_extension);
    }

    // --- Before the first round ---

    /// @inheritdoc IFederationCore
    function create(Terms calldata given, bytes calldata manifest, bytes calldata setup)
        external
        nonReentrant
        returns (bytes32 id)
    {
        Terms memory terms = PackedTerms.read(given);
        id = Binding.idOf(terms);
        FederationState storage federation = _federations[id];
        if (federation.createdAt != 0) revert FederationExists(id);
        uint256 shards = _rules.check(terms);
        bytes32 manifestHash = keccak256(manifest);
        if (manifestHash != terms.manifestHash) revert ManifestMismatch(terms.manifestHash, manifestHash);
        bytes32 setupHash = keccak256(setup);
        if (setupHash != terms.setupHash) revert SetupMismatch(terms.setupHash, setupHash);

        PackedTerms.store(federation.terms, terms);
        federation.submissionTerms = SubmissionTerms({
            aggregator: terms.aggregator,
            commitSeconds: terms.commitSeconds,
            submitSeconds: terms.submitSeconds,
            shardsPerMember: terms.shardsPerMember,
            lastShard: uint8(shards - 1), // 256 shards at most
            hasChallengeWindow: terms.challengeSeconds > 0
        });
        federation.creator = msg.sender;
        federation.createdAt = uint40(block.timestamp);
        federation.unspent = terms.bounty;
        if (terms.sealPay > 0) {
            federation.makeRoom(terms.sealPay);
            federation.sealPot = terms.sealPay;
        }
        emit Created(id, msg.sender, terms.aggregator, terms, manifest, setup);

        federation.take(_held, msg.sender, uint256(terms.bounty) + terms.sealPay);
        ModuleCall.execute(terms.aggregator, abi.encodeCall(IAggregator.register, (id, terms, setup)));
    }

    /// @inheritdoc IFederationCore
    function initialise(bytes32 id, uint256 shard, bytes calldata data) external nonReentrant {
        FederationState storage federation = _running(id);
        if (federation.isInitialised) revert AlreadyInitialised(id);
        bytes memory input = abi.encodeCall(IAggregator.initialise, (id, shard, data));
        bool complete = ModuleCall.executeForWord(federation.submissionTerms.aggregator, input) == 1;
        if (complete) federation.isInitialised = true;
        emit Initialised(id, shard, complete);
    }

    /// @inheritdoc IFederationCore
    function join(bytes32 id, bytes calldata admission) external nonReentrant {
        _running(id).join(_held, id, admission);
    }

    /// @inheritdoc IFederationCore
    function open(bytes32 id) external nonReentrant {
        FederationState storage federation = _running(id);
        Round memory round = federation.readPhase();
        (Phase actual,) = _phaseOf(federation, round);
        if (actual != Phase.Joining) revert WrongPhase(id, Phase.Joining, actual);
        if (!federation.isInitialised) revert NotInitialised(id);
        Terms storage terms = federation.terms;
        uint256 members = federation.members.length;
        uint256 opensAt = uint256(federation.createdAt) + terms.joinSeconds;
        // Where anyone may join for a bounty, others must have time to come before one account fills all places.
        bool isOpenPot = TermsChecks.isOpenPot(terms.bounty, terms.gate, terms.isPrivateNetwork);
        bool isEnough =
            block.timestamp >= opensAt ? members >= terms.minimumUpdates : members >= terms.cohortSize && !isOpenPot;
        if (!isEnough) revert TooFewMembers(members, terms.minimumUpdates, terms.cohortSize, opensAt);
        federation.open(id, round.number);
    }

    // --- A round ---

    /// @inheritdoc IFederationCore
    function draw(bytes32 id, uint32 number) external nonReentrant {
        (FederationState storage federation, Round memory round) = _enter(id, number, Phase.Draw);
        uint64 seedBlock = federation.record.seedBlock;
        if (block.number <= seedBlock) revert SeedNotReady(seedBlock, block.number);
        bytes32 blockHash = blockhash(seedBlock);
        if (blockHash == 0) {
            seedBlock = uint64(block.number + 1);
            federation.record.seedBlock = seedBlock;
            emit SeedDelayed(id, number, seedBlock);
            return;
        }
        bytes32 seed = RoundFlow.seedOf(id, number, blockHash);
        federation.record.seed = seed;
        federation.record.startedAt = uint40(block.timestamp);
        emit Drawn(id, number, seed);
        federation.payKeeper(id, federation.keeperPay(round, Phase.Draw));
    }

    /// @inheritdoc IFederationCore
    function commit(bytes32 id, uint32 number, bytes32 commitment) external nonReentrant {
        (FederationState storage federation, Round memory round) = _enter(id, number, Phase.Commit);
        uint256 position = _actingPosition(federation, id, number, federation.seats[msg.sender]);
        uint256 committed = federation.record.committed;
        if ((committed >> position) & 1 == 1) revert AlreadyCommitted(position);
        committed |= 1 << position;
        federation.commitments[position] = commitment;
        federation.record.committed = committed;
        if (LibBit.popCount(committed) == round.cohort) federation.record.committedAt = uint40(block.timestamp);
        emit Committed(id, number, msg.sender, uint16(position), commitment);
    }

    /// @inheritdoc IFederationCore
    function submit(
        bytes32 id,
        uint32 number,
        uint16 first,
        bytes[] calldata payloads,
        bytes32 salt,
        bytes calldata metrics
    ) external nonReentrant {
        FederationState storage federation = _federations[id];
        RoundRecord storage record = federation.record;
        SubmissionTerms storage submissionTerms = federation.submissionTerms;
        // The general guard reads more slots. It is called only to name the reason where this check fails.
        if (number != record.number || !RoundStore.isSubmitting(record, submissionTerms, block.timestamp)) {
            _enter(id, number, Phase.Submit);
        }
        Seat storage seat = federation.seats[msg.sender];
        uint256 position = _actingPosition(federation, id, number, seat);
        uint256 missing = record.missing;
        if ((missing >> position) & 1 == 0) revert AlreadySubmitted(position);
        // Read before anything is written, so that the compiler reuses what the guards have read.
        (uint256 cohort, bool hasChallengeWindow) = (record.cohort, submissionTerms.hasChallengeWindow);
        if (submissionTerms.commitSeconds > 0) federation.checkCommitment(id, number, position, payloads, salt);
        bool isComplete = Updates.advance(seat, number, submissionTerms.shardsPerMember, first, payloads.length);
        bool isBlank = federation.storeDigests(id, submissionTerms, number, position, first, payloads);
        if (isComplete) {
            if (isBlank && first == 0) revert BlankUpdate(id, number, msg.sender);
            missing ^= 1 << position;
            if (RoundStore.isNobodyMissing(missing, cohort)) {
                if (RoundStore.isTimeInBitmap(hasChallengeWindow, cohort)) {
                    missing = RoundStore.stamp(block.timestamp);
                } else {
                    record.submittedAt = uint40(block.timestamp);
                }
            }
            record.missing = missing;
        }
        emit Submitted(id, number, msg.sender, uint16(position), first, payloads, metrics);
    }

    /// @inheritdoc IFederationCore
    function bindChallenge(bytes32 commitment) external nonReentrant {
        if (_challenges[msg.sender][commitment] != 0) revert ChallengeAlreadyBound(msg.sender, commitment);
        _challenges[msg.sender][commitment] = block.number;
        emit ChallengeBound(msg.sender, commitment);
    }

    /// @inheritdoc IFederationCore
    function challenge(bytes32 id, uint32 number, uint16 position, uint16 assigned, bytes calldata proof, bytes32 salt)
        external
        nonReentrant
    {
        (FederationState storage federation, Round memory round) = _enter(id, number, Phase.Challenge);
        {
            bytes32 commitment = Binding.challengeOf(msg.sender, id, number, position, assigned, keccak256(proof), salt);
            uint256 boundAt = _challenges[msg.sender][commitment];
            if (boundAt == 0 || boundAt >= block.number) revert ChallengeNotBound(msg.sender, commitment);
        }
        if (position >= round.cohort || (round.submitted >> position) & 1 == 0) revert NothingSubmitted(position);
        address member = federation.memberAt(round, position);
        federation.checkFault(id, number, member, position, assigned, proof);

        federation.record.missing |= 1 << position;
        // If submission ended early, the bitmap no longer says when.
        federation.record.submittedAt = round.submittedAt;
        (uint256 rewarded, uint256 burned) = federation.slash(member, msg.sender);
        emit Slashed(id, number, member, msg.sender, rewarded, burned);
        if (!federation.seats[member].isLeaving) federation.queue(id, member);
    }

    /// @inheritdoc IFederationCore
    function aggregate(bytes32 id, uint32 number, uint16 shard, bytes calldata data) external nonReentrant {
        FederationState storage federation = _existing(id);
        uint256 shards = RoundStore.shardCount(federation.submissionTerms);
        // A round that was begun may be aggregated after the end, so that an abandoned federation keeps a whole model.
        Round memory round = federation.readPhase();
        bool isHalfDone = federation.isFinished && number == round.number && number == federation.roundsClosed
            && round.shardsDone % shards != 0;
        if (!isHalfDone) _check(_running(id), round, id, number, Phase.Aggregate);
        if (shard >= shards) revert ShardOutOfRange(shard, shards);
        uint256 remaining = federation.record.remaining;
        if ((remaining >> shard) & 1 == 0) revert ShardAlreadyAggregated(shard);
        (address keeper, uint256 exclusiveUntil) = federation.keeperOf(round, shard);
        if (block.timestamp < exclusiveUntil && msg.sender != keeper) revert KeeperWindow(keeper, exclusiveUntil);

        // The next round overwrites the record at once, unless settling is expensive: then it is an action of its own.
        bool settles = !isHalfDone && round.shardsDone + 1 == shards && federation.isCheapToSettle(round);
        if (!settles) {
            federation.record.shardsDone = round.shardsDone + 1;
            federation.record.remaining = remaining ^ (1 << shard);
            federation.record.aggregatedAt = uint40(block.timestamp);
        }
        if (!isHalfDone) federation.payKeeper(id, federation.keeperPay(round, Phase.Aggregate));

        federation.fold(id, round, shard, data);
        if (settles) federation.settle(id, round);
    }

    /// @inheritdoc IFederationCore
    function settle(bytes32 id, uint32 number) external nonReentrant {
        (FederationState storage federation, Round memory round) = _enter(id, number, Phase.Settle);
        round.aggregatedAt = federation.record.aggregatedAt;
        federation.payKeeper(id, federation.keeperPay(round, Phase.Settle));
        federation.settle(id, round);
    }

    /// @inheritdoc IFederationCore
    function close(bytes32 id, uint32 number) external nonReentrant {
        (FederationState storage federation, Round memory round) = _enter(id, number, Phase.Close);
        federation.payKeeper(id, federation.keeperPay(round, Phase.Close));
        uint256 updates = LibBit.popCount(round.submitted);
        emit RoundFailed(id, number, uint16(updates), federation.terms.minimumUpdates);
        federation.moveOn(id, round, 0);
    }

    // --- The end ---

    /// @inheritdoc IFederationCore
    function claim(bytes32 id) external nonReentrant returns (uint256 amount) {
        amount = _claim(id, msg.sender);
    }

    /// @inheritdoc IFederationCore
    function claimTo(bytes32 id, address recipient) external nonReentrant returns (uint256 amount) {
        amount = _claim(id, recipient);
    }

    // --- The model ---

    /// @inheritdoc IFederationCore
    function predict(bytes32 id, bytes calldata) external view returns (uint32, int256[] memory) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    /// @inheritdoc IFederationCore
    function classify(bytes32 id, bytes calldata) external view returns (uint32, uint256, int256[] memory) {
        ModuleCall.forward(_aggregatorOf(id));
    }

    // --- Guards ---

    /// @dev The federation and the part of its round that decides the phase. Reverts unless `number` is the round in
    ///      progress and its phase is `expected`.
    function _enter(bytes32 id, uint32 number, Phase expected)
        private
        view
        returns (FederationState storage federation, Round memory round)
    {
        federation = _running(id);
        round = federation.readPhase();
        _check(federation, round, id, number, expected);
    }

    /// @dev Reverts unless `number` is the round in progress and its phase is `expected`.
    function _check(FederationState storage federation, Round memory round, bytes32 id, uint32 number, Phase expected)
        private
        view
    {
        if (number != round.number) revert WrongRound(id, round.number, number);
        (Phase actual,) = _phaseOf(federation, round);
        if (actual != expected) revert WrongPhase(id, expected, actual);
    }

    /// @dev The caller's position, if it is in the cohort and its stake stands.
    function _actingPosition(FederationState storage federation, bytes32 id, uint256 number, Seat storage seat)
        private
        view
        returns (uint256)
    {
        (bool isInCohort, uint256 position) = federation.find(seat);
        if (!isInCohort) revert NotInCohort(id, number, msg.sender);
        if (!seat.isStaked) revert StakeForfeited(id, msg.sender);
        return position;
    }

    // --- Claims ---

    function _claim(bytes32 id, address recipient) private returns (uint256 amount) {
        FederationState storage federation = _existing(id);
        if (federation.isFinished) federation.releaseStake(msg.sender);
        bool isPaid;
        (isPaid, amount) = federation.pay(_held, id, msg.sender, recipient);
        if (!isPaid) revert TransferRefused(federation.terms.token, recipient);
        federation.burn(_held);
    }
}
