// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { DirectSetup, Start, Tensor } from "../../src/types/DirectSetup.sol";
import { Terms } from "../../src/types/Terms.sol";
import { DirectFederationFixture } from "../integration/DirectFederationFixture.sol";

/// @notice A contract that asks: what its question costs, nothing of the model touched before in the transaction.
contract Asker {
    error Unanswered();

    /// @param question Calldata for the core.
    function ask(address core, bytes memory question) external view returns (uint256 used) {
        bool success;
        // Without what this contract's own code would add, which is compiled without optimizer.
        assembly ("memory-safe") {
            used := gas()
            success := staticcall(gas(), core, add(question, 0x20), mload(question), 0, 0)
            used := sub(used, gas())
        }
        if (!success) revert Unanswered();
    }
}

/// @title Gas of a start, a seal and a question
/// @dev Isolated as of `RoundGas`. A seeded start has words without an order, of which few bytes are zero.
abstract contract DirectStartGas is DirectFederationFixture {
    /// @dev The call of a core that nothing in the transaction has touched: no part of the figures, which are the core's own.
    uint256 private constant COLD_CALL = 2_800;
    /// @dev Of the class besides the outputs.
    uint256 private constant CLASS = 800;

    bytes32 internal id;
    Asker private _asker;
    uint256 private _inputs;

    function prepare(uint256[] memory sizes) internal {
        super.setUp();
        _asker = new Asker();
        _inputs = sizes[0];
        uint256 dimension = parametersOf(sizes);
        Terms memory terms = federationTerms(16, 2, dimension, 8);
        DirectSetup memory setup = withLayers(plainSetup(dimension), sizes);
        setup.start = Start.Seeded;
        setup.seed = keccak256("seed");
        setup.tensors = new Tensor[](4);
        setup.tensors[0] = Tensor(uint32(sizes[0] * sizes[1]), 120);
        setup.tensors[1] = Tensor(uint32(sizes[1]), 0);
        setup.tensors[2] = Tensor(uint32(sizes[1] * sizes[2]), 250);
        setup.tensors[3] = Tensor(uint32(sizes[2]), 0);
        bytes memory encoded = abi.encode(setup);
        terms.setupHash = keccak256(encoded);
        token.mint(address(this), terms.bounty);
        token.approve(address(core), terms.bounty);
        id = core.create(terms, MANIFEST, encoded);
    }

    function checkStart(string memory name, uint256 limit) internal {
        core.initialise(id, 0, "");
        assertLe(vm.snapshotGasLastCall("DirectAggregator", string.concat("start.", name)), limit);
    }

    function checkSeal(string memory name, uint256 limit) internal {
        core.initialise(id, 0, "");
        bytes memory words = modelWords(id, 0);
        core.seal(id, 0, 0, (words.length / 32 + 766) / 767, words);
        uint256 measured = vm.snapshotGasLastCall("DirectAggregator", string.concat("seal.", name));
        assertLe(measured, limit);
        assertGe(measured, 21_000 + 40 * words.length, "above the floor of EIP-7623");
    }

    function checkQuestion(string memory name, uint256 limit) internal {
        core.initialise(id, 0, "");
        bytes memory words = modelWords(id, 0);
        core.seal(id, 0, 0, (words.length / 32 + 766) / 767, words);
        bytes memory input = new bytes(_inputs);
        for (uint256 i; i < input.length; ++i) {
            input[i] = bytes1(uint8(i * i + 1));
        }
        uint256 gas = _asker.ask(address(core), abi.encodeCall(core.classify, (id, input)));
        vm.snapshotValue("DirectAggregator", string.concat("classify.", name), gas);
        assertLe(gas, limit + COLD_CALL + CLASS);
        gas = _asker.ask(address(core), abi.encodeCall(core.predict, (id, input)));
        vm.snapshotValue("DirectAggregator", string.concat("predict.", name), gas);
        assertLe(gas, limit + COLD_CALL);
        core.predictWith(id, words, input);
        gas = vm.snapshotGasLastCall("DirectAggregator", string.concat("predictWith.", name));
    }
}

/// @notice 64-32-10, one piece.
contract DigitsStartGasTest is DirectStartGas {
    function setUp() public override {
        prepare(sizesOf(64, 32, 10));
    }

    /// forge-config: default.isolate = true
    function test_start_costsAtMostAQuarterOfAMillion() external {
        checkStart("64-32-10", 250_000);
    }

    /// forge-config: default.isolate = true
    function test_seal_costsAtMostOnePointTwoFiveMillion() external {
        checkSeal("64-32-10", 1_250_000);
    }

    /// forge-config: default.isolate = true
    function test_question_costsAtMost42000() external {
        checkQuestion("64-32-10", 42_000);
    }
}

/// @notice 784-32-10, three pieces.
contract LargeStartGasTest is DirectStartGas {
    function setUp() public override {
        prepare(sizesOf(784, 32, 10));
    }

    /// forge-config: default.isolate = true
    function test_start_costsAtMostTwoMillion() external {
        checkStart("784-32-10", 2_000_000);
    }

    /// forge-config: default.isolate = true
    function test_seal_costsAtMostElevenAndAHalfMillion() external {
        checkSeal("784-32-10", 11_500_000);
    }

    /// forge-config: default.isolate = true
    function test_question_costsAtMost185000() external {
        checkQuestion("784-32-10", 185_000);
    }
}
