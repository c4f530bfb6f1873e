// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Phase, Round, RoundSummary } from "../types/Round.sol";
import { Terms } from "../types/Terms.sol";

/// @title IFederation
/// @notice The core: who, when and how much. It knows members, stake, cohort, phases, digests and payment, and no numbers.
///
/// @dev Trust. No owner, no pause, no upgrade, no fee. Modules are named by the terms and trusted by nobody else.
///      Tokens. What arrives is measured: a token that takes a fee on transfer or lies about success is refused when it
///      matters. Where a token shrinks by itself, claims are paid in proportion to what is left, whoever comes first;
///      where it grows, nobody has the surplus.
///      Liveness. Every step may be taken by anyone. A federation whose step is overdue by `idleSeconds` can be
///      abandoned by anyone: stakes and what is unspent go back.
interface IFederation {
    /// @notice What a federation is worth knowing for, besides its terms and its round.
    struct Status {
        address creator; //        who paid the bounty and receives what is unspent
        uint40 createdAt; //       unix seconds
        bool isInitialised; //     whether the initial model is complete
        bool isFinished; //        whether stakes and refunds can be claimed
        bool isEnding; //          whether a quorum has voted to finish with this round
        uint32 members; //         members at present, those who wait for the next round included
        uint32 roundsClosed; //    rounds over, failed ones included
        uint32 roundsSettled; //   rounds that changed the model
        uint128 unspent; //        bounty not yet paid out
        uint128 staked; //         stakes held
        uint128 owed; //           credited and not yet claimed
    }

    /// @notice One member, or someone who was.
    struct Member {
        uint128 owed; //      credited and not yet claimed
        uint128 stake; //     held for this member
        uint32 index; //      place among the members, from zero; meaningless unless `isMember`
        bool isMember; //     admitted and not yet removed
        bool isLeaving; //    asked to leave while frozen into a round
    }

    event Created(
        bytes32 indexed id,
        address indexed creator,
        address indexed aggregator,
        Terms terms,
        bytes manifest,
        bytes setup
    );
    event Initialised(bytes32 indexed id, uint256 chunk, bool complete);
    event Joined(bytes32 indexed id, address indexed member);
    event LeaveRequested(bytes32 indexed id, address indexed member);
    event Left(bytes32 indexed id, address indexed member);
    event RoundOpened(bytes32 indexed id, uint32 indexed round, uint32 members, uint16 cohort, uint64 seedBlock);
    event Drawn(bytes32 indexed id, uint32 indexed round, bytes32 seed);
    /// @notice Nobody drew while the hash of the seed block was in reach, so a new block was fixed.
    event SeedDelayed(bytes32 indexed id, uint32 indexed round, uint64 seedBlock);
    event Committed(
        bytes32 indexed id, uint32 indexed round, address indexed member, uint16 position, bytes32 commitment
    );
    /// @notice `payloads[i]` is the update of the member's assigned shard `first + i`. Metrics are self-reported.
    event Submitted(
        bytes32 indexed id,
        uint32 indexed round,
        address indexed member,
        uint16 position,
        uint16 first,
        bytes[] payloads,
        bytes metrics
    );
    /// @notice `updates` has bit p set for each position whose update was folded in.
    event Aggregated(
        bytes32 indexed id,
        uint32 indexed round,
        uint16 indexed shard,
        address keeper,
        uint256 updates,
        bytes32 modelHash
    );
    event RoundSettled(bytes32 indexed id, uint32 indexed round, uint16 updates, uint256 paid);
    event RoundFailed(bytes32 indexed id, uint32 indexed round, uint16 updates, uint16 minimumUpdates);
    event Rewarded(bytes32 indexed id, uint32 indexed round, address indexed member, uint256 amount);
    event KeeperPaid(bytes32 indexed id, uint32 indexed round, address indexed keeper, uint256 amount);
    event ChallengeBound(address indexed challenger, bytes32 commitment);
    event Slashed(
        bytes32 indexed id,
        uint32 indexed round,
        address indexed member,
        address challenger,
        uint256 rewarded,
        uint256 burned
    );
    event EndVoted(bytes32 indexed id, uint32 indexed round, address indexed member, uint32 votes);
    /// @notice `isAbandoned` tells an overdue end from a regular one. `refund` was credited to the creator.
    event Finished(bytes32 indexed id, bool isAbandoned, uint256 refund);
    event Claimed(bytes32 indexed id, address indexed account, uint256 amount);

    /// @notice Creates a federation and takes its bounty from the caller.
    /// @return id Hash of chain, core and terms.
    function create(Terms calldata terms, bytes calldata manifest, bytes calldata setup) external returns (bytes32 id);

    /// @notice The id that these terms have on this chain and core.
    function toId(Terms calldata terms) external view returns (bytes32 id);

    /// @notice Writes one chunk of the initial model. Anyone may.
    function initialise(bytes32 id, uint256 chunk, bytes calldata data) external;

    /// @notice Joins with the stake of the terms; takes part from the next round that opens.
    /// @param admission What the gate asks for; empty where there is none.
    function join(bytes32 id, bytes calldata admission) external;

