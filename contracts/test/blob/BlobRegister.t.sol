// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IBlobAggregator } from "../../src/interfaces/IBlobAggregator.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobFixture } from "./BlobFixture.sol";

/// forge-config: default.evm_version = "osaka"
contract BlobRegisterTest is BlobFixture {
    bytes32 private constant ID = "federation";

    function test_register_refusesSetupsOfAnotherLength() external {
        bytes[4] memory setups = [bytes(""), new bytes(31), new bytes(33), new bytes(64)];
        for (uint256 i; i < setups.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.MalformedSetup.selector, setups[i].length));
            aggregator.register(ID, blobTerms(), setups[i]);
        }
    }

    function test_register_remembersTheBaseModel() external {
        aggregator.register(ID, blobTerms(), blobSetup());
        assertEq(aggregator.baseModelHash(address(this), ID), keccak256("base model"));
        aggregator.register("seeded", blobTerms(), new bytes(32));
        assertEq(aggregator.baseModelHash(address(this), "seeded"), bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.NotRegistered.selector, ID));
        aggregator.baseModelHash(address(aggregator), ID);
    }

    function test_register_refusesImpossibleTerms() external {
        Terms memory terms = blobTerms();
        terms.bits = 1;
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.UnsupportedBits.selector, 1));
        aggregator.register(ID, terms, blobSetup());
    }

    function test_initialise_isOneEmptyCall() external {
        aggregator.register(ID, blobTerms(), blobSetup());
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotInitialised.selector, ID));
        aggregator.commitments(ID, 0);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ShardOutOfRange.selector, 1, 1));
        aggregator.initialise(ID, 1, "");
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.WrongModelLength.selector, 32, 0));
        aggregator.initialise(ID, 0, new bytes(32));
        vm.expectRevert(IBlobAggregator.NoBlob.selector);
        aggregator.initialise(ID, 0, "");
        carryAny();
        assertTrue(aggregator.initialise(ID, 0, ""));
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.ShardAlreadyInitialised.selector, 0));
        aggregator.initialise(ID, 0, "");
        assertEq(aggregator.commitments(ID, 0), new bytes(192));
    }

    function test_predictions_areForTheDirectPath() external {
        startSmall(ID);
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.predict(ID, "");
        vm.expectRevert(IAggregatorErrors.NoNetwork.selector);
        aggregator.classify(ID, "");
    }
}

/// @notice On chains without the precompiles of EIP-2537.
/// forge-config: default.evm_version = "cancun"
contract BlobRegisterOnCancunTest is BlobFixture {
    function test_register_refusesChainsWithoutCurveAddition() external {
        vm.expectRevert(abi.encodeWithSelector(IBlobAggregator.UnsupportedChain.selector, address(0x0b)));
        aggregator.register("federation", blobTerms(), blobSetup());
    }
}
