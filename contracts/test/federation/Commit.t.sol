// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @notice The commit phase: an update is bound before anyone can see another.
contract CommitTest is FederationFixture {
    function test_commit_thenSubmitWhatWasCommittedTo() external {
        Terms memory terms = defaultTerms();
        terms.commitSeconds = 50;
        bytes32 id = start(terms, 2);
        assertPhase(id, Phase.Commit);
        bytes32 payloadHash = hashOf(payloadsOf(id, person(0)));
        bytes32 commitment = core.commitmentOf(id, 0, person(0), "salt", payloadHash);
        vm.prank(person(0));
        core.commit(id, 0, commitment);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.AlreadyCommitted.selector, 0));
        vm.prank(person(0));
        core.commit(id, 0, commitment);
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotInCohort.selector, id, 0, stranger));
        vm.prank(stranger);
        core.commit(id, 0, commitment);
        // A copied commitment binds its sender to an update that it cannot send.
        vm.prank(person(1));
        core.commit(id, 0, commitment);
        assertPhase(id, Phase.Commit);
        skip(1);
        assertPhase(id, Phase.Submit);

        bytes[] memory payloads = payloadsOf(id, person(0));
        vm.expectPartialRevert(IFederationErrors.CommitmentMismatch.selector);
        vm.prank(person(1));
        core.submit(id, 0, 0, payloads, "salt", "");
        bytes[] memory one = new bytes[](1);
        one[0] = payloads[0];
        vm.startPrank(person(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPayloadCount.selector, 1, 2));
        core.submit(id, 0, 0, one, "salt", "");
        vm.expectPartialRevert(IFederationErrors.CommitmentMismatch.selector);
        core.submit(id, 0, 0, payloads, "other", "");
        core.submit(id, 0, 0, payloads, "salt", "");
        vm.stopPrank();
        assertEq(core.roundOf(id).submitted, 1);
    }

    function test_commit_missedMeansNoSubmission() external {
        Terms memory terms = defaultTerms();
        terms.commitSeconds = 50;
        bytes32 id = start(terms, 2);
        skip(50);
        assertPhase(id, Phase.Submit);
        bytes[] memory payloads = payloadsOf(id, person(0));
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.NotCommitted.selector, 0));
        vm.prank(person(0));
        core.submit(id, 0, 0, payloads, "", "");
        vm.expectRevert(abi.encodeWithSelector(IFederationErrors.WrongPhase.selector, id, Phase.Commit, Phase.Submit));
        vm.prank(person(0));
        core.commit(id, 0, "");
    }

    function hashOf(bytes[] memory payloads) private pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < payloads.length; ++i) {
            hashes = bytes.concat(hashes, keccak256(payloads[i]));
        }
        return keccak256(hashes);
    }
}
