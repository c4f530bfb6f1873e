// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../../src/interfaces/IAggregator.sol";
import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { Phase } from "../../src/types/Round.sol";
import { OutputKind } from "../../src/types/OutputKind.sol";
import { Terms } from "../../src/types/Terms.sol";
import { Conduct, HostileModule } from "../mocks/HostileModule.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @title Answers and the version they come from
/// @notice What `modelOf` says of a federation at every step of its life.
contract AnswersTest is FederationFixture {
    function test_modelOf_countsTheRoundsBehindTheModel() external {
        Terms memory terms = defaultTerms();
        bytes32 id = create(terms);
        assertModel(id, 0, false, false);
        assertFalse(core.modelOf(id).isInitialised);
        core.initialise(id, 0, "");
        assertTrue(core.modelOf(id).isInitialised);
        joinMany(id, 4);
        core.open(id);
        assertModel(id, 0, false, false);
        submitAll(id);
        assertModel(id, 0, false, false);
        aggregateShard(id, 0, address(0));
        assertModel(id, 0, false, true);
        aggregateShard(id, 1, address(0));
        assertModel(id, 1, true, false);
        playRound(id);
        assertModel(id, 2, true, false);
        playRound(id);
        assertPhase(id, Phase.Finished);
        assertModel(id, 3, true, false);
    }

    function test_modelOf_countsFailedRoundsToo() external {
        bytes32 id = start(defaultTerms(), 4);
        skip(200);
        core.close(id, 0);
        assertModel(id, 1, false, false);
        playRound(id);
        assertModel(id, 2, true, false);
    }

    /// @dev Where settling is a step of its own, the model has the round before.
    function test_modelOf_hasARoundAsSoonAsItsLastShardIsFolded() external {
        bytes32 id = start(defaultTerms(), 5);
        mine(2);
        core.draw(id, 0);
        submitAll(id);
        for (uint16 shard; shard < 2; ++shard) {
            bytes memory data = dataOf(id, shard);
            (address keeper,,) = core.keeperOf(id, shard);
            vm.prank(keeper);
            core.aggregate(id, 0, shard, data);
        }
        assertPhase(id, Phase.Settle);
        assertModel(id, 1, true, false);
        core.settle(id, 0);
        assertModel(id, 1, true, false);
    }

    function test_modelOf_ofAnAbandonedHalfRoundIsInMotionUntilItIsFolded() external {
        bytes32 id = start(defaultTerms(), 4);
        submitAll(id);
        aggregateShard(id, 0, address(0));
        bytes memory data = dataOf(id, 1);
        skip(20_000);
        core.abandon(id);
        assertModel(id, 0, false, true);
        core.aggregate(id, 0, 1, data);
        assertModel(id, 1, true, false);
    }

    function test_modelOf_saysWhatGoesInAndWhatComesOut() external {
        IFederation.Model memory model_ = core.modelOf(create(defaultTerms()));
        assertTrue(model_.hasNetwork);
        assertEq(model_.inputs, 3);
        assertEq(model_.outputs, 2);
        assertEq(model_.classes, 2);
        assertEq(uint256(model_.outputKind), uint256(OutputKind.Softmax));
    }

    /// @dev A foreign aggregator may not know networks, or may lie in any form.
    function test_modelOf_saysWhatTheCoreKnowsWhateverTheAggregatorAnswers() external {
        HostileModule module = new HostileModule();
        Terms memory terms = defaultTerms();
        terms.aggregator = address(module);
        bytes32 id = create(terms);
        Conduct[6] memory conducts = [
            Conduct.RevertsBare,
            Conduct.RevertsWithMegabyte,
            Conduct.AnswersNothing,
            Conduct.AnswersTwo,
            Conduct.AnswersMegabyte,
            Conduct.BurnsGas
        ];
        for (uint256 i; i < conducts.length; ++i) {
            module.set(IAggregator.networkShape.selector, conducts[i]);
            module.set(IAggregator.sealingOf.selector, conducts[i]);
            IFederation.Model memory model_ = core.modelOf{ gas: 10_000_000 }(id);
            assertFalse(model_.hasNetwork || (model_.isSealed && conducts[i] != Conduct.AnswersMegabyte));
            assertEq(uint256(model_.inputs) + model_.outputs + model_.classes, 0);
        }
    }

    function test_answers_ofNoFederationAreRefused() external {
        bytes32 id = keccak256("nobody's");
        bytes memory unknown = abi.encodeWithSelector(IFederationErrors.UnknownFederation.selector, id);
        vm.expectRevert(unknown);
        core.modelOf(id);
        vm.expectRevert(unknown);
        core.predict(id, "abc");
        vm.expectRevert(unknown);
        core.classify(id, "abc");
        vm.expectRevert(unknown);
        core.predictAt(id, 0, "abc");
        vm.expectRevert(unknown);
        core.classifyAt(id, 0, "abc");
        vm.expectRevert(unknown);
        core.predictWith(id, "", "abc");
        vm.expectRevert(unknown);
        core.classifyWith(id, "", "abc");
        vm.expectRevert(unknown);
        core.modelHash(id);
        vm.expectRevert(unknown);
        core.versionOf(id);
        vm.expectRevert(unknown);
        core.loggedAt(id, 0);
        vm.expectRevert(unknown);
        core.commitments(id, 0);
        vm.expectRevert(unknown);
        core.sealingOf(id);
        vm.expectRevert(unknown);
        core.pieceOf(id, 0, 0, 0);
        vm.expectRevert(unknown);
        core.seal(id, 0, 0, 1, "");
    }

    function assertModel(bytes32 id, uint32 round, bool isTrained, bool isInMotion) private view {
        IFederation.Model memory model_ = core.modelOf(id);
        assertEq(model_.round, round, "round");
        assertTrue(model_.isTrained == isTrained, "trained");
        assertTrue(model_.isInMotion == isInMotion, "in motion");
        (uint32 version,) = core.versionOf(id);
        assertEq(model_.version, version, "version");
    }
}
