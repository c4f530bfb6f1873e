// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { Terms } from "../../src/types/Terms.sol";
import { BlobFederationFixture } from "../integration/BlobFederationFixture.sol";

/// @title BlobGasFixture
/// @notice Gas of whole transactions: what is intrinsic, calldata and execution; the blobs' own fee apart.
/// @dev Six blobs a member, of which the points of the vectors take turns. What comes before a measured call is played
///      in `setUp`, so that storage has its values from an earlier transaction; accounts and slots are cold.
abstract contract BlobGasFixture is BlobFederationFixture {
    uint256 internal constant BLOBS = 6;
    string internal constant GROUP = "BlobAggregator";

    function setUp() public virtual override {
        super.setUp();
        readPoints();
    }

    function terms(uint256 members, bytes32 salt) internal view returns (Terms memory given) {
        given = paid(blobTerms());
        given.salt = salt;
        given.dimension = uint32(BLOBS * 40_960);
        given.shardSize = given.dimension;
        given.shardsPerMember = 1;
        given.cohortSize = uint16(members);
        given.rounds = 4;
        given.gains = 1;
    }

    function sendRound(bytes32 id, uint32 round, uint256 members) internal {
        for (uint256 m; m < members; ++m) {
            send(id, round, person(m), 0, payloadOf(round, m));
        }
    }

    function payloadOf(uint256 round, uint256 member) internal view returns (bytes memory payload) {
        for (uint256 b; b < BLOBS; ++b) {
            payload = bytes.concat(payload, pointHashes[pointAt(round, member, b)]);
        }
    }

    function dataOf(uint256 round, uint256 members) internal view returns (bytes memory data) {
        data = new bytes(members * BLOBS * 96);
        for (uint256 i; i < members * BLOBS; ++i) {
            bytes memory point = pointForms[pointAt(round, i / BLOBS, i % BLOBS)];
            assembly ("memory-safe") {
                mcopy(add(add(data, 0x20), mul(i, 96)), add(point, 0x20), 96)
            }
        }
    }

    /// @dev Calls the core as `caller`, in a transaction of its own as far as gas goes. EIP-7623 for the calldata; refunds
    ///      are not counted.
    function measure(string memory name, address caller, address to, bytes memory input)
        internal
        returns (uint256 gas)
    {
        vm.cool(address(core));
        vm.cool(address(aggregator));
        vm.cool(address(token));
        vm.prank(caller);
        (bool success,) = to.call(input);
        uint256 execution = vm.lastCallGas().gasTotalUsed;
        assertTrue(success, name);
        uint256 tokens;
        for (uint256 i; i < input.length; ++i) {
            tokens += input[i] == 0 ? 1 : 4;
        }
        uint256 standard = 4 * tokens + execution;
        gas = 21_000 + (standard > 10 * tokens ? standard : 10 * tokens);
        vm.snapshotValue(GROUP, name, gas);
    }

    function measureSubmit(string memory name, bytes32 id, uint32 round, uint256 member) internal returns (uint256) {
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = payloadOf(round, member);
        carry(payloads[0]);
        bytes memory input = abi.encodeCall(core.submit, (id, round, 0, payloads, "", ""));
        return measure(name, person(member), address(core), input);
    }

    function measureAggregate(string memory name, bytes32 id, uint32 round, uint256 members)
        internal
        returns (uint256)
    {
        waitForAggregation(id);
        bytes memory input = abi.encodeCall(core.aggregate, (id, round, 0, dataOf(round, members)));
        return measure(name, account("keeper"), address(core), input);
    }

    /// @dev Infinity is left out: it is cheaper than any blob that somebody trained.
    function pointAt(uint256 round, uint256 member, uint256 blob) internal view returns (uint256) {
        return 1 + (round + member + blob) % (pointForms.length - 1);
    }
}

