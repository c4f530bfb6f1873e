// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// What stands for forge-std's `Test` here, so that `contracts/testing` is compiled and run as in a project that has it.
// solhint-disable-next-line no-unused-import
import { Test } from "../Test.sol";
