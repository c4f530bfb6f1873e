// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregator } from "../../src/interfaces/IAggregator.sol";
import { IFederation } from "../../src/interfaces/IFederation.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { IJudge } from "../../src/interfaces/IJudge.sol";
import { Phase } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { Conduct, HostileModule } from "../mocks/HostileModule.sol";
import { FederationFixture } from "./FederationFixture.sol";

/// @notice Gives all to the first member, and uses nearly all the gas that a judge has.
contract CostlyJudge {
    /// @dev In assembly, so that it costs the same however it is compiled.
    function shares(bytes32, uint256, address[] calldata members) external view returns (uint256[] memory) {
        assembly ("memory-safe") {
            let from := gas()
            let weights := mload(0x40)
            mstore(weights, 0x20)
            mstore(add(weights, 0x20), members.length)
            mstore(add(weights, 0x40), 1)
            for { } lt(sub(from, gas()), 4970000) { } { }
            return(weights, mul(0x20, add(members.length, 2)))
        }
    }
}

/// @notice Modules that revert, lie, flood, burn gas or call back harm only the federations that chose them.
contract HostileTest is FederationFixture {
    bytes4 private constant REENTERED = bytes4(keccak256("ReentrancyGuardReentrantCall()"));

    HostileModule private module;

    function setUp() public override {
        super.setUp();
        module = new HostileModule();
    }

    // --- Aggregators ---

    function test_create_isRefusedByTheAggregatorsOwnError() external {
        Terms memory terms = hostileTerms();
        fund(creator, BOUNTY);
        module.set(IAggregator.register.selector, Conduct.RevertsBare);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFederationErrors.ModuleFailed.selector, address(module), IAggregator.register.selector
            )
        );
        vm.prank(creator);
        core.create(terms, MANIFEST, SETUP);
        assertEq(token.balanceOf(creator), BOUNTY);
    }

    function test_aggregatorThatFloods_costsAThousandBytesAtMost() external {
        bytes32 id = started(hostileTerms());
        bytes[] memory payloads = new bytes[](2);
        module.set(IAggregator.digest.selector, Conduct.RevertsWithMegabyte);
        vm.prank(person(0));
        (bool success, bytes memory reason) = address(core).call{ gas: 5_000_000 }(
            abi.encodeCall(core.submit, (id, 0, 0, payloads, bytes32(0), bytes("")))
        );
        assertFalse(success);
        assertEq(reason.length, 1024);
        module.set(IAggregator.digest.selector, Conduct.AnswersMegabyte);
        vm.prank(person(0));
        core.submit{ gas: 8_000_000 }(id, 0, 0, payloads, "", "");
        assertEq(core.roundOf(id).submitted, 1);
    }

    function test_aggregatorThatSaysNothing_isRefusedByName() external {
        bytes32 id = started(hostileTerms());
        module.set(IAggregator.digest.selector, Conduct.AnswersNothing);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFederationErrors.ModuleAnswerMalformed.selector, address(module), IAggregator.digest.selector, 0
            )
        );
        vm.prank(person(0));
        core.submit(id, 0, 0, new bytes[](2), "", "");
    }

    function test_aggregatorThatNeverAggregates_isAbandonedAndStakesGoBack() external {
        bytes32 id = started(hostileTerms());
        submitEmpty(id);
        Conduct[3] memory conducts = [Conduct.RevertsBare, Conduct.AnswersNothing, Conduct.BurnsGas];
        skip(10);
        for (uint256 i; i < conducts.length; ++i) {
            module.set(IAggregator.aggregate.selector, conducts[i]);
            vm.expectRevert();
            vm.prank(stranger);
            core.aggregate{ gas: 5_000_000 }(id, 0, 0, "");
        }
        assertEq(core.memberOf(id, stranger).owed, 0);
        skip(6000);
        core.abandon(id);
        for (uint256 i; i < 4; ++i) {
            vm.prank(person(i));
            assertEq(core.claim(id), STAKE);
        }
        vm.prank(creator);
        assertEq(core.claim(id), BOUNTY);
        assertEq(token.balanceOf(address(core)), 0);
    }

    function test_aggregatorThatReenters_findsTheWholeCoreLocked() external {
        bytes32 id = started(hostileTerms());
        bytes32 other = create(defaultTerms());
        submitEmpty(id);
        bytes[6] memory calls = [
            abi.encodeCall(core.claim, (id)),
            abi.encodeCall(core.aggregate, (id, 0, 0, "")),
            abi.encodeCall(core.leave, (id)),
            abi.encodeCall(core.join, (other, "")),
            abi.encodeCall(core.abandon, (other)),
            abi.encodeCall(core.bindChallenge, (bytes32(0)))
        ];
        skip(20);
        for (uint256 i; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            module.reenter(IAggregator.aggregate.selector, address(core), calls[i]);
            vm.prank(stranger);
            core.aggregate(id, 0, 0, "");
            assertEq(bytes32(bytes4(module.refusal())), bytes32(REENTERED));
            vm.revertToState(snapshot);
        }
    }

    function test_aggregatorThatLies_harmsItsOwnFederationOnly() external {
        bytes32 honest = start(defaultTerms(), 4);
        bytes32 id = started(hostileTerms());
        submitEmpty(id);
        skip(20);
        vm.prank(stranger);
        core.aggregate(id, 0, 0, "");
        vm.prank(stranger);
        core.aggregate(id, 0, 1, "");
        skip(100);
        uint32 round = core.roundOf(honest).number;
        assertEq(round, 0);
        vm.prank(stranger);
        core.close(honest, 0);
        IFederation.Status memory a = core.statusOf(id);
        IFederation.Status memory b = core.statusOf(honest);
        assertEq(token.balanceOf(address(core)), uint256(a.unspent) + a.staked + a.owed + b.unspent + b.staked + b.owed);
    }

    function test_isFault_mustBeACleanTrue() external {
        Terms memory terms = hostileTerms();
        terms.challengeSeconds = 100;
        bytes32 id = started(terms);
        submitEmpty(id);
        bytes32 commitment =
            keccak256(abi.encode(stranger, id, uint32(0), uint16(0), uint16(0), keccak256(""), bytes32(0)));
        vm.prank(stranger);
        core.bindChallenge(commitment);
        mine(1);
        Conduct[5] memory conducts = [
            Conduct.RevertsBare,
            Conduct.RevertsWithMegabyte,
            Conduct.AnswersNothing,
            Conduct.AnswersTwo,
            Conduct.BurnsGas
        ];
        for (uint256 i; i < conducts.length; ++i) {
            module.set(IAggregator.isFault.selector, conducts[i]);
            vm.expectRevert(abi.encodeWithSelector(IFederationErrors.FaultNotProven.selector, 0, 0));
            vm.prank(stranger);
            core.challenge{ gas: 10_000_000 }(id, 0, 0, 0, "", 0);
        }
    }

    // --- Judges ---

    function test_judge_splitsThePotInProportion() external {
        uint256[] memory weights = new uint256[](4);
        (weights[0], weights[1], weights[3]) = (1, 2, 7);
        module.tell(IJudge.shares.selector, abi.encode(weights));
        bytes32 id = judged();
        uint256 pot = 1000 - 3 * uint256(KEEPER_PAY);
        for (uint256 i; i < 4; ++i) {
            assertEq(core.memberOf(id, person(i)).owed, pot * weights[i] / 10);
        }
    }

    function test_judge_ofNoUseMeansTheEqualSplit() external {
        uint256[] memory weights = new uint256[](4);
        bytes[5] memory answers;
        answers[0] = abi.encode(weights); //                          all zero
        answers[1] = abi.encode(new uint256[](3)); //                 too few
        answers[2] = abi.encode(new uint256[](5)); //                 too many
        answers[3] = abi.encode(uint256(64), uint256(4), uint256(0), uint256(1), uint256(1), uint256(1), uint256(1));
        for (uint256 i; i < 4; ++i) {
            weights[i] = type(uint256).max; //                        would overflow
        }
        answers[4] = abi.encode(weights);
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < answers.length; ++i) {
            module.tell(IJudge.shares.selector, answers[i]);
            assertEqualSplit(judged());
            vm.revertToState(snapshot);
        }
        Conduct[6] memory conducts = [
            Conduct.RevertsBare,
            Conduct.RevertsWithMegabyte,
            Conduct.AnswersMegabyte,
            Conduct.AnswersNothing,
            Conduct.BurnsGas,
            Conduct.Reenters
        ];
        for (uint256 i; i < conducts.length; ++i) {
            module.set(IJudge.shares.selector, conducts[i]);
            assertEqualSplit(judged());
            vm.revertToState(snapshot);
        }
    }

    function test_judge_cannotBeStarvedByTheCaller() external {
        uint256[] memory weights = new uint256[](4);
        weights[2] = 1;
        module.tell(IJudge.shares.selector, abi.encode(weights));
        Terms memory terms = defaultTerms();
        terms.judge = address(module);
        bytes32 id = start(terms, 4);
        playRound(id);
        vm.expectPartialRevert(IFederationErrors.GasTooLow.selector);
        core.settle{ gas: 4_000_000 }(id, 0);
        assertPhase(id, Phase.Settle);
        core.settle{ gas: 8_000_000 }(id, 0);
        assertEq(core.roundOf(id).number, 1);
    }

    /// @dev With any gas that a caller sends, the judge splits the pot or the round is not settled.
    function test_judge_isStarvedByNoChoiceOfGas() external {
        Terms memory terms = defaultTerms();
        terms.judge = address(new CostlyJudge());
        terms.cohortSize = 250;
        terms.bounty = 3_000_000;
        bytes32 id = start(terms, 250);
        submitAll(id);
        skip(20);
        aggregateShard(id, 0, stranger);
        aggregateShard(id, 1, stranger);
        uint256 settled;
        for (uint256 gas = 5_050_000; gas < 12_000_000; gas += 99_973) {
            uint256 snapshot = vm.snapshotState();
            vm.cool(address(core));
            vm.cool(terms.judge);
            vm.prank(stranger);
            (bool success,) = address(core).call{ gas: gas }(abi.encodeCall(core.settle, (id, 0)));
            if (success) {
                ++settled;
                assertTrue(core.memberOf(id, person(0)).owed > 900_000, "the judge decides");
            }
            vm.revertToState(snapshot);
        }
        assertGt(settled, 20);
    }

    // --- Moves ---

    function hostileTerms() private view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.aggregator = address(module);
    }

    function started(Terms memory terms) private returns (bytes32 id) {
        id = create(terms);
        core.initialise(id, 0, "");
        joinMany(id, 4);
        core.open(id);
    }

    function submitEmpty(bytes32 id) private {
        for (uint256 i; i < 4; ++i) {
            vm.prank(person(i));
            core.submit(id, 0, 0, new bytes[](2), "", "");
        }
        skip(1);
    }

    function judged() private returns (bytes32 id) {
        Terms memory terms = defaultTerms();
        terms.judge = address(module);
        id = start(terms, 4);
        submitAll(id);
        skip(20);
        aggregateShard(id, 0, stranger);
        aggregateShard(id, 1, stranger);
        assertPhase(id, Phase.Settle);
        skip(20);
        vm.prank(stranger);
        core.settle{ gas: 16_000_000 }(id, 0);
    }

    function assertEqualSplit(bytes32 id) private view {
        uint256 pot = 1000 - 3 * uint256(KEEPER_PAY);
        for (uint256 i; i < 4; ++i) {
            assertEq(core.memberOf(id, person(i)).owed, pot / 4);
        }
    }
}
