// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { OutputKind } from "../types/Setup.sol";
import { IERC165 } from "./IERC165.sol";

/// @title IFederationExtension
/// @notice Facts about a model and answers that say which round they come from; permits, several calls in one, and the steps
///         that a federation rarely needs.
/// @dev Trust. The code stands at an address that the core was created with and that never changes; the core runs it as its
///      own (delegatecall). Callers call the core.
interface IFederationExtension is IERC165 {
    /// @notice What a contract has to know of a model before it asks it.
    /// @dev Of a foreign aggregator, what the network is like is what that aggregator says: check `termsOf(id).aggregator`.
    struct Model {
        bool hasNetwork; //        whether the aggregator says that it answers; if not, it reverts, and the next four are zero
        uint32 inputs; //          bytes of an input
        uint32 outputs; //         outputs of an answer
        uint32 classes; //         softmax: outputs; logistic: 2; multi-label: labels; linear: 0
        OutputKind outputKind; //  how outputs become a class: see `IAggregator.classify`
        bool isInitialised; //     whether the initial model is complete; until then, asking reverts
        bool isTrained; //         whether a round has changed the model since
        bool isInMotion; //        whether a round is folded in half; meanwhile asking reverts
        uint32 round; //           the model is that after so many rounds, failed ones included; 0: the initial one
    }

    /// @notice What the model of a federation takes, gives, and has behind it.
    /// @param id The federation.
    /// @return model_ Its facts. Names of columns and classes are no part of them: they are in the manifest, which
    ///         `Created` logged and of which the terms have the hash.
    /// @custom:reverts UnknownFederation.
    function modelOf(bytes32 id) external view returns (Model memory model_);

    /// @notice The answer to one input, and the round of the model that it comes from.
    /// @dev Gas: the whole forward pass, some 6 gas a parameter and 2,100 for each 16 of them (32 bits: 8). Before
    ///      training the initial model answers: whether it is trained, `modelOf` says. Trust. As of `predict`.
    /// @param id The federation.
    /// @param input One byte for each input: `modelOf(id).inputs` of them.
    /// @return round The model is that after so many rounds, as `modelOf` counts.
    /// @return class Index of the class, 0 or 1, or a bit for each label; 0 of a model of numbers.
    /// @return outputs In fixed point with 18 decimals. Of a classifier they are logits, before softmax or sigmoid, no
    ///         probabilities; of a model of numbers the number in the label's unit.
    /// @custom:reverts UnknownFederation; what `IAggregator.classify` reverts with.
    function answer(bytes32 id, bytes calldata input)
        external
        view
        returns (uint32 round, uint256 class, int256[] memory outputs);

    /// @notice As `answer`, but only from the model after exactly `round` rounds: for callers who judged that one.
    /// @param id The federation.
    /// @param round The round that the caller is content with.
    /// @param input One byte for each input.
    /// @return class As of `answer`.
    /// @return outputs As of `answer`.
    /// @custom:reverts UnknownFederation, WrongRound; what `IAggregator.classify` reverts with.
    function answerAt(bytes32 id, uint32 round, bytes calldata input)
        external
        view
        returns (uint256 class, int256[] memory outputs);

    /// @notice Uses the caller's permit for the core; with `multicall`, before `create` or `join`.
    /// @dev ERC-2612 for signatures of 65 bytes; if the token refuses that, and for any others, the form of ERC-7597, by which
    ///      tokens ask an account that is a contract whether it signed (ERC-1271). A permit that does not work is passed
    ///      over: someone may have used it first, and then the approval stands.
    /// @param token The token of bounty or stake.
    /// @param amount What the permit is for, in the token's smallest unit.
    /// @param deadline Of the permit, in unix seconds.
    /// @param signature `r ‖ s ‖ v` of an account with a key, or what a contract account takes for its signature.
    /// @custom:reverts ReentrancyGuardReentrantCall.
    function permit(address token, uint256 amount, uint256 deadline, bytes calldata signature) external;

    /// @notice Joins with an ERC-2612 permit for the stake instead of an earlier approval.
    /// @dev As of `permit`, a permit that does not work is passed over.
    /// @param id The federation.
    /// @param admission What the gate asks for; empty where there is none.
    /// @param deadline Of the permit, in unix seconds.
    /// @param v Of the permit's signature.
    /// @param r Of the permit's signature.
    /// @param s Of the permit's signature.
    /// @custom:reverts AlreadyMember, FederationFinished, HoldingsExceeded, NotAdmitted, ReentrancyGuardReentrantCall,
    ///         SafeERC20FailedOperation, StillLeaving, TransferShortfall, UnknownFederation; what the token reverts
    ///         with.
    function joinWithPermit(bytes32 id, bytes calldata admission, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;

    /// @notice Several calls in one transaction, all or none, each as if the caller had made it.
    /// @param calls Calldata of functions of the core.
    /// @return results What each returned.
    /// @custom:reverts ModuleFailed; what the first call that fails reverts with.
    function multicall(bytes[] calldata calls) external returns (bytes[] memory results);

    /// @notice Leaves: at once when not frozen into a round, else when a round opens: 16 leave at each opening, in the order
    ///         in which they asked, so that with many before it a leaver stays for several rounds, in which it may be silent.
    /// @dev Pays what is owed where it leaves at once; if the token refuses, it stays owed: see `claimTo`.
    /// @param id The federation.
    /// @custom:reverts AlreadyLeaving, NotMember, ReentrancyGuardReentrantCall, UnknownFederation.
    function leave(bytes32 id) external;

    /// @notice Votes to finish with this round. Members frozen into it may.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @custom:reverts AlreadyVoted, EndingNotAllowed, FederationFinished, NotFrozen, ReentrancyGuardReentrantCall,
    ///         StakeForfeited, UnknownFederation, WrongRound.
    function voteToEnd(bytes32 id, uint32 round) external;

    /// @notice Finishes a federation whose next step is overdue by `idleSeconds`.
    /// @param id The federation.
    /// @custom:reverts FederationFinished, NotOverdue, ReentrancyGuardReentrantCall, UnknownFederation.
    function abandon(bytes32 id) external;

    /// @notice Version of the contracts, as releases are named.
    /// @return name Such as "0.1.0".
    /// @custom:reverts Never.
    function version() external pure returns (string memory name);
}