/// @notice First times: slots go from zero to non-zero.
/// forge-config: default.evm_version = "osaka"
contract BlobGasFirstTest is BlobGasFixture {
    /// @dev Most gas of a transaction: 2^24 (EIP-7825).
    uint256 private constant TRANSACTION_GAS = 16_777_216;

    bytes32 private fresh; //  nobody has sent
    bytes32 private id; //     somebody has
    bytes32 private largest;
    bytes32 private faulty;
    bytes private proof;

    function setUp() public override {
        super.setUp();
        fresh = open(terms(4, "fresh"));
        id = open(terms(4, "first"));
        send(id, 0, person(0), 0, payloadOf(0, 0));
        // 226 members with six blobs each are the most that `BlobTerms` lets through.
        largest = open(terms(226, "largest"));
        sendRound(largest, 0, 226);
        faulty = open(paid(openedTerms()));
        for (uint256 m; m < 3; ++m) {
            send(faulty, 0, person(m), 0, abi.encode(wordAt("openings", m == 2 ? 0 : 10, "versionedHash")));
        }
        proof = encode(openingAt(0));
        vm.prank(account("watcher"));
        core.bindChallenge(bindingOf(account("watcher")));
        vm.roll(vm.getBlockNumber() + 1);
        skip(1);
    }

    function test_bytecode_isBelowTheLimitOfEIP170() external {
        uint256 size = address(aggregator).code.length;
        vm.snapshotValue(GROUP, "runtime bytes", size);
        assertLt(size, 24_576);
    }

    function test_submit_theFirstTime() external {
        uint256 gas = measureSubmit("submit of 6 blobs, first time", id, 0, 1);
        vm.snapshotValue(GROUP, "submit, a blob, first time", gas / BLOBS);
        assertLe(gas, 18_000 * BLOBS);
    }

    function test_submit_theFirstTimeAndTheFirstOfTheRound() external {
        uint256 gas = measureSubmit("submit of 6 blobs, first time, first of the round", fresh, 0, 1);
        assertLe(gas, 18_000 * BLOBS);
    }

    function test_aggregate_ofTheLargestRoundFitsATransaction() external {
        uint256 gas = measureAggregate("aggregate of 6 blobs, 226 members, first time", largest, 0, 226);
        assertLt(gas, TRANSACTION_GAS);
    }

    function test_challenge_ofAFault() external {
        bytes memory input = abi.encodeCall(core.challenge, (faulty, 0, 2, 0, proof, "salt"));
        uint256 gas = measure("challenge", account("watcher"), address(core), input);
        // Only the round itself has used slots before, nobody is owed anything yet, and no refund is counted.
        assertLe(gas, 200_000);
        assertEq(core.roundOf(faulty).submitted, 3);
    }

    function test_bindChallenge() external {
        bytes memory input = abi.encodeCall(core.bindChallenge, (bindingOf(account("other"))));
        measure("bind a challenge", account("other"), address(core), input);
    }

    function bindingOf(address watcher) private view returns (bytes32) {
        return
            keccak256(
                abi.encode(watcher, faulty, uint256(0), uint256(2), uint256(0), keccak256(proof), bytes32("salt"))
            );
    }
}

