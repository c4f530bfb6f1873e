// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Test } from "../Test.sol";
import { NaiveAverage } from "./NaiveAverage.sol";

/// @title Gas of the naive average
/// @notice 8 members × 64 parameters: what one parameter of one member costs in all transactions of a round.
/// @dev A transaction costs `21000 + max(4·tokens + execution, 10·tokens)`, `tokens = zero bytes + 4 · other bytes`
///      (EIP-7623). Accounts and slots are made cold before each call. A test is one transaction, so the length of
///      `members`, written by each call, is counted at 100 gas from the second time on: the round costs a little more than
///      measured. Refunds are not counted: at most a fifth of the last transaction.
abstract contract NaiveRound is Test {
    uint256 internal constant MEMBERS = 8;
    uint256 internal constant DIMENSION = 64;

    NaiveAverage internal average;

    function setUp() public virtual {
        average = new NaiveAverage(DIMENSION);
    }

    /// @return gas Per parameter and member, rounded down.
    function _round(uint256 round) internal returns (uint256 gas) {
        for (uint256 m; m < MEMBERS; ++m) {
            int256[] memory update = new int256[](DIMENSION);
            for (uint256 p; p < DIMENSION; ++p) {
                update[p] = _value(round, m, p);
            }
            address member = address(uint160(0xA11CE000 + m));
            bytes memory call_ = abi.encodeCall(NaiveAverage.submit, (update));
            vm.cool(address(average));
            vm.prank(member);
            average.submit(update);
            gas += _transaction(call_, _lastGas(round, "submit"));
        }
        vm.cool(address(average));
        average.aggregate();
        gas += _transaction(abi.encodeCall(NaiveAverage.aggregate, ()), _lastGas(round, "aggregate"));
        gas /= MEMBERS * DIMENSION;
    }

    function _lastGas(uint256 round, string memory name) private returns (uint256) {
        string memory which = round == 0 ? ", first round, execution" : ", steady round, execution";
        return vm.snapshotGasLastCall("NaiveAverage", string.concat(name, which));
    }

    function _transaction(bytes memory call_, uint256 execution) private pure returns (uint256) {
        uint256 tokens;
        for (uint256 b; b < call_.length; ++b) {
            tokens += call_[b] == 0 ? 1 : 4;
        }
        uint256 standard = 4 * tokens + execution;
        return 21_000 + (standard > 10 * tokens ? standard : 10 * tokens);
    }

    /// @dev 4-bit integers that are never zero, so that steady rounds overwrite and neither clear nor fill.
    function _value(uint256 round, uint256 member, uint256 p) internal pure returns (int256) {
        int256 value = int256(uint256(keccak256(abi.encode(round, member, p))) % 15) - 8;
        return value < 0 ? value : value + 1;
    }
}

/// @notice The naive average itself, and a round that fills slots never used before.
contract NaiveAverageTest is NaiveRound {
    function test_gas_ofTheFirstRound() external {
        vm.snapshotValue("NaiveAverage", "gas per parameter and member, first round", _round(0));
    }

    function test_aggregate_addsTheMeanRoundedTowardZero() external {
        _round(0);
        for (uint256 p; p < DIMENSION; ++p) {
            int256 sum;
            for (uint256 m; m < MEMBERS; ++m) {
                sum += _value(0, m, p);
            }
            assertEq(average.model(p), sum / int256(MEMBERS));
        }
    }

    function test_updates_areAsLongAsTheModel() external {
        vm.expectRevert(abi.encodeWithSelector(NaiveAverage.WrongLength.selector, 63, 64));
        average.submit(new int256[](63));
        vm.expectRevert(NaiveAverage.NothingToAverage.selector);
        average.aggregate();
    }
}

/// @notice A round whose slots were all written by the round before, in a transaction of its own.
contract SteadyNaiveAverageTest is NaiveRound {
    function setUp() public override {
        super.setUp();
        _round(0);
    }

    function test_gas_ofASteadyRound() external {
        uint256 gas = _round(1);
        vm.snapshotValue("NaiveAverage", "gas per parameter and member, steady round", gas);
        assertGt(gas, 5000);
    }
}
