// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { ERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title DemoToken
/// @notice A token for trials: anyone may mint any amount to anyone, so it is worth nothing. Never use it for real stakes.
contract DemoToken is ERC20, ERC20Permit {
    constructor() ERC20("Tutti Demo", "TUTTI") ERC20Permit("Tutti Demo") { }

    /// @notice Makes `amount` units for `account`.
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }
}
