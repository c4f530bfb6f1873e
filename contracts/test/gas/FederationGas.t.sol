// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../../src/types/Terms.sol";
import { HostileModule } from "../mocks/HostileModule.sol";
import { FederationFixture } from "../federation/FederationFixture.sol";

/// @notice What the core itself costs, its storage cold as in a transaction of its own, and how large it is.
/// @dev The module agrees to everything and does nothing, so what is measured is the core's. Written to `snapshots/`.
contract GasTest is FederationFixture {
    /// @dev 25,450 parameters of 4 bits: 64 a word.
    uint256 private constant PAYLOAD_BYTES = 12_736;
    /// @dev EIP-7623: a dense byte costs 40 by the floor and 16 otherwise; execution below the difference is free.
    uint256 private constant FREE_GAS = PAYLOAD_BYTES * 24;

    HostileModule private module;

    function setUp() public override {
        super.setUp();
        module = new HostileModule();
    }

    function test_bytecode_isBelowTheLimitOfEIP170() external {
        uint256 size = address(core).code.length;
        vm.snapshotValue("Federation", "runtime bytes", size);
        assertLt(size, 24_576);
    }

    function test_submit_ofADensePayloadStaysUnderTheCalldataFloor() external {
        bytes32 id = started(8);
        submitMany(id, 8);
        aggregated(id);
        uint256 gas = submitMany(id, 8);
        assertLt(gas, FREE_GAS * 2 / 3);
    }

    function test_aggregate_overheadFor8Members() external {
        bytes32 id = started(8);
        submitMany(id, 8);
        aggregated(id);
        submitMany(id, 8);
        uint256 gas = aggregated(id);
        assertLt(gas, 290_000);
    }

    function test_aggregate_overheadFor16Members() external {
        bytes32 id = started(16);
        submitMany(id, 16);
        aggregated(id);
        submitMany(id, 16);
        uint256 gas = aggregated(id);
        assertLt(gas, 495_000);
    }

    /// @dev What the last aggregation of a round may cost besides the aggregator's own work, within EIP-7825's cap.
    function test_aggregate_overheadForTheLargestCohortLeavesRoomForTheAggregator() external {
        Terms memory terms = defaultTerms();
        terms.aggregator = address(module);
        terms.shardSize = 7;
        terms.shardsPerMember = 1;
        terms.cohortSize = 256;
        terms.minimumUpdates = 256;
        terms.bounty = 3_000_000;
        bytes32 id = start(terms, 300);
        mine(2);
        core.draw(id, 0);
        address[] memory cohort = core.cohortOf(id);
        for (uint256 i; i < cohort.length; ++i) {
            vm.prank(cohort[i]);
            core.submit(id, 0, 0, new bytes[](1), "", "");
        }
        for (uint256 i; i < 16; ++i) {
            vm.prank(person(i));
            core.leave(id);
        }
        skip(50);
        cool();
        vm.prank(stranger);
        core.aggregate(id, 0, 0, "");
        uint256 gas = vm.snapshotGasLastCall("Federation", "aggregate, 256 of 300 members, no data");
        assertLt(gas, 3_000_000);
        cool();
        vm.prank(stranger);
        core.settle(id, 0);
        gas = vm.snapshotGasLastCall("Federation", "settle, 256 of 300 members, 16 leavers, first reward");
        assertLt(gas, 11_000_000);
    }

    function test_otherSteps_leaveASnapshot() external {
        Terms memory terms = defaultTerms();
        terms.commitSeconds = 10;
        fund(creator, BOUNTY);
        vm.prank(creator);
        bytes32 id = core.create(terms, MANIFEST, SETUP);
        vm.snapshotGasLastCall("Federation", "create");
        core.initialise(id, 0, "");
        joinMany(id, 3);
        fund(person(3), STAKE);
        cool();
        vm.prank(person(3));
        core.join(id, "");
        vm.snapshotGasLastCall("Federation", "join");
        cool();
        core.open(id);
        vm.snapshotGasLastCall("Federation", "open");
        cool();
        vm.prank(person(0));
        core.commit(id, 0, keccak256("commitment"));
        vm.snapshotGasLastCall("Federation", "commit, first of all rounds");
        skip(200);
        cool();
        core.close(id, 0);
        vm.snapshotGasLastCall("Federation", "close");
        cool();
        core.claim(id);
        vm.snapshotGasLastCall("Federation", "claim");
    }

    function started(uint256 members) private returns (bytes32 id) {
        Terms memory terms = defaultTerms();
        terms.aggregator = address(module);
        terms.shardSize = 7;
        terms.shardsPerMember = 1;
        terms.cohortSize = uint16(members);
        id = start(terms, members);
    }

    /// @return gas Of the last submission.
    function submitMany(bytes32 id, uint256 members) private returns (uint256 gas) {
        uint32 round = core.roundOf(id).number;
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = new bytes(PAYLOAD_BYTES);
        for (uint256 i; i < members; ++i) {
            cool();
            vm.prank(person(i));
            core.submit(id, round, 0, payloads, "", "");
            if (i == members / 2) {
                gas = vm.snapshotGasLastCall("Federation", "submit 12736 bytes, steady round, execution");
            }
        }
    }

    function aggregated(bytes32 id) private returns (uint256 gas) {
        uint32 round = core.roundOf(id).number;
        uint256 cohort = core.roundOf(id).cohort;
        string memory members = vm.toString(cohort);
        bytes memory data = new bytes(PAYLOAD_BYTES * cohort);
        skip(50);
        cool();
        vm.prank(stranger);
        core.aggregate(id, round, 0, data);
        string memory name = string.concat("aggregate and settle, ", members, " members, without the aggregator");
        if (round > 0) gas = vm.snapshotGasLastCall("Federation", name);
    }

    function cool() private {
        vm.cool(address(core));
        vm.cool(address(module));
        vm.cool(address(token));
    }
}
