// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import { ERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import { IERC7597 } from "../../src/interfaces/IERC7597.sol";

/// @title SignedToken
/// @notice A token with permits of both kinds: by ERC-2612, and by ERC-7597 with signatures of any account.
contract SignedToken is ERC20Permit, IERC7597 {
    error NotSigned(address owner);

    constructor() ERC20("Signed", "SIGNED") ERC20Permit("Signed") { }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature)
        external
    {
        bytes32 hash = permitHash(owner, spender, value, deadline);
        if (!SignatureChecker.isValidSignatureNow(owner, hash, signature)) revert NotSigned(owner);
        _useNonce(owner);
        _approve(owner, spender, value);
    }

    function permitHash(address owner, address spender, uint256 value, uint256 deadline) public view returns (bytes32) {
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        return _hashTypedDataV4(keccak256(abi.encode(kind, owner, spender, value, nonces(owner), deadline)));
    }
}
