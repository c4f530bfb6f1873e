// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a hostile module does when called.
enum Conduct {
    Agrees, //             answers with the word 1, then with 0
    RevertsBare,
    RevertsWithMegabyte,
    AnswersMegabyte, //    the word 1, then a megabyte
    AnswersNothing,
    AnswersTwo, //         neither true nor false
    AnswersAsTold, //      bytes set beforehand
    BurnsGas,
    Reenters //            calls the core; reverts if that was let through
}

/// @title HostileModule
/// @notice Aggregator, gate and judge in one, misbehaving by selector as told.
contract HostileModule {
    error LetThrough();

    mapping(bytes4 selector => Conduct) public conducts;
    mapping(bytes4 selector => bytes) public answers;
    address public target;
    bytes public reentry;
    bytes public refusal;

    function set(bytes4 selector, Conduct conduct) external {
        conducts[selector] = conduct;
    }

    function tell(bytes4 selector, bytes calldata answer) external {
        conducts[selector] = Conduct.AnswersAsTold;
        answers[selector] = answer;
    }

    function reenter(bytes4 selector, address target_, bytes calldata reentry_) external {
        conducts[selector] = Conduct.Reenters;
        target = target_;
        reentry = reentry_;
    }

    fallback() external {
        Conduct conduct = conducts[msg.sig];
        if (conduct == Conduct.RevertsBare) {
            assembly {
                revert(0, 0)
            }
        }
        if (conduct == Conduct.RevertsWithMegabyte) {
            assembly {
                mstore(0, not(0))
                revert(0, 1048576)
            }
        }
        if (conduct == Conduct.AnswersNothing) {
            assembly {
                return(0, 0)
            }
        }
        if (conduct == Conduct.AnswersAsTold) {
            bytes memory answer = answers[msg.sig];
            assembly {
                return(add(answer, 32), mload(answer))
            }
        }
        if (conduct == Conduct.BurnsGas) {
            assembly {
                invalid()
            }
        }
        if (conduct == Conduct.Reenters) {
            (bool success, bytes memory reason) = target.call(reentry);
            if (success) revert LetThrough();
            refusal = reason;
        }
        uint256 word = conduct == Conduct.AnswersTwo ? 2 : 1;
        uint256 size = conduct == Conduct.AnswersMegabyte ? 1048576 : 64;
        assembly {
            mstore(0, word)
            mstore(32, 0)
            return(0, size)
        }
    }
}
