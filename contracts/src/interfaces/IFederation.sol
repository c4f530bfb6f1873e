// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationCore } from "./IFederationCore.sol";
import { IFederationEvents } from "./IFederationEvents.sol";
import { IFederationExtension } from "./IFederationExtension.sol";
import { IFederationViews } from "./IFederationViews.sol";

/// @title IFederation
/// @notice The core: who, when and how much. It knows members, stake, cohort, phases, digests and payment, and no numbers.
///
/// @dev All that can be called at the core's address. Its own code is `IFederationCore`; the rest stands in a second
///      contract, which it runs as its own, since one could not hold both (EIP-170).
///      Trust. No owner, no pause, no upgrade, no fee. Modules are named by the terms and trusted by nobody else.
///      Tokens. What arrives is measured: a token that takes a fee on transfer or lies about success is refused when it
///      matters. Where a token shrinks by itself, claims are paid in proportion to what is left, whoever comes first;
///      where it grows, nobody has the surplus.
///      Liveness. Every step may be taken by anyone. A federation whose step is overdue by `idleSeconds` can be
///      abandoned by anyone: stakes and what is unspent go back.
// solhint-disable-next-line no-empty-blocks
interface IFederation is IFederationCore, IFederationViews, IFederationExtension, IFederationEvents { }