/// @notice Steady rounds: every slot is in use already.
/// forge-config: default.evm_version = "osaka"
contract BlobGasLaterTest is BlobGasFixture {
    /// @dev Three slots a blob, non-zero to non-zero (EIP-2929), and the round of the shard.
    uint256 private constant RESULT_GAS = BLOBS * 3 * 5_000 + 5_000;

    bytes32 private quiet; //    nobody has sent in this round
    bytes32 private sending; //  somebody has
    bytes32 private almost; //   all but one have
    bytes32 private halves; //   a model of two shards
    bytes32 private few; //      of two shards, all of 4 members' sent
    bytes32 private many; //     of two shards, all of 16 members' sent
    bytes32 private four;
    bytes32 private sixteen;

    function setUp() public override {
        super.setUp();
        quiet = open(terms(4, "quiet"));
        sending = open(terms(4, "sending"));
        almost = open(terms(4, "almost"));
        halves = open(halvesTerms(4, "halves"));
        few = open(halvesTerms(4, "few"));
        many = open(halvesTerms(16, "many"));
        four = open(terms(4, "four"));
        sixteen = open(terms(16, "sixteen"));
        for (uint32 round; round < 2; ++round) {
            sendRound(quiet, round, 4);
            sendRound(sending, round, 4);
            sendRound(almost, round, 4);
            sendRound(four, round, 4);
            sendHalves(halves, round, 4);
            sendHalves(few, round, 4);
            sendHalves(many, round, 16);
            sendRound(sixteen, round, 16);
            waitForAggregation(sixteen);
            core.aggregate(quiet, round, 0, dataOf(round, 4));
            core.aggregate(sending, round, 0, dataOf(round, 4));
            core.aggregate(almost, round, 0, dataOf(round, 4));
            for (uint16 shard; shard < 2; ++shard) {
                core.aggregate(halves, round, shard, dataOf(round, 4));
                core.aggregate(few, round, shard, dataOf(round, 4));
                core.aggregate(many, round, shard, dataOf(round, 16));
            }
            core.aggregate(four, round, 0, dataOf(round, 4));
            core.aggregate(sixteen, round, 0, dataOf(round, 16));
        }
        send(sending, 2, person(0), 0, payloadOf(2, 0));
        sendRound(almost, 2, 3);
        send(halves, 2, person(0), 0, payloadOf(2, 0));
        sendHalves(few, 2, 4);
        sendHalves(many, 2, 16);
        sendRound(four, 2, 4);
        sendRound(sixteen, 2, 16);
    }

    function halvesTerms(uint256 members, bytes32 salt) private view returns (Terms memory given) {
        given = terms(members, salt);
        given.dimension *= 2;
        given.shardsPerMember = 2;
    }

    function sendHalves(bytes32 id, uint32 round, uint256 members) private {
        for (uint256 m; m < members; ++m) {
            send(id, round, person(m), 0, payloadOf(round, m));
            send(id, round, person(m), 1, payloadOf(round, m));
        }
    }

    function test_submit_later() external {
        uint256 gas = measureSubmit("submit of 6 blobs, later rounds", sending, 2, 1);
        vm.snapshotValue(GROUP, "submit, a blob, later rounds", gas / BLOBS);
        // Six cold slots read and two of them written; what is left is intrinsic, calldata and the log.
        assertLe(gas, 10_000 * BLOBS);
    }

    function test_submit_laterAndTheFirstOfTheRound() external {
        uint256 gas = measureSubmit("submit of 6 blobs, later rounds, first of the round", quiet, 2, 1);
        assertLe(gas, 10_000 * BLOBS);
    }

    /// @dev Ends the submission phase early, which `missing` records.
    function test_submit_laterAndTheLastOfTheRound() external {
        uint256 gas = measureSubmit("submit of 6 blobs, later rounds, last of the round", almost, 2, 3);
        assertLe(gas, 10_000 * BLOBS);
    }

    /// @dev A model of two shards, and a member that has one more to send.
    function test_submit_laterAndNotTheLastShard() external {
        uint256 gas = measureSubmit("submit of 6 blobs, later rounds, first of two shards", halves, 2, 1);
        assertLe(gas, 10_000 * BLOBS);
    }

    /// @dev The shard that ends its round: pays the members, closes the round and opens the next.
    function test_aggregate_laterAndSettle() external {
        uint256 ofFour = measureAggregate("aggregate of 6 blobs, 4 members, later rounds", four, 2, 4) - RESULT_GAS;
        uint256 ofSixteen =
            measureAggregate("aggregate of 6 blobs, 16 members, later rounds", sixteen, 2, 16) - RESULT_GAS;
        vm.snapshotValue(GROUP, "aggregate, a blob and member of 4, result's storage apart", ofFour / (4 * BLOBS));
        vm.snapshotValue(GROUP, "aggregate, a blob and member of 16, result's storage apart", ofSixteen / (16 * BLOBS));
        vm.snapshotValue(GROUP, "aggregate, a blob of one more member", (ofSixteen - ofFour) / (12 * BLOBS));
        assertLe(ofSixteen / (16 * BLOBS), 7_000);
    }

    /// @dev A shard that ends no round: aggregation alone.
    function test_aggregate_later() external {
        uint256 gas = measureAggregate("aggregate of 6 blobs, 16 members, first of two shards", many, 2, 16);
        uint256 each = (gas - RESULT_GAS) / (16 * BLOBS);
        vm.snapshotValue(GROUP, "aggregate, a blob and member of 16, first of two shards", each);
        assertLe(each, 7_000);
    }

    function test_aggregate_laterOfFour() external {
        uint256 gas = measureAggregate("aggregate of 6 blobs, 4 members, first of two shards", few, 2, 4);
        vm.snapshotValue(
            GROUP, "aggregate, a blob and member of 4, first of two shards", (gas - RESULT_GAS) / (4 * BLOBS)
        );
    }

    function test_checkpoint_ofSixBlobs() external {
        bytes memory model = core.commitments(four, 0);
        bytes32[] memory hashes = new bytes32[](BLOBS);
        for (uint256 b; b < BLOBS; ++b) {
            hashes[b] = hashOf(slice(model, 96 * b, 96));
        }
        vm.blobhashes(hashes);
        bytes memory input = abi.encodeCall(aggregator.checkpoint, (address(core), four, 0));
        measure("checkpoint of 6 blobs", account("keeper"), address(aggregator), input);
    }

    /// @dev Of points other than infinity whose y is not within 2^-128 of (p − 1)/2.
    function hashOf(bytes memory affine) private pure returns (bytes32) {
        bytes memory x = slice(affine, 0, 48);
        bool isGreater = keccak256(affine) != keccak256(new bytes(96))
            && bytes32(slice(affine, 48, 32)) > 0x0d0088f51cbff34d258dd3db21a5d66bb23ba5c279c2895fb39869507b587b12;
        x[0] |= isGreater ? bytes1(0xa0) : bytes1(0x80);
        return bytes32((uint256(1) << 248) | (uint256(sha256(x)) << 8) >> 8);
    }
}
