// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Federation } from "../../src/Federation.sol";
import { FederationExtension } from "../../src/federation/FederationExtension.sol";
import { IFederation } from "../../src/interfaces/IFederation.sol";
import { Binding } from "../../src/terms/Binding.sol";
import { Terms } from "../../src/types/Terms.sol";
import { Test } from "../Test.sol";

/// @notice The hashes that bind updates and ids are those of the TypeScript twin, on every chain and core.
contract BindingTest is Test {
    bytes private code;
    string private json;

    function setUp() external {
        code = address(new Federation(address(new FederationExtension()))).code;
        json = vm.readFile("../vectors/binding.json");
    }

    function test_vectors_contextsAndCommitments() external {
        uint256 count = vm.parseJsonUint(json, ".count");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".cases[", vm.toString(i), "]");
            // Forge cannot take on a chain id above 64 bits.
            if (vm.parseJsonUint(json, string.concat(path, ".chainId")) > type(uint64).max) continue;
            IFederation core = coreOf(path);
            bytes32 id = vm.parseJsonBytes32(json, string.concat(path, ".id"));
            uint32 round = uint32(vm.parseJsonUint(json, string.concat(path, ".round")));
            address member = vm.parseJsonAddress(json, string.concat(path, ".member"));
            bytes32 salt = vm.parseJsonBytes32(json, string.concat(path, ".salt"));
            bytes32 payloadHash = this.payloadHashOf(vm.parseJsonBytesArray(json, string.concat(path, ".payloads")));
            assertEq(payloadHash, vm.parseJsonBytes32(json, string.concat(path, ".payloadHash")), path);
            assertEq(
                core.contextOf(id, round, member), vm.parseJsonBytes32(json, string.concat(path, ".context")), path
            );
            assertEq(
                core.commitmentOf(id, round, member, salt, payloadHash),
                vm.parseJsonBytes32(json, string.concat(path, ".commitment")),
                path
            );
        }
    }

    function test_vectors_ids() external {
        uint256 count = vm.parseJsonUint(json, ".idsCount");
        for (uint256 i; i < count; ++i) {
            string memory path = string.concat(".ids[", vm.toString(i), "]");
            if (vm.parseJsonUint(json, string.concat(path, ".chainId")) > type(uint64).max) continue;
            IFederation core = coreOf(path);
            bytes32 id = vm.parseJsonBytes32(json, string.concat(path, ".id"));
            assertEq(core.toId(termsAt(string.concat(path, ".terms."))), id, path);
        }
    }

    function payloadHashOf(bytes[] calldata payloads) external pure returns (bytes32) {
        return Binding.payloadHashOf(payloads);
    }

    function coreOf(string memory path) private returns (IFederation core) {
        vm.chainId(vm.parseJsonUint(json, string.concat(path, ".chainId")));
        core = IFederation(vm.parseJsonAddress(json, string.concat(path, ".core")));
        vm.etch(address(core), code);
    }

    function termsAt(string memory path) private view returns (Terms memory terms) {
        terms.manifestHash = vm.parseJsonBytes32(json, string.concat(path, "manifestHash"));
        terms.setupHash = vm.parseJsonBytes32(json, string.concat(path, "setupHash"));
        terms.salt = vm.parseJsonBytes32(json, string.concat(path, "salt"));
        terms.gains = number(path, "gains");
        terms.stake = uint128(number(path, "stake"));
        terms.bounty = uint128(number(path, "bounty"));
        terms.keeperPay = uint128(number(path, "keeperPay"));
        terms.joinSeconds = uint32(number(path, "joinSeconds"));
        terms.commitSeconds = uint32(number(path, "commitSeconds"));
        terms.idleSeconds = uint32(number(path, "idleSeconds"));
        terms.aggregator = vm.parseJsonAddress(json, string.concat(path, "aggregator"));
        terms.dimension = uint32(number(path, "dimension"));
        terms.shardSize = uint32(number(path, "shardSize"));
        terms.rounds = uint32(number(path, "rounds"));
        terms.token = vm.parseJsonAddress(json, string.concat(path, "token"));
        terms.cohortSize = uint16(number(path, "cohortSize"));
        terms.minimumUpdates = uint16(number(path, "minimumUpdates"));
        terms.shardsPerMember = uint16(number(path, "shardsPerMember"));
        terms.endQuorum = uint16(number(path, "endQuorum"));
        terms.laneBits = uint8(number(path, "laneBits"));
        terms.bits = uint8(number(path, "bits"));
        terms.rule = uint8(number(path, "rule"));
        terms.isPrivateNetwork = number(path, "isPrivateNetwork") == 1;
        terms.gate = vm.parseJsonAddress(json, string.concat(path, "gate"));
        terms.submitSeconds = uint32(number(path, "submitSeconds"));
        terms.challengeSeconds = uint32(number(path, "challengeSeconds"));
        terms.keeperSeconds = uint32(number(path, "keeperSeconds"));
        terms.judge = vm.parseJsonAddress(json, string.concat(path, "judge"));
        terms.sealPay = uint128(number(path, "sealPay"));
    }

    function number(string memory path, string memory field) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, field));
    }
}
