// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederation } from "../../src/interfaces/IFederation.sol";
import { Phase, Round } from "../../src/types/Round.sol";
import { Terms } from "../../src/types/Terms.sol";
import { FederationFixture } from "../federation/FederationFixture.sol";
import { HostileModule } from "../mocks/HostileModule.sol";

/// @title FederationHandler
/// @notice Random people doing random things to two federations of one core, and an account of what they paid and got.
/// @dev Federation 0 samples its cohort and has a challenge window; federation 1 has commitments, rotating shards and a
///      judge. Some members send faulty updates, and watchers challenge what they see.
contract FederationHandler is FederationFixture {
    uint256 public constant FEDERATIONS = 2;
    uint256 private constant PEOPLE = 8;
    uint128 private constant SEAL_PAY = 1009;

    bytes32[2] public ids;
    uint256[2] public taken;
    uint256[2] public paid;
    uint256[2] public burned;
    /// @dev Stakes that people put in and have neither got back nor lost by proof.
    mapping(uint256 federation => mapping(address => uint256)) public stakeDue;
    uint256[2] private _lastMoment;
    bool public hasRegressed;

    function setUp() public override {
        super.setUp();
        Terms memory terms = defaultTerms();
        terms.cohortSize = 3;
        terms.challengeSeconds = 60;
        terms.rounds = 6;
        terms.sealPay = SEAL_PAY;
        ids[0] = create(terms);
        terms = defaultTerms();
        terms.commitSeconds = 40;
        terms.shardsPerMember = 1;
        terms.cohortSize = 8;
        terms.rounds = 6;
        terms.judge = address(new HostileModule());
        ids[1] = create(terms);
        (taken[0], taken[1]) = (BOUNTY + SEAL_PAY, BOUNTY);
        for (uint256 f; f < FEDERATIONS; ++f) {
            core.initialise(ids[f], 0, "");
            for (uint256 i; i < 4; ++i) {
                admit(f, person(i));
            }
        }
    }

    // --- What strangers and members may try ---

    function initialise(uint256 f) external watched {
        core.initialise(ids[f % 2], 0, "");
    }

    function joinOne(uint256 f, uint256 who) external watched {
        admit(f % 2, person(who % PEOPLE));
    }

    function leave(uint256 f, uint256 who) external watched {
        f %= 2;
        address member = person(who % PEOPLE);
        uint256 before = token.balanceOf(member);
        vm.prank(member);
        core.leave(ids[f]);
        account_(f, member, token.balanceOf(member) - before);
    }

    function open(uint256 f) external watched {
        core.open(ids[f % 2]);
    }

    function draw(uint256 f, uint256 blocks) external watched {
        bytes32 id = ids[f % 2];
        mine(blocks % 300);
        core.draw(id, core.roundOf(id).number);
    }

    function commitOne(uint256 f, uint256 who) external watched {
        commitAs(ids[f % 2], person(who % PEOPLE));
    }

    function submitOne(uint256 f, uint256 who) external watched {
        submitAs(ids[f % 2], person(who % PEOPLE));
    }

    /// @dev The next step that the federation waits for, members acting where `mask` says so: keeps campaigns moving.
    function step(uint256 f, uint256 mask) external watched {
        f %= 2;
        bytes32 id = ids[f];
        Phase now_ = phase(id);
        if (now_ == Phase.Commit || now_ == Phase.Submit) actMany(id, mask | (mask >> 64));
        else if (now_ != Phase.Finished) takeStep(f, core.roundOf(id).number);
    }

    function challenge(uint256 f, uint256 position) external watched {
        f %= 2;
        bytes32 id = ids[f];
        Round memory round = core.roundOf(id);
        position %= round.cohort;
        address member = core.cohortOf(id)[position];
        bytes memory proof = payloadOf(id, member, round.number, shardAt(core.termsOf(id), position, round.number, 0));
        bytes32 commitment = keccak256(
            abi.encode(stranger, id, round.number, uint16(position), uint16(0), keccak256(proof), bytes32(0))
        );
        vm.prank(stranger);
        core.bindChallenge(commitment);
        mine(1);
        vm.prank(stranger);
        core.challenge(id, round.number, uint16(position), 0, proof, 0);
        stakeDue[f][member] = 0;
    }

    function aggregate(uint256 f, uint256 shard, uint256 who) external watched {
        bytes32 id = ids[f % 2];
        shard %= 2;
        address keeper = who % 2 == 0 ? address(0) : person(who % PEOPLE);
        aggregateShard(id, uint16(shard), keeper);
    }

    function close(uint256 f) external watched {
        bytes32 id = ids[f % 2];
        core.close(id, core.roundOf(id).number);
    }

    function settle(uint256 f) external watched {
        bytes32 id = ids[f % 2];
        core.settle(id, core.roundOf(id).number);
    }

    /// @dev Some of the pieces that are missing, or all.
    function seal(uint256 f, uint256 who, uint256 count) external watched {
        bytes32 id = ids[f % 2];
        (,,, uint256 done, uint256 total) = core.sealingOf(id);
        vm.prank(person(who % PEOPLE));
        core.seal(id, 0, done, 1 + count % (total - done), "");
    }

    function vote(uint256 f, uint256 who) external watched {
        bytes32 id = ids[f % 2];
        uint32 round = core.roundOf(id).number;
        vm.prank(person(who % PEOPLE));
        core.voteToEnd(id, round);
    }

    function claim(uint256 f, uint256 who) external watched {
        claimAs(f % 2, person(who % PEOPLE));
    }

    function abandon(uint256 f) external watched {
        core.abandon(ids[f % 2]);
    }

    function pass(uint256 seconds_) external watched {
        skip(seconds_ % 120);
        mine(1);
    }

    function passLong(uint256 seconds_) external watched {
        if (seconds_ % 8 == 0) skip(seconds_ % 9000);
    }

    // --- What an honest keeper can always do ---

    /// @dev Brings a federation to its next round or to its finish, after anything that the others did.
    function advance(uint256 f) public {
        bytes32 id = ids[f];
        uint32 round = core.roundOf(id).number;
        if (!core.statusOf(id).isInitialised && !core.statusOf(id).isFinished) core.initialise(id, 0, "");
        for (uint256 steps; steps < 12; ++steps) {
            if (phase(id) == Phase.Finished || core.roundOf(id).number > round) return;
            takeStep(f, round);
        }
        revert("no way to the next round");
    }

    /// @dev A stranger seals what is missing of a model that has finished, as long as that is paid for.
    function sealRest(uint256 f) external {
        if (core.statusOf(ids[f]).sealPot == 0) return;
        (,,, uint256 done, uint256 total) = core.sealingOf(ids[f]);
        vm.prank(stranger);
        core.seal(ids[f], 0, done, total - done, "");
    }

    /// @dev Everyone claims what they are owed.
    function claimAll(uint256 f) external {
        for (uint256 i; i < PEOPLE; ++i) {
            claimAs(f, person(i));
        }
        for (uint256 i; i < 3; ++i) {
            claimAs(f, person(100 + i));
        }
        claimAs(f, creator);
        claimAs(f, stranger);
        claimAs(f, address(this));
    }

    function people() external pure returns (uint256) {
        return PEOPLE;
    }

    function personAt(uint256 i) external pure returns (address) {
        return person(i);
    }

    function coreAddress() external view returns (address) {
        return address(core);
    }

    function held() external view returns (uint256) {
        return token.balanceOf(address(core));
    }

    function accounts() external view returns (address[] memory list) {
        list = new address[](PEOPLE + 7);
        for (uint256 i; i < PEOPLE; ++i) {
            list[i] = person(i);
        }
        for (uint256 i; i < 3; ++i) {
            list[PEOPLE + i] = person(100 + i);
        }
        (list[PEOPLE + 3], list[PEOPLE + 4], list[PEOPLE + 5]) = (creator, stranger, address(this));
        list[PEOPLE + 6] = BURNED;
    }

    // --- Inside ---

    function admit(uint256 f, address member) private {
        join(ids[f], member);
        taken[f] += STAKE;
        stakeDue[f][member] = STAKE;
    }

    modifier watched() {
        _;
        for (uint256 f; f < FEDERATIONS; ++f) {
            uint256 moment = uint256(core.roundOf(ids[f]).number) * 16 + uint256(phase(ids[f]));
            if (core.statusOf(ids[f]).isFinished) moment = type(uint256).max;
            if (moment < _lastMoment[f]) hasRegressed = true;
            _lastMoment[f] = moment;
        }
    }

    /// @dev What a keeper does in the present phase; where only time is missing, it waits.
    function takeStep(uint256 f, uint32 round) private {
        bytes32 id = ids[f];
        Phase now_ = phase(id);
        if (now_ == Phase.Joining) {
            openWithNewcomers(f);
        } else if (now_ == Phase.Draw) {
            if (vm.getBlockNumber() <= core.roundOf(id).seedBlock) mine(2);
            core.draw(id, round);
        } else if (now_ == Phase.Aggregate) {
            skip(50);
            aggregateShard(id, (core.roundOf(id).shards & 1 == 0) ? 0 : 1, stranger);
        } else if (now_ == Phase.Settle) {
            vm.prank(stranger);
            core.settle(id, round);
        } else if (now_ == Phase.Close) {
            vm.prank(stranger);
            core.close(id, round);
        } else {
            (, uint256 endsAt) = core.phaseOf(id);
            vm.warp(endsAt);
        }
    }

    function actMany(bytes32 id, uint256 mask) private {
        address[] memory cohort = core.cohortOf(id);
        Round memory round = core.roundOf(id);
        bool isCommit = phase(id) == Phase.Commit;
        for (uint256 p; p < cohort.length; ++p) {
            if ((mask >> p) & 1 == 0) continue;
            bool hasCommitted = (round.committed >> p) & 1 == 1;
            bool isLast = phase(id) != (isCommit ? Phase.Commit : Phase.Submit);
            if (isLast) return;
            if (isCommit) {
                if (!hasCommitted) commitAs(id, cohort[p]);
            } else if ((round.submitted >> p) & 1 == 0 && (hasCommitted || core.termsOf(id).commitSeconds == 0)) {
                submitAs(id, cohort[p]);
            }
        }
    }

    function openWithNewcomers(uint256 f) private {
        bytes32 id = ids[f];
        for (uint256 i; i < 3 && core.statusOf(id).members < 2; ++i) {
            address member = person(100 + i);
            IFederation.Member memory standing = core.memberOf(id, member);
            if (standing.isMember) continue;
            admit(f, member);
        }
        skip(1000);
        core.open(id);
    }

    function commitAs(bytes32 id, address member) private {
        bytes[] memory payloads = payloadsOf(id, member);
        bytes memory hashes;
        for (uint256 k; k < payloads.length; ++k) {
            hashes = bytes.concat(hashes, keccak256(payloads[k]));
        }
        uint32 round = core.roundOf(id).number;
        bytes32 commitment = core.commitmentOf(id, round, member, 0, keccak256(hashes));
        vm.prank(member);
        core.commit(id, round, commitment);
    }

    function submitAs(bytes32 id, address member) private {
        bytes[] memory payloads = payloadsOf(id, member);
        uint32 round = core.roundOf(id).number;
        vm.prank(member);
        core.submit(id, round, 0, payloads, 0, "");
    }

    /// @dev One member in four sends a faulty update in a round: its first byte is −128.
    function payloadOf(bytes32 id, address member, uint256 round, uint256 shard)
        internal
        view
        override
        returns (bytes memory payload)
    {
        payload = super.payloadOf(id, member, round, shard);
        if (uint256(keccak256(abi.encode(member, round))) % 4 == 0) payload[0] = 0x80;
    }

    function claimAs(uint256 f, address member) private {
        uint256 before = token.balanceOf(BURNED);
        vm.prank(member);
        account_(f, member, core.claim(ids[f]));
        burned[f] += token.balanceOf(BURNED) - before;
    }

    /// @dev Records what was paid, and whether the stake is back with its owner: neither held nor owed any more.
    function account_(uint256 f, address member, uint256 amount) private {
        paid[f] += amount;
        IFederation.Member memory standing = core.memberOf(ids[f], member);
        if (standing.stake == 0 && standing.owed == 0 && amount >= STAKE) stakeDue[f][member] = 0;
    }
}
