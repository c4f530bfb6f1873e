// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title HostileToken
/// @notice A token that takes a fee, lies, refuses or calls back, as told.
contract HostileToken is ERC20 {
    error Refused(address to);

    uint256 public feeBasisPoints;
    bool public isAnsweringFalse;
    mapping(address to => bool) public isRefused;
    address public target;
    bytes public reentry;
    bytes public refusal;
    bool public isLetThrough;

    constructor() ERC20("Hostile", "HOSTILE") { }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function setFee(uint256 basisPoints) external {
        feeBasisPoints = basisPoints;
    }

    function answerFalse(bool isAnsweringFalse_) external {
        isAnsweringFalse = isAnsweringFalse_;
    }

    function refuse(address to, bool isRefused_) external {
        isRefused[to] = isRefused_;
    }

    /// @dev As a token that changes balances by itself.
    function shrink(address account, uint256 amount) external {
        _burn(account, amount);
    }

    function reenter(address target_, bytes calldata reentry_) external {
        target = target_;
        reentry = reentry_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (isAnsweringFalse) return false;
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (isAnsweringFalse) return false;
        return super.transferFrom(from, to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isRefused[to]) revert Refused(to);
        if (target != address(0)) {
            (isLetThrough, refusal) = target.call(reentry);
        }
        uint256 fee = from == address(0) ? 0 : amount * feeBasisPoints / 10_000;
        super._update(from, to, amount - fee);
        if (fee > 0) super._update(from, address(1), fee);
    }
}
