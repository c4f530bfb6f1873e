// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IAggregatorErrors } from "../../src/interfaces/IAggregatorErrors.sol";
import { IDirectAggregator } from "../../src/interfaces/IDirectAggregator.sol";
import { IFederationErrors } from "../../src/interfaces/IFederationErrors.sol";
import { DirectTerms } from "../../src/direct/DirectTerms.sol";
import { Layer, DirectSetup, Start, Tensor } from "../../src/types/DirectSetup.sol";
import { OutputKind } from "../../src/types/OutputKind.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFixture } from "./DirectFixture.sol";

/// @notice Every impossible term is refused by an error of its own; terms that are just possible are accepted.
contract DirectTermsTest is DirectFixture {
    Terms private terms;
    DirectSetup private setup;

    function setUp() public override {
        super.setUp();
        terms = plainTerms(16, 4, 1000);
        setup.tensors.push(Tensor(1000, 0));
    }

    function test_register_acceptsPossibleTerms() external {
        _accept();
    }

    function test_register_refusesAnIdTwice() external {
        _accept();
        bytes memory encoded = abi.encode(setup);
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.AlreadyRegistered.selector, bytes32("id")));
        aggregator.register("id", terms, encoded);
    }

    function test_register_refusesWidths() external {
        uint8[6] memory widths = [0, 1, 8, 15, 64, 255];
        for (uint256 i; i < widths.length; ++i) {
            terms.laneBits = widths[i];
            _refuse(abi.encodeWithSelector(IAggregatorErrors.UnsupportedLaneBits.selector, widths[i]));
        }
        terms.laneBits = 32;
        widths = [0, 3, 5, 6, 16, 255];
        for (uint256 i; i < widths.length; ++i) {
            terms.bits = widths[i];
            _refuse(abi.encodeWithSelector(IAggregatorErrors.UnsupportedBits.selector, widths[i]));
        }
    }

    function test_register_refusesOtherRules() external {
        terms.rule = 1;
        _refuse(abi.encodeWithSelector(IAggregatorErrors.UnsupportedRule.selector, 1));
    }

    function test_register_refusesAChallengeWindow() external {
        terms.challengeSeconds = 1;
        _refuse(abi.encodeWithSelector(DirectTerms.UnsupportedChallenge.selector, 1));
    }

    function test_register_refusesZeroSizes() external {
        terms.dimension = 0;
        _refuse(abi.encodeWithSelector(IFederationErrors.DimensionZero.selector));
        terms.dimension = 1000;
        terms.shardSize = 0;
        _refuse(abi.encodeWithSelector(IFederationErrors.ShardSizeZero.selector));
        terms.shardSize = 1000;
        terms.cohortSize = 0;
        _refuse(abi.encodeWithSelector(IFederationErrors.CohortSizeOutOfRange.selector, 0, 256));
        terms.cohortSize = 257;
        _refuse(abi.encodeWithSelector(IFederationErrors.CohortSizeOutOfRange.selector, 257, 256));
    }

    function test_register_refusesTooLargeModels() external {
        terms.dimension = 512 * 256 * 16 + 1;
        terms.shardSize = 65_536;
        _refuse(abi.encodeWithSelector(DirectTerms.ModelTooLarge.selector, 512 * 256 + 1, 512 * 256));
    }

    function test_register_refusesShards() external {
        terms.shardSize = 63;
        _refuse(abi.encodeWithSelector(IAggregatorErrors.MisalignedShard.selector, 63, 64));
        terms.shardSize = 3;
        _refuse(abi.encodeWithSelector(IFederationErrors.TooManyShards.selector, 334, 256));
        terms.shardSize = 512;
        terms.shardsPerMember = 3;
        _refuse(abi.encodeWithSelector(IFederationErrors.ShardsPerMemberOutOfRange.selector, 3, 2));
        terms.shardsPerMember = 0;
        _refuse(abi.encodeWithSelector(IFederationErrors.ShardsPerMemberOutOfRange.selector, 0, 2));
        terms.shardsPerMember = 2;
        _accept();
    }

    function test_register_acceptsAnySizeOfASingleShard() external {
        terms.shardSize = 1001;
        _accept();
    }

    function test_register_refusesNoRounds() external {
        terms.rounds = 0;
        _refuse(abi.encodeWithSelector(IFederationErrors.RoundsZero.selector));
    }

    function test_register_refusesGains() external {
        terms.gains = 0;
        _refuse(abi.encodeWithSelector(IFederationErrors.GainsMalformed.selector, 0, 0));
        terms.gains = 1 | (uint256((3 << 16) | 1) << 48) | (uint256((3 << 16) | 1) << 96);
        _refuse(abi.encodeWithSelector(IFederationErrors.GainsMalformed.selector, 2, (3 << 16) | 1));
        terms.gains = 1 | (uint256((10 << 16) | 1) << 48);
        _refuse(abi.encodeWithSelector(IFederationErrors.GainsMalformed.selector, 1, (10 << 16) | 1));
        terms.gains = 1 | (uint256((9 << 16) | 1) << 48);
        _accept();
    }

    /// @dev 10 rounds · 8 members · 2^3 = 640 for a gain of 1; the limit is 2^15.
    function test_register_refusesWhatCouldOverflowALane() external {
        terms.gains = 51; // 32,640
        setup.start = Start.Given;
        setup.bound = 127;
        setup.hashes.push(0);
        _accept("fits");
        setup.bound = 128;
        _refuse(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_768, 32_768));
        setup.bound = 0;
        terms.gains = 52;
        _refuse(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 33_280, 32_768));
        // 2 rounds of 100, then 8 of 38: 504 · 64 = 32,256
        terms.gains = 100 | (uint256((2 << 16) | 38) << 48);
        _accept("schedule fits");
        // 3 of 100, 7 of 38: 566 · 64 = 36,224
        terms.gains = 100 | (uint256((3 << 16) | 38) << 48);
        _refuse(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 36_224, 32_768));
    }

    /// @dev A bit counts ±1; rotating shards have fewer updates each: ⌈8 · 1 / 4⌉ = 2.
    function test_register_countsUpdatesOfAShard() external {
        terms.bits = 1;
        terms.gains = 409; // 409 · 10 · 8 = 32,720
        _accept("bits");
        terms.gains = 410;
        _refuse(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_800, 32_768));
        terms.shardSize = 256;
        terms.gains = 1638; // 1638 · 10 · 2 = 32,760
        _accept("rotating");
        terms.gains = 1639;
        _refuse(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_780, 32_768));
    }

    function test_register_refusesTensors() external {
        setup.tensors.push(Tensor(1, 0));
        _refuse(abi.encodeWithSelector(DirectTerms.TensorsMismatch.selector, 1001, 1000));
        setup.tensors[0].length = 998;
        _refuse(abi.encodeWithSelector(DirectTerms.TensorsMismatch.selector, 999, 1000));
        setup.tensors[0].length = 1000;
        setup.tensors[1].length = 0;
        _refuse(abi.encodeWithSelector(DirectTerms.EmptyTensor.selector, 1));
    }

    function test_register_refusesStarts() external {
        setup.start = Start.Seeded;
        setup.tensors[0].amplitude = 32_768;
        _refuse(abi.encodeWithSelector(DirectTerms.AmplitudeTooLarge.selector, 0, 32_768, 32_768));
        setup.tensors[0].amplitude = 32_767;
        _refuse(abi.encodeWithSelector(IAggregatorErrors.LaneOverflow.selector, 32_767 + 640, 32_768));
        setup.start = Start.Given;
        _refuse(abi.encodeWithSelector(DirectTerms.WrongHashCount.selector, 0, 1));
        setup.hashes.push(0);
        setup.bound = 32_768;
        _refuse(abi.encodeWithSelector(DirectTerms.BoundTooLarge.selector, 32_768, 32_768));
        setup.bound = 0;
        setup.start = Start.Zero;
        _refuse(abi.encodeWithSelector(DirectTerms.WrongHashCount.selector, 1, 0));
    }

    function test_register_refusesLayers() external {
        _layers();
        _accept("layers");
        setup.layers[1].inputs = 41;
        _refuse(abi.encodeWithSelector(DirectTerms.LayersUnconnected.selector, 1, 41, 40));
        _layers();
        setup.layers[0].inputs = 0;
        _refuse(abi.encodeWithSelector(DirectTerms.EmptyLayer.selector, 0));
        _layers();
        setup.layers[1].outputs = 0;
        _refuse(abi.encodeWithSelector(DirectTerms.EmptyLayer.selector, 1));
        _layers();
        setup.layers[1].biasMultiplier = 0;
        _refuse(abi.encodeWithSelector(DirectTerms.ZeroBiasMultiplier.selector, 1));
        _layers();
        setup.layers[0].shift = 0;
        _refuse(abi.encodeWithSelector(DirectTerms.InvalidLayerShift.selector, 0, 0));
        _layers();
        setup.layers[1].shift = 1;
        _refuse(abi.encodeWithSelector(DirectTerms.InvalidLayerShift.selector, 1, 1));
        _layers();
        setup.layers[0].inputs = 15;
        _refuse(abi.encodeWithSelector(DirectTerms.LayersMismatch.selector, 968, 1008));
    }

    function test_register_refusesOutputs() external {
        _layers();
        setup.outputKind = OutputKind.Logistic;
        _refuse(abi.encodeWithSelector(DirectTerms.InvalidOutputs.selector, 8, 1));
        setup.outputKind = OutputKind.MultiLabel;
        terms.dimension = 40 * 257 + 257;
        terms.shardSize = terms.dimension;
        setup.tensors[0].length = terms.dimension;
        delete setup.layers;
        setup.layers.push(Layer(40, 257, 1, 0));
        _refuse(abi.encodeWithSelector(DirectTerms.InvalidOutputs.selector, 257, 256));
        setup.outputKind = OutputKind.Softmax;
        _accept();
    }

    function test_register_refusesOutputsThatCouldOverflow() external {
        _layers();
        uint256 accumulator = (40 * 255 + 1) << 15;
        int256 most = type(int256).max / int256(accumulator);
        setup.outputMultiplier = most;
        _accept("most");
        setup.outputMultiplier = -most;
        _accept("least");
        setup.outputMultiplier = most + 1;
        _refuse(abi.encodeWithSelector(DirectTerms.OutputOverflow.selector, accumulator));
        setup.outputMultiplier = most;
        setup.outputOffset = type(int256).min;
        _refuse(abi.encodeWithSelector(DirectTerms.OutputOverflow.selector, accumulator));
        setup.outputMultiplier = type(int256).min;
        setup.outputOffset = 0;
        _refuse(abi.encodeWithSelector(DirectTerms.OutputOverflow.selector, accumulator));
    }

    function test_register_refusesTransactionsThatWouldNotFit() external {
        _size(262_144, 4); // 8 · 131,072 bytes
        _refusePartially(IAggregatorErrors.AggregateTooLong.selector);
        terms.laneBits = 32;
        terms.cohortSize = 1;
        _size(100_000, 1); // 12,500 words
        _refusePartially(IAggregatorErrors.AggregateTooLong.selector);
        // One member of sixteen shards: shard by shard, but not all at once under a commitment.
        terms.laneBits = 16;
        terms.rounds = 1;
        _size(262_144, 8);
        terms.shardSize = 16_384;
        terms.shardsPerMember = 16;
        _accept("shard by shard");
        terms.commitSeconds = 60;
        _refusePartially(DirectTerms.SubmitTooLong.selector);
    }

    function test_register_refusesSetupsThatAreNone() external {
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.MalformedSetup.selector, 0));
        aggregator.register("id", terms, "");
        bytes memory encoded = abi.encode(setup);
        assembly ("memory-safe") {
            mstore(encoded, sub(mload(encoded), 32))
        }
        vm.expectRevert(abi.encodeWithSelector(IAggregatorErrors.MalformedSetup.selector, encoded.length));
        aggregator.register("id", terms, encoded);
        vm.expectRevert(abi.encodeWithSelector(IDirectAggregator.SetupTooLarge.selector, 24_576, 24_575));
        aggregator.register("id", terms, new bytes(24_576));
    }

    function _size(uint256 dimension, uint256 bits) private {
        terms.dimension = uint32(dimension);
        terms.shardSize = uint32(dimension);
        terms.bits = uint8(bits);
        setup.tensors[0].length = uint32(dimension);
    }

    /// @dev 16-40-8: 40 · 17 + 8 · 41 = 1,008 parameters.
    function _layers() private {
        delete setup.layers;
        setup.layers.push(Layer(16, 40, 1, 4));
        setup.layers.push(Layer(40, 8, 1, 0));
        terms.dimension = 1008;
        terms.shardSize = 1008;
        setup.tensors[0].length = 1008;
    }

    function _accept() private {
        _accept("id");
    }

    function _accept(bytes32 id) private {
        aggregator.register(id, terms, abi.encode(setup));
    }

    function _refuse(bytes memory reason) private {
        bytes memory encoded = abi.encode(setup);
        vm.expectRevert(reason);
        aggregator.register("id", terms, encoded);
    }

    function _refusePartially(bytes4 selector) private {
        bytes memory encoded = abi.encode(setup);
        vm.expectPartialRevert(selector);
        aggregator.register("id", terms, encoded);
    }
}
