// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { IFederationErrors } from "../interfaces/IFederationErrors.sol";

/// @title ModuleCall
/// @notice Calls to modules that are not trusted: only a fixed number of bytes of their answer is ever copied.
/// @dev A plain Solidity call copies all return data before it decodes, so that a module could make its caller pay for
///      megabytes of memory. These copy one word, a fixed number of words, or 1,024 bytes of a reason.
///      Modules are checked to have code when a federation is created.
library ModuleCall {
    uint256 private constant REASON_BYTES = 1024;

    /// @notice Calls `module` and ignores what it returns. Reverts as it reverts.
    function execute(address module, bytes memory input) internal {
        bool success;
        // Equivalent to `(success, ) = module.call(input)`, without the copy of the return data.
        assembly ("memory-safe") {
            success := call(gas(), module, 0, add(input, 0x20), mload(input), 0, 0)
        }
        if (!success) _revert(module, input);
    }

    /// @notice Calls `target`, and goes on whether or not it succeeds.
    function attempt(address target, bytes memory input) internal returns (bool success) {
        // Equivalent to `(success, ) = target.call(input)`, without the copy of the return data.
        assembly ("memory-safe") {
            success := call(gas(), target, 0, add(input, 0x20), mload(input), 0, 0)
        }
    }

    /// @notice Runs `code` as this contract's own on `input`, and returns its answer. Reverts as it reverts.
    function delegate(address code, bytes memory input) internal returns (bytes memory answer) {
        bool success;
        // Equivalent to `(success, answer) = code.delegatecall(input)`, without the copy of a reason of any length.
        assembly ("memory-safe") {
            success := delegatecall(gas(), code, add(input, 0x20), mload(input), 0, 0)
        }
        if (!success) _revert(code, input);
        answer = new bytes(_returnSize());
        // `answer` has exactly the size of the return data.
        assembly ("memory-safe") {
            returndatacopy(add(answer, 0x20), 0, mload(answer))
        }
    }

    /// @notice Ends the present call with the answer of `code`, run as this contract's own on the same calldata.
    /// @dev Without the check, a call to an account without code would do nothing and count as success.
    function forwardAsOwn(address code) internal {
        if (code.code.length == 0) revert IFederationErrors.ModuleFailed(code, msg.sig);
        // The call ends here: nothing else uses the memory behind the free pointer.
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, 0, calldatasize())
            let success := delegatecall(gas(), code, start, calldatasize(), 0, 0)
            returndatacopy(start, 0, returndatasize())
            switch success
            case 0 { revert(start, returndatasize()) }
            default { return(start, returndatasize()) }
        }
    }

    /// @notice Calls `module` and returns the first word of its answer. Reverts as it reverts.
    function executeForWord(address module, bytes memory input) internal returns (uint256 word) {
        bool success;
        // Equivalent to `(success, answer) = module.call(input)`, keeping one word of `answer`.
        assembly ("memory-safe") {
            success := call(gas(), module, 0, add(input, 0x20), mload(input), 0, 0x20)
            word := mload(0)
        }
        if (!success) _revert(module, input);
        if (_returnSize() < 32) revert IFederationErrors.ModuleAnswerMalformed(module, bytes4(input), _returnSize());
    }

    /// @notice Calls `module` and returns the first three words of its answer. Reverts as it reverts.
    function executeForThreeWords(address module, bytes memory input)
        internal
        returns (uint256 first, uint256 second, uint256 third)
    {
        bool success;
        // Equivalent to `(success, answer) = module.call(input)`, keeping three words of `answer` behind the free pointer,
        // in memory that is not kept.
        assembly ("memory-safe") {
            let start := mload(0x40)
            success := call(gas(), module, 0, add(input, 0x20), mload(input), start, 0x60)
            first := mload(start)
            second := mload(add(start, 0x20))
            third := mload(add(start, 0x40))
        }
        if (!success) _revert(module, input);
        if (_returnSize() < 96) revert IFederationErrors.ModuleAnswerMalformed(module, bytes4(input), _returnSize());
    }

    /// @notice Calls `module`, which may change nothing, and returns the first two words of its answer. Reverts as it reverts.
    function readTwoWords(address module, bytes memory input) internal view returns (uint256 first, uint256 second) {
        bool success;
        // Equivalent to `(success, answer) = module.staticcall(input)`, keeping two words of `answer` in scratch space.
        assembly ("memory-safe") {
            success := staticcall(gas(), module, add(input, 0x20), mload(input), 0, 0x40)
            first := mload(0)
            second := mload(0x20)
        }
        if (!success) _revert(module, input);
        if (_returnSize() < 64) revert IFederationErrors.ModuleAnswerMalformed(module, bytes4(input), _returnSize());
    }

    /// @notice Asks `module` for three words.
    /// @return isAnswered Whether it succeeded and gave so many; if not, the words mean nothing.
    function tryReadThreeWords(address module, bytes memory input)
        internal
        view
        returns (bool isAnswered, uint256 first, uint256 second, uint256 third)
    {
        // Equivalent to `(success, answer) = module.staticcall(input)`, keeping three words of `answer` behind the free
        // pointer, in memory that is not kept.
        assembly ("memory-safe") {
            let start := mload(0x40)
            isAnswered := staticcall(gas(), module, add(input, 0x20), mload(input), start, 0x60)
            first := mload(start)
            second := mload(add(start, 0x20))
            third := mload(add(start, 0x40))
        }
        isAnswered = isAnswered && _returnSize() >= 96;
    }

    /// @notice Whether `module` answers with a clean `true`. A revert, a short answer and any other word count as false.
    function isTrue(address module, bytes memory input) internal view returns (bool) {
        bool success;
        uint256 word;
        // Equivalent to `(success, answer) = module.staticcall(input)`, keeping one word of `answer`.
        assembly ("memory-safe") {
            success := staticcall(gas(), module, add(input, 0x20), mload(input), 0, 0x20)
            word := mload(0)
        }
        return success && _returnSize() >= 32 && word == 1;
    }

    /// @notice Asks `module`, with `allowance` gas, for `uint256[]` of exactly `length` words.
    /// @return words Empty unless the call succeeded and its answer is `abi.encode` of such an array.
    /// @dev The caller has checked that 64/63 of `allowance` is left (EIP-150), so that a failure is the module's own.
    function tryReadWords(address module, uint256 allowance, bytes memory input, uint256 length)
        internal
        view
        returns (uint256[] memory words)
    {
        bool success;
        uint256 offset;
        uint256 count;
        // Equivalent to `(success, answer) = module.staticcall{ gas: allowance }(input)`, keeping two words of `answer`
        // in scratch space.
        assembly ("memory-safe") {
            success := staticcall(allowance, module, add(input, 0x20), mload(input), 0, 0x40)
            offset := mload(0)
            count := mload(0x20)
        }
        if (!success || offset != 32 || count != length || _returnSize() < 64 + 32 * length) return words;
        words = new uint256[](length);
        // The size was checked above, so the copy stays inside the return data and fills `words` exactly.
        assembly ("memory-safe") {
            returndatacopy(add(words, 0x20), 0x40, mul(length, 0x20))
        }
    }

    /// @notice Ends the present call with the answer that `module` gives to the same calldata.
    /// @dev For views that exist on both sides under one signature: answers are passed through without being decoded.
    function forward(address module) internal view {
        // The call ends here: nothing else uses the memory behind the free pointer.
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, 0, calldatasize())
            let success := staticcall(gas(), module, start, calldatasize(), 0, 0)
            returndatacopy(start, 0, returndatasize())
            switch success
            case 0 { revert(start, returndatasize()) }
            default { return(start, returndatasize()) }
        }
    }

    function _returnSize() private pure returns (uint256 size) {
        assembly ("memory-safe") {
            size := returndatasize()
        }
    }

    /// @dev Passes the module's reason on, cut to 1,024 bytes; says so if there is none.
    function _revert(address module, bytes memory input) private pure {
        uint256 size = _returnSize();
        if (size == 0) revert IFederationErrors.ModuleFailed(module, bytes4(input));
        if (size > REASON_BYTES) size = REASON_BYTES;
        assembly ("memory-safe") {
            let start := mload(0x40)
            returndatacopy(start, 0, size)
            revert(start, size)
        }
    }
}
