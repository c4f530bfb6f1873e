// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IERC165 } from "./IERC165.sol";

/// @title IFederationExtension
/// @notice Permits, several calls in one, and the actions that a federation rarely needs.
/// @dev Trust. The code stands at an address that the core was created with and that never changes; the core runs it as its
///      own (delegatecall). Callers call the core.
interface IFederationExtension is IERC165 {
    /// @notice Uses the caller's permit for the core; with `multicall`, before `create` or `join`.
    /// @dev ERC-2612 for signatures of 65 bytes. If the token refuses that, and for other lengths, ERC-7597: there the token
    ///      asks an account that is a contract whether it signed (ERC-1271). A permit that fails is ignored: somebody may
    ///      have used it first, and then the approval is there.
    /// @param token The token of bounty or stake.
    /// @param amount What the permit is for, in the token's smallest unit.
    /// @param deadline Of the permit, in unix seconds.
    /// @param signature `r ‖ s ‖ v` of an account with a key, or what a contract account accepts as its signature.
    /// @custom:reverts ReentrancyGuardReentrantCall.
    function permit(address token, uint256 amount, uint256 deadline, bytes calldata signature) external;

    /// @notice Joins with an ERC-2612 permit for the stake instead of an earlier approval.
    /// @dev As of `permit`, a permit that fails is ignored.
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

    /// @notice Leaves: at once if the member is not frozen into a round, otherwise when a round opens. 16 members leave at
    ///         each opening, in the order in which they asked: a leaver with many before it stays for several rounds, in
    ///         which it need not send updates.
    /// @dev Pays what is owed if the member leaves at once; if the token refuses, it stays owed: see `claimTo`.
    /// @param id The federation.
    /// @custom:reverts AlreadyLeaving, NotMember, ReentrancyGuardReentrantCall, UnknownFederation.
    function leave(bytes32 id) external;

    /// @notice Votes to finish with this round. Only members frozen into it may vote.
    /// @param id The federation.
    /// @param round Number of the round in progress.
    /// @custom:reverts AlreadyVoted, EndingNotAllowed, FederationFinished, NotFrozen, ReentrancyGuardReentrantCall,
    ///         StakeForfeited, UnknownFederation, WrongRound.
    function voteToEnd(bytes32 id, uint32 round) external;

    /// @notice Finishes a federation whose next action is overdue by `idleSeconds`.
    /// @param id The federation.
    /// @custom:reverts FederationFinished, NotOverdue, ReentrancyGuardReentrantCall, UnknownFederation.
    function abandon(bytes32 id) external;

    /// @notice Version of the contracts, as releases are named.
    /// @return name Such as "0.1.0".
    /// @custom:reverts Never.
    function version() external pure returns (string memory name);
}
