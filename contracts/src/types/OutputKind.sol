// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice How the outputs of a network's last layer become an answer: see `IAggregator.classify`.
enum OutputKind {
    Softmax,
    Logistic,
    MultiLabel,
    Linear
}
