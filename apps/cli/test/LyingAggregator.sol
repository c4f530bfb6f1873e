// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title LyingAggregator
/// @notice An aggregator for the tests of clients: it takes up any federation, and whatever it is asked it answers "yes".
contract LyingAggregator {
    fallback(bytes calldata) external returns (bytes memory) {
        int256[] memory outputs = new int256[](1);
        outputs[0] = 12_345e15;
        if (msg.sig == bytes4(keccak256("classifyAt(bytes32,uint32,bytes)"))) return abi.encode(uint256(1), outputs);
        if (msg.sig == bytes4(keccak256("sealingOf(bytes32)"))) return abi.encode(true, 1, 1, uint256(1), uint256(1));
        return abi.encode(uint256(1));
    }
}
