// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title TrialToken
/// @notice A token for the tests of clients: it answers for its metadata whatever it is told to, and refuses to pay whom it
///         is told to refuse.
contract TrialToken {
    bytes public decimalsAnswer;
    bytes public symbolAnswer;
    uint256 public loops;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address account => bool) public isRefused;
    uint256 public shrink = 10_000;

    error Blocked(address account);

    constructor(bytes memory decimalsAnswer_, bytes memory symbolAnswer_, uint256 loops_) {
        (decimalsAnswer, symbolAnswer, loops) = (decimalsAnswer_, symbolAnswer_, loops_);
    }

    function decimals() external view {
        _answer(decimalsAnswer);
    }

    function symbol() external view {
        _answer(symbolAnswer);
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function refuse(address account, bool isRefused_) external {
        isRefused[account] = isRefused_;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        return _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        if (isRefused[to]) revert Blocked(to);
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        return true;
    }

    /// @dev Nothing reverts; one byte halts; else the bytes as they are, or a string of `loops` bytes.
    function _answer(bytes memory answer) private view {
        uint256 size = loops;
        if (size > 0) {
            assembly ("memory-safe") {
                mstore(0, 32)
                mstore(32, size)
                return(0, add(64, size))
            }
        }
        if (answer.length == 0) revert();
        if (answer.length == 1) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}
