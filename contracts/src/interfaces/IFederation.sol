// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationCore } from "./IFederationCore.sol";
import { IFederationEvents } from "./IFederationEvents.sol";
import { IFederationExtension } from "./IFederationExtension.sol";
import { IFederationModel } from "./IFederationModel.sol";
import { IFederationViews } from "./IFederationViews.sol";

/// @title IFederation
/// @notice The core: who, when and how much. It knows members, stake, cohort, phases, digests and payment, but no numbers.
///
/// @dev All that can be called at the core's address. Its own code is `IFederationCore`; the rest stands in a second
///      contract, which the core runs as its own, since one contract could not hold both (EIP-170).
///      Trust. No owner, no pause, no upgrade, no fee. Modules are named by the terms and trusted by nobody else.
///      Tokens. The core measures what arrives, so a token that takes a fee on transfer, or lies about success, is refused.
///      If the core's balance of a token shrinks by itself, claims are paid in proportion to what is left, in any order;
///      if it grows, nobody gets the surplus.
///      Liveness. Anyone may take every action of a round. A federation whose next action is overdue by `idleSeconds` can be
///      abandoned by anyone: stakes and what is unspent go back.
// solhint-disable-next-line no-empty-blocks
interface IFederation is
    IFederationCore,
    IFederationViews,
    IFederationModel,
    IFederationExtension,
    IFederationEvents
{ }
