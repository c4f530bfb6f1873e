// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ForgingAggregator
/// @notice An aggregator for the tests of clients: it runs an honest one's code in all but its answers, which are forged.
///         So hashes, logs and words of the model are what they should be.
contract ForgingAggregator {
    address private immutable HONEST;

    constructor(address honest) {
        HONEST = honest;
    }

    fallback(bytes calldata input) external returns (bytes memory) {
        int256[] memory outputs = new int256[](1);
        outputs[0] = 12_345e15;
        if (msg.sig == bytes4(keccak256("classifyWith(bytes32,bytes,bytes)"))) return abi.encode(uint256(1), outputs);
        if (msg.sig == bytes4(keccak256("classifyAt(bytes32,uint32,bytes)"))) return abi.encode(uint256(1), outputs);
        (bool isDone, bytes memory output) = HONEST.delegatecall(input);
        if (isDone) return output;
        assembly ("memory-safe") {
            revert(add(output, 32), mload(output))
        }
    }
}
