// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Wallet
/// @notice An account that is a contract: it accepts as its signature what it was told (ERC-1271), and calls what it is told.
contract Wallet {
    mapping(bytes32 hash => bytes32 signatureHash) private _signed;

    function sign(bytes32 hash, bytes calldata signature) external {
        _signed[hash] = keccak256(signature);
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return _signed[hash] == keccak256(signature) ? this.isValidSignature.selector : bytes4(0);
    }

    function call(address target, bytes calldata input) external returns (bytes memory answer) {
        bool success;
        (success, answer) = target.call(input);
        if (success) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