    /// @notice Joins with an ERC-2612 permit for the stake instead of an earlier approval.
    function joinWithPermit(bytes32 id, bytes calldata admission, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;

    /// @notice Leaves: at once when not frozen into a round, else when a round opens: 16 leave at each opening, in the order
    ///         in which they asked, so that with many before it a leaver stays for several rounds, in which it may be silent.
    /// @dev Pays what is owed where it leaves at once; if the token refuses, it stays owed: see `claimTo`.
    function leave(bytes32 id) external;

    /// @notice Opens the first round; later ones open when the one before is settled or closed.
    function open(bytes32 id) external;

    /// @notice Seeds a sampled cohort from the block fixed in advance, or fixes another one if that block is out of reach.
    function draw(bytes32 id, uint32 round) external;

    /// @notice Binds the caller to an update that it sends later: see `commitmentOf`.
    function commit(bytes32 id, uint32 round, bytes32 commitment) external;

    /// @notice Sends updates for the caller's assigned shards `first`, `first + 1`, …
    /// @param payloads One a shard. A member's round counts when all its shards have come.
    /// @param salt Of the commitment; ignored where the terms have no commit phase.
    /// @param metrics Self-reported, logged, never paid for.
    /// @dev An update that comes in one call and changes nothing is refused: it would be paid for nothing.
    function submit(
        bytes32 id,
        uint32 round,
        uint16 first,
        bytes[] calldata payloads,
        bytes32 salt,
        bytes calldata metrics
    ) external;

    /// @notice Binds the caller to a challenge before the proof is shown, so that proofs cannot be stolen.
    /// @param commitment `keccak256(abi.encode(challenger, id, round, position, assigned, keccak256(proof), salt))`.
    function bindChallenge(bytes32 commitment) external;

    /// @notice Proves a fault in an update: voids its member's round and slashes its stake, half of it burned.
    /// @param assigned Which of the member's assigned shards, from zero.
    function challenge(bytes32 id, uint32 round, uint16 position, uint16 assigned, bytes calldata proof, bytes32 salt)
        external;

    /// @notice Folds one shard's updates into the model and pays the caller. Of a round that was left half done when the
    ///         federation was abandoned, the other shards may be folded after the end, without pay.
    /// @param data The payloads of the shard, one after the other, in order of position.
    function aggregate(bytes32 id, uint32 round, uint16 shard, bytes calldata data) external;

    /// @notice Has the judge split the pot, settles the round and opens the next.
    function settle(bytes32 id, uint32 round) external;

    /// @notice Closes a round with too few updates, the model unchanged, and opens the next.
    function close(bytes32 id, uint32 round) external;

    /// @notice Votes to finish with this round. Members frozen into it may.
    function voteToEnd(bytes32 id, uint32 round) external;

    /// @notice Finishes a federation whose next step is overdue by `idleSeconds`.
    function abandon(bytes32 id) external;

    /// @notice Pays the caller what it is owed: rewards, keeper's pay, refund, and its stake once it may go.
    /// @return amount Tokens paid.
    function claim(bytes32 id) external returns (uint256 amount);

    /// @notice As `claim`, paid to `recipient`: for accounts that the token does not pay.
    function claimTo(bytes32 id, address recipient) external returns (uint256 amount);

    /// @notice The terms of a federation.
    function termsOf(bytes32 id) external view returns (Terms memory);

    /// @notice Where a federation stands.
    function statusOf(bytes32 id) external view returns (Status memory);

    /// @notice The record of the round in progress.
    function roundOf(bytes32 id) external view returns (Round memory);

    /// @notice The phase at this block's time, and when it ends by itself (zero: when somebody acts).
    function phaseOf(bytes32 id) external view returns (Phase phase, uint256 endsAt);

    /// @notice Summaries of closed rounds `from` to `from + count − 1`, fewer at the end.
    function history(bytes32 id, uint256 from, uint256 count) external view returns (RoundSummary[] memory);

    /// @notice One member.
    function memberOf(bytes32 id, address account) external view returns (Member memory);

    /// @notice Members at indices `from` to `from + count − 1`, fewer at the end.
    function membersOf(bytes32 id, uint256 from, uint256 count) external view returns (address[] memory);

    /// @notice The cohort of the round in progress, in order of position. Empty until it is drawn.
    function cohortOf(bytes32 id) external view returns (address[] memory);

    /// @notice Whether `account` is in the cohort of the round, and where.
    function positionOf(bytes32 id, address account) external view returns (bool isInCohort, uint16 position);

    /// @notice The keeper chosen for a shard, when its exclusive window ends, and what the step pays now.
    function keeperOf(bytes32 id, uint16 shard)
        external
        view
        returns (address keeper, uint256 exclusiveUntil, uint256 pay);

    /// @notice `keccak256(chain, core, id, round, member, salt, payloadHash)`, the payload hash being the keccak256 of
    ///         the payloads' keccak256 hashes one after the other.
    function commitmentOf(bytes32 id, uint32 round, address member, bytes32 salt, bytes32 payloadHash)
        external
        view
        returns (bytes32);

    /// @notice What an update's digest is bound to: the hash of chain, core, federation, round and member.
    function contextOf(bytes32 id, uint32 round, address member) external view returns (bytes32);

    /// @notice The words of a shard of the model, as the aggregator of the terms answers: see `IAggregator.model`.
    /// @dev Trust. As of `predict`.
    function model(bytes32 id, uint256 shard) external view returns (bytes memory);

    /// @notice Outputs for one input, as the aggregator of the terms answers: see `IAggregator.predict`.
    /// @dev Trust. A foreign aggregator answers what it likes: callers check `termsOf(id).aggregator` first.
    function predict(bytes32 id, bytes calldata input) external view returns (int256[] memory);

    /// @notice The class for one input, as the aggregator of the terms answers: see `IAggregator.classify`.
    /// @dev Trust. As of `predict`.
    function classify(bytes32 id, bytes calldata input) external view returns (uint256, int256[] memory);
}
