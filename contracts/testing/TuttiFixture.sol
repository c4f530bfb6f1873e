// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { IAggregator } from "../src/interfaces/IAggregator.sol";
import { IFederation } from "../src/interfaces/IFederation.sol";
import { Layer, DirectSetup, Tensor } from "../src/types/DirectSetup.sol";
import { OutputKind } from "../src/types/OutputKind.sol";
import { Terms } from "../src/types/Terms.sol";
import { TuttiBytecode } from "./TuttiBytecode.sol";

/// @title TuttiFixture
/// @notice For tests of contracts that ask a model: Tutti's own core and aggregator, and a trained federation in one call.
///         The test chooses the model's parameters, so that it knows the answers.
/// @dev The contracts come as the bytecode that is deployed: they are not compiled again, so that a project needs neither
///      their compiler settings nor via-IR. It needs forge-std under the remapping `forge-std/`.
///      One dense layer, 16-bit lanes, one member that sends what the model becomes. No token, no stake. Every version is
///      sealed, so that `predict` and `classify` answer.
///      Call it outside of `vm.startPrank`, since it uses `vm.prank`. Training moves the clock by two seconds.
abstract contract TuttiFixture is Test {
    /// @notice The most rounds that a federation of this fixture can be trained.
    uint32 internal constant TUTTI_ROUNDS = 200;

    IFederation private _tuttiCore;
    IAggregator private _tuttiAggregator;
    uint256 private _opened;
    /// @dev The words of each model, as the aggregator logs them.
    mapping(bytes32 id => uint256[] words) private _words;

    /// @notice A model has `outputs · inputs` weights and then `outputs` biases.
    error WrongParameterCount(uint256 given, uint256 expected);

    /// @notice Tutti's contracts do not deploy: set `evm_version` to cancun or later.
    error EvmTooOld();

    /// @notice Tutti's core, deployed when it is first asked for.
    function tuttiCore() internal returns (IFederation core) {
        if (address(_tuttiCore) == address(0)) {
            address extension = _deploy(TuttiBytecode.extension());
            _tuttiCore = IFederation(_deploy(bytes.concat(TuttiBytecode.core(), abi.encode(extension))));
        }
        return _tuttiCore;
    }

    /// @notice Tutti's aggregator of the direct path, which federations of this fixture name in their terms.
    function tuttiAggregator() internal returns (IAggregator aggregator) {
        if (address(_tuttiAggregator) == address(0)) {
            _tuttiAggregator = IAggregator(_deploy(TuttiBytecode.directAggregator()));
        }
        return _tuttiAggregator;
    }

    /// @notice A federation after one round, whose model takes three bytes and answers with the place of the largest: class 0,
    ///         1 or 2. Each output is a byte of the input, with 18 decimals.
    /// @return core The core, where to ask.
    /// @return id The federation.
    function openTrained() internal returns (IFederation core, bytes32 id) {
        int8[] memory parameters = new int8[](12);
        (parameters[0], parameters[4], parameters[8]) = (1, 1, 1);
        return openTrained(3, 3, OutputKind.Softmax, parameters);
    }

    /// @notice A federation after one round, whose model has the given parameters.
    /// @param inputs Bytes of an input.
    /// @param outputs Outputs of an answer; 1 of a logistic model.
    /// @param kind How outputs become a class.
    /// @param parameters `outputs · inputs` weights, output by output, then `outputs` biases; not all of them zero.
    /// @return core Where to ask.
    /// @return id The federation. Output i is `Σ_j weight_ij · input_j + bias_i`, with 18 decimals.
    function openTrained(uint32 inputs, uint32 outputs, OutputKind kind, int8[] memory parameters)
        internal
        returns (IFederation core, bytes32 id)
    {
        core = tuttiCore();
        id = openUntrained(inputs, outputs, kind);
        trainTutti(id, parameters);
    }

    /// @notice A federation whose first round is open: its model is sealed, answers with outputs of zero, and has not been
    ///         trained.
    /// @param inputs As of `openTrained`.
    /// @param outputs As of `openTrained`.
    /// @param kind As of `openTrained`.
    /// @return id The federation.
    function openUntrained(uint32 inputs, uint32 outputs, OutputKind kind) internal returns (bytes32 id) {
        IFederation core = tuttiCore();
        uint32 dimension = outputs * (inputs + 1);
        bytes memory setup = abi.encode(_setupOf(inputs, outputs, kind));
        id = core.create(_termsOf(dimension, setup), "", setup);
        core.initialise(id, 0, "");
        for (uint256 word; word * 16 < dimension; ++word) {
            // Zero in 16 lanes of 16 bits: each holds its value plus 2^15.
            _words[id].push(type(uint256).max / 0xffff << 15);
        }
        sealTutti(id);
        vm.prank(_member());
        core.join(id, "");
        core.open(id);
    }

    /// @notice One more round: adds `parameters` to those of the model.
    /// @param id A federation of this fixture.
    /// @param parameters As of `openTrained`.
    function trainTutti(bytes32 id, int8[] memory parameters) internal {
        IFederation core = tuttiCore();
        uint256 expected = core.termsOf(id).dimension;
        if (parameters.length != expected) revert WrongParameterCount(parameters.length, expected);
        uint32 round = core.roundOf(id).number;
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = _pack(parameters);
        vm.prank(_member());
        core.submit(id, round, 0, payloads, "", "");
        // A phase ends in the second after the action that ends it.
        vm.warp(vm.getBlockTimestamp() + 1);
        core.aggregate(id, round, 0, bytes.concat(tuttiWords(id), payloads[0]));
        for (uint256 p; p < expected; ++p) {
            // Addition modulo 2^256 is exact in every lane.
            unchecked {
                _words[id][p / 16] += uint256(int256(parameters[p])) << (16 * (p % 16));
            }
        }
        sealTutti(id);
        vm.warp(vm.getBlockTimestamp() + 1);
    }

    /// @notice Seals the model of a federation of this fixture as it is: it does so itself after every round.
    function sealTutti(bytes32 id) internal {
        bytes memory words = tuttiWords(id);
        tuttiCore().seal(id, 0, 0, (words.length / 32 + 766) / 767, words);
    }

    /// @notice The words of a model, as `predictWith` takes them.
    /// @param id A federation of this fixture.
    function tuttiWords(bytes32 id) internal view returns (bytes memory) {
        return abi.encodePacked(_words[id]);
    }

    function _member() private pure returns (address) {
        return address(uint160(uint256(keccak256("tutti.fixture.member"))));
    }

    function _termsOf(uint32 dimension, bytes memory setup) private returns (Terms memory terms) {
        terms.manifestHash = keccak256("");
        terms.setupHash = keccak256(setup);
        terms.salt = bytes32(++_opened);
        terms.gains = 1;
        terms.idleSeconds = 3600;
        terms.aggregator = address(tuttiAggregator());
        terms.dimension = dimension;
        terms.shardSize = dimension;
        terms.rounds = TUTTI_ROUNDS;
        terms.cohortSize = 1;
        terms.minimumUpdates = 1;
        terms.shardsPerMember = 1;
        terms.laneBits = 16;
        terms.bits = 8;
        terms.isPrivateNetwork = true;
        terms.submitSeconds = 3600;
    }

    function _setupOf(uint32 inputs, uint32 outputs, OutputKind kind) private pure returns (DirectSetup memory setup) {
        setup.outputKind = kind;
        setup.outputMultiplier = 1e18;
        setup.tensors = new Tensor[](1);
        setup.tensors[0] = Tensor(outputs * (inputs + 1), 0);
        setup.layers = new Layer[](1);
        setup.layers[0] = Layer(inputs, outputs, 1, 0);
    }

    /// @dev The wire form: 32 bytes a word, value q of a word in lane `q mod 16`, its byte `⌊q / 16⌋`.
    function _pack(int8[] memory values) private pure returns (bytes memory payload) {
        uint256[] memory words = new uint256[]((values.length + 31) / 32);
        for (uint256 p; p < values.length; ++p) {
            uint256 q = p % 32;
            words[p / 32] |= uint256(uint8(values[p])) << (16 * (q % 16) + 8 * (q / 16));
        }
        return abi.encodePacked(words);
    }

    function _deploy(bytes memory code) private returns (address deployed) {
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        if (deployed == address(0)) revert EvmTooOld();
    }
}
