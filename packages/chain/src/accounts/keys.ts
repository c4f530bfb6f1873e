/**
 * Accounts: from a private key, from the environment, and the public ones of a local chain.
 *
 * @example
 * ```ts
 * import { accountFromEnvironment, accountFromPrivateKey, refuseTestAccounts, testAccounts } from '@tutti/chain'
 *
 * const key = `0x${'11'.repeat(32)}`
 * accountFromPrivateKey(key).address === accountFromEnvironment({ TUTTI_PRIVATE_KEY: key })?.address // → true
 * const [first] = testAccounts(1)
 * first?.address // → '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
 * refuseTestAccounts(first!.address, 1) // throws TestAccountRefusedError
 * ```
 */

import { type Address, type Hex, hexToBytes, isHex, type LocalAccount, size } from 'viem'
import { HDKey, hdKeyToAccount, privateKeyToAccount } from 'viem/accounts'
import { localChainId } from '../client/client.ts'
import { ChainError } from '../client/errors.ts'

/** How many of the test mnemonic's accounts {@link refuseTestAccounts} knows. */
const knownTestAccounts = 256

/**
 * The account of a private key of 32 bytes, with or without `0x`.
 *
 * @throws {@link InvalidPrivateKeyError}, which never shows the key
 */
export function accountFromPrivateKey(privateKey: string): LocalAccount {
  const trimmed = privateKey.trim()
  const hex = (trimmed.startsWith('0x') ? trimmed : `0x${trimmed}`) as Hex
  if (!isHex(hex) || size(hex) !== 32 || hex.length !== 66) throw new InvalidPrivateKeyError()
  try {
    return privateKeyToAccount(hex)
  } catch {
    throw new InvalidPrivateKeyError()
  }
}

/**
 * The account whose private key stands in an environment variable; undefined if it is not set.
 *
 * @param name - Of the variable, `TUTTI_PRIVATE_KEY` by default.
 */
export function accountFromEnvironment(
  env: Record<string, string | undefined>,
  name = 'TUTTI_PRIVATE_KEY',
): LocalAccount | undefined {
  const key = env[name]
  return key === undefined || key === '' ? undefined : accountFromPrivateKey(key)
}

/** The first `count` accounts of a local chain, starting at `from`. */
export function testAccounts(count: number, from = 0): LocalAccount[] {
  root ??= HDKey.fromMasterSeed(hexToBytes(testSeed))
  return Array.from({ length: count }, (_, index) => hdKeyToAccount(root!, { addressIndex: from + index }))
}

/**
 * Seed of the accounts that anvil and hardhat start with: their mnemonic (`test … junk`) by BIP-39, whose 2,048 rounds of
 * hashing would take a tenth of a second. Everybody knows it: what these accounts get is taken.
 */
const testSeed: Hex =
  '0x9dfc3c64c2f8bede1533b6a79f8570e5943e0b8fd1cf77107adf7b72cef42185d564a3aee24cab43f80e3c4538087d70fc824eabbad596a23c97b6ee8322ccc0'
let root: HDKey | undefined

let testAddresses: Set<string> | undefined

/**
 * Refuses a local chain's public accounts on any other chain, where bots empty them within a block.
 *
 * @throws {@link TestAccountRefusedError}
 */
export function refuseTestAccounts(address: Address, chainId: number): void {
  if (chainId === localChainId) return
  testAddresses ??= new Set(testAccounts(knownTestAccounts).map((account) => account.address.toLowerCase()))
  if (testAddresses.has(address.toLowerCase())) throw new TestAccountRefusedError(address, chainId)
}

/** A private key that is none. */
export class InvalidPrivateKeyError extends ChainError {
  constructor() {
    super('A private key is 32 bytes in hexadecimal, not zero and below the order of secp256k1. Check it.', false)
  }
}

/** An account whose key is public, on a chain where that matters. */
export class TestAccountRefusedError extends ChainError {
  constructor(address: Address, chainId: number) {
    super(
      `Account ${address} has a public key that everybody knows; chain ${chainId} is not local. Use your own.`,
      false,
    )
  }
}
