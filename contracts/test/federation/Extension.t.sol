// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IERC165 } from "../../src/interfaces/IERC165.sol";
import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationCore } from "../../src/interfaces/IFederationCore.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IFederationExtension } from "../../src/interfaces/IFederationExtension.sol";
import { IFederationViews } from "../../src/interfaces/IFederationViews.sol";
import { Terms } from "../../src/types/Terms.sol";
import { SignedToken } from "../mocks/SignedToken.sol";
import { Wallet } from "../mocks/Wallet.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @title What the core runs as its own
/// @notice Permits of accounts with keys and of contracts, several calls in one, the standards; and that the extension's
///         code runs as the core's: with its caller, its lock, its storage, its errors.
contract ExtensionTest is FederationFixture {
    uint256 private constant FOREVER = type(uint256).max;

    // --- Permits ---

    function test_permit_andCreatePayTheBountyInOneTransaction() external {
        SignedToken signed = new SignedToken();
        (address owner, uint256 key) = (vm.addr(7), 7);
        signed.mint(owner, BOUNTY);
        Terms memory terms = defaultTerms();
        terms.token = address(signed);
        bytes memory signature = signWithKey(signed, key, BOUNTY);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(core.permit, (address(signed), BOUNTY, FOREVER, signature));
        calls[1] = abi.encodeCall(core.create, (terms, MANIFEST, SETUP));
        vm.prank(owner);
        bytes[] memory results = core.multicall(calls);
        bytes32 id = abi.decode(results[1], (bytes32));
        assertEq(id, core.toId(terms));
        assertEq(results[0].length, 0);
        assertEq(core.statusOf(id).creator, owner);
        assertEq(signed.balanceOf(address(core)), BOUNTY);
    }

    function test_permit_ofAContractIsAskedOfIt() external {
        (SignedToken signed, Wallet wallet, bytes32 id) = walletWithStake();
        bytes[] memory calls = joiningCalls(signed, id, "any words");
        wallet.sign(signed.permitHash(address(wallet), address(core), STAKE, FOREVER), "any words");
        wallet.call(address(core), abi.encodeCall(core.multicall, (calls)));
        assertTrue(core.memberOf(id, address(wallet)).isMember);
    }

    /// @dev 65 bytes may be a contract's signature as well as a key's.
    function test_permit_of65BytesThatNoKeySignedIsAskedOfTheContractToo() external {
        (SignedToken signed, Wallet wallet, bytes32 id) = walletWithStake();
        bytes memory signature = new bytes(65);
        wallet.sign(signed.permitHash(address(wallet), address(core), STAKE, FOREVER), signature);
        wallet.call(address(core), abi.encodeCall(core.multicall, (joiningCalls(signed, id, signature))));
        assertTrue(core.memberOf(id, address(wallet)).isMember);
    }

    function test_permit_thatDoesNotWorkIsPassedOverAndJoiningFails() external {
        (SignedToken signed, Wallet wallet, bytes32 id) = walletWithStake();
        bytes[] memory calls = joiningCalls(signed, id, "forged");
        wallet.call(address(core), calls[0]);
        assertEq(signed.allowance(address(wallet), address(core)), 0);
        bytes memory input = abi.encodeCall(core.multicall, (calls));
        vm.expectRevert();
        wallet.call(address(core), input);
        assertFalse(core.memberOf(id, address(wallet)).isMember);
    }

    function test_permit_givesTheCoreNothingOfAnybodyElse() external {
        SignedToken signed = new SignedToken();
        bytes memory signature = signWithKey(signed, 7, STAKE);
        vm.prank(stranger);
        core.permit(address(signed), STAKE, FOREVER, signature);
        assertEq(signed.allowance(vm.addr(7), address(core)), 0);
        assertEq(signed.allowance(stranger, address(core)), 0);
    }

    // --- Several calls ---

    function test_multicall_isAllOrNothingAndSaysWhyNot() external {
        bytes32 id = create(defaultTerms());
        fund(person(0), STAKE);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(core.join, (id, ""));
        calls[1] = abi.encodeCall(core.join, (id, ""));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AlreadyMember.selector, id, person(0)));
        vm.prank(person(0));
        core.multicall(calls);
        assertFalse(core.memberOf(id, person(0)).isMember);
        calls[1] = abi.encodeCall(core.leave, (id));
        vm.prank(person(0));
        core.multicall(calls);
        assertEq(token.balanceOf(person(0)), STAKE, "came and went");
        assertBacked(id);
    }

    function test_multicall_ofMulticallsAndViewsAndNothing() external {
        bytes32 id = create(defaultTerms());
        bytes[] memory inner = new bytes[](1);
        inner[0] = abi.encodeCall(core.statusOf, (id));
        bytes[] memory outer = new bytes[](2);
        outer[0] = abi.encodeCall(core.multicall, (inner));
        outer[1] = abi.encodeCall(core.versionOf, (id));
        bytes[] memory results = core.multicall(outer);
        assertEq(abi.decode(results[0], (bytes[]))[0], abi.encode(core.statusOf(id)));
        assertEq(results[1], abi.encode(0, 0));
        assertEq(core.multicall(new bytes[](0)).length, 0);
    }

    // --- Standards ---

    function test_supportsInterface_ofItsPartsAndNoOther() external view {
        assertTrue(core.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(core.supportsInterface(type(IERC165).interfaceId));
        assertTrue(core.supportsInterface(type(IFederationCore).interfaceId));
        assertTrue(core.supportsInterface(type(IFederationViews).interfaceId));
        assertTrue(core.supportsInterface(type(IFederationExtension).interfaceId));
        assertFalse(core.supportsInterface(0xffffffff));
        assertFalse(core.supportsInterface(0));
    }

    function test_supportsInterface_isAnsweredWithinTheGasOfTheStandard() external {
        vm.cool(address(core));
        assertTrue(core.supportsInterface{ gas: 30_000 }(type(IFederationCore).interfaceId));
    }

    function test_unknownFunctions_revertWithoutAReason() external {
        (bool success, bytes memory answer) = address(core).call(abi.encodeWithSignature("nobodyHasThis()"));
        assertFalse(success);
        assertEq(answer.length, 0);
        (success, answer) = address(core).call("");
        assertFalse(success);
        (success, answer) = address(core).call{ value: 1 }(abi.encodeCall(core.version, ()));
        assertFalse(success, "no coin is taken");
    }

    function test_core_withoutItsExtensionRefusesWhatNeedsIt() external {
        address nobody = account("nobody");
        IFederation alone = IFederation(vm.deployCode("Federation.sol:Federation", abi.encode(nobody)));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.ModuleFailed.selector, nobody, core.leave.selector));
        alone.leave("id");
        vm.etch(nobody, vm.getDeployedCode("FederationExtension.sol:FederationExtension"));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.UnknownFederation.selector, bytes32("id")));
        alone.leave("id");
    }

    // --- Moves ---

    function walletWithStake() private returns (SignedToken signed, Wallet wallet, bytes32 id) {
        (signed, wallet) = (new SignedToken(), new Wallet());
        Terms memory terms = defaultTerms();
        terms.token = address(signed);
        signed.mint(creator, BOUNTY);
        vm.startPrank(creator);
        signed.approve(address(core), BOUNTY);
        id = core.create(terms, MANIFEST, SETUP);
        vm.stopPrank();
        signed.mint(address(wallet), STAKE);
    }

    function joiningCalls(SignedToken signed, bytes32 id, bytes memory signature)
        private
        view
        returns (bytes[] memory calls)
    {
        calls = new bytes[](2);
        calls[0] = abi.encodeCall(core.permit, (address(signed), STAKE, FOREVER, signature));
        calls[1] = abi.encodeCall(core.join, (id, ""));
    }

    function signWithKey(SignedToken signed, uint256 key, uint256 amount) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, signed.permitHash(vm.addr(key), address(core), amount, FOREVER));
        return abi.encodePacked(r, s, v);
    }
}
