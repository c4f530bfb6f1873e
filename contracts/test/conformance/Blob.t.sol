// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IBlobAggregator } from "../../src/interfaces/IBlobAggregator.sol";
import { IAggregator } from "../../src/interfaces/IAggregator.sol";
import { Terms } from "../../src/types/Terms.sol";
import { BlobVectors } from "../blob/BlobVectors.sol";
import { AggregatorConformance } from "./AggregatorConformance.sol";

/// @notice The blob path conforms: its updates and models are the vectors', committed to by a KZG library.
/// forge-config: default.evm_version = "osaka"
contract BlobConformanceTest is AggregatorConformance, BlobVectors {
    mapping(bytes32 place => bytes) private _read;

    function setUp() external {
        prepare();
        for (uint256 r; r < LAST_ROUND; ++r) {
            for (uint256 s; s < LAST_SHARD; ++s) {
                for (uint256 m; m < COHORT; ++m) {
                    _read[keccak256(abi.encode("payload", r, m, s))] = submission(r, m, s, "payload");
                    _read[keccak256(abi.encode("data", r, m, s))] = submission(r, m, s, "data");
                }
                _read[keccak256(abi.encode("model", r + 1, s))] = modelAfter(r, s, "model");
            }
        }
    }

    function deployModule() internal override returns (IAggregator) {
        return IBlobAggregator(vm.deployCode("BlobAggregator.sol:BlobAggregator"));
    }

    function carryFirst() internal override {
        carryAny();
    }

    function pathTerms() internal pure override returns (Terms memory) {
        return blobTerms();
    }

    function pathSetup() internal pure override returns (bytes memory) {
        return blobSetup();
    }

    function payloadOf(uint256 round, uint256 member, uint256 shard) internal view override returns (bytes memory) {
        return _read[keccak256(abi.encode("payload", round, member, shard))];
    }

    function dataOf(uint256 round, uint256 member, uint256 shard) internal view override returns (bytes memory) {
        return _read[keccak256(abi.encode("data", round, member, shard))];
    }

    function modelAfter(uint256 rounds, uint256 shard) internal view override returns (bytes memory) {
        return rounds == 0 ? new bytes(2 * 96) : _read[keccak256(abi.encode("model", rounds, shard))];
    }

    function carry(bytes memory payload) internal override(AggregatorConformance, BlobVectors) {
        BlobVectors.carry(payload);
    }
}
