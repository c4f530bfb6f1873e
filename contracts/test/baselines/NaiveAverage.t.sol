// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Test } from "../Test.sol";
import { NaiveAverage } from "./NaiveAverage.sol";

/// @notice What naive averaging costs in a steady round: 500 parameters, eight members; it does not depend on the size.
/// @dev Isolated: each call is a transaction with its intrinsic gas and calldata.
contract NaiveAverageTest is Test {
    uint256 private constant PARAMETERS = 500;
    uint256 private constant MEMBERS = 8;

    NaiveAverage private naive;

    function setUp() public {
        int256[] memory values = new int256[](PARAMETERS);
        for (uint256 p; p < PARAMETERS; ++p) {
            values[p] = int256(p + 1);
        }
        naive = new NaiveAverage(values, int256(MEMBERS));
    }

    /// forge-config: default.isolate = true
    function test_average_costsThousandsOfGasAParameterAndMember() external {
        uint256 total;
        int256 sum;
        for (uint256 m; m < MEMBERS; ++m) {
            int256[] memory update = new int256[](PARAMETERS);
            for (uint256 p; p < PARAMETERS; ++p) {
                update[p] = int256(8 * ((p + m) % 15 + 1));
            }
            sum += update[0];
            vm.prank(address(uint160(0xA11CE000 + m)));
            naive.submit(update);
            total += vm.snapshotGasLastCall("NaiveAverage", "submit 500 parameters");
        }
        uint256 each = total / (PARAMETERS * MEMBERS);
        vm.snapshotValue("NaiveAverage", "gas a parameter and member", each);
        assertGt(each, 5000);
        assertEq(naive.weights(0), 1 + sum / int256(MEMBERS));
    }
}
