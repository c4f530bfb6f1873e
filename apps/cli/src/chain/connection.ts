/**
 * How a command reaches a chain and signs: the options that commands share, and the client that they open. A key comes
 * from an encrypted keystore, from the environment, or from the local chain's public test accounts.
 */
import { readFile } from 'node:fs/promises'
import type { ChainClient } from '@tutti/chain'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Address, Hex, LocalAccount } from 'viem'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { parseAtLeastOne, parseCount } from '../terminal/option-values.ts'

/** Where the local chain of `tutti chain` listens. */
export const defaultRpcUrl = 'http://127.0.0.1:8545'

/** What {@link addConnectionOptions} reads. */
export interface ConnectionOptions {
  rpc: string
  core?: Address
  json?: boolean
}

/** What {@link addAccountOptions} reads. */
export interface AccountOptions {
  keystore?: string
  testAccount?: number
  tip?: bigint
  maxFee?: bigint
  confirmations?: number
}

/** Adds `--rpc`, `--core` and `--json`. */
export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(new Option('--rpc <url>', 'the chain to talk to').env('TUTTI_RPC').default(defaultRpcUrl))
    .option('--core <address>', "the Federation contract (default: Tutti's address on every chain)", parseAddress)
    .option('--json', 'print one JSON object')
}

/** Adds `--keystore` and `--test-account`, and how transactions are paid and waited for. */
export function addAccountOptions(command: Command): Command {
  return command
    .option(
      '--keystore <file>',
      'sign with an encrypted keystore (Web3 Secret Storage); its password is asked for, or in TUTTI_PASSWORD',
    )
    .option('--test-account <n>', 'sign with public test account n of the local chain, from 0', parseCount)
    .option(
      '--tip <gwei>',
      'gwei to pay per gas on top of the base fee (default: what the endpoint suggests)',
      parseGwei,
    )
    .option(
      '--max-fee <gwei>',
      'the most gwei to pay per gas, tip included; nothing is sent while the chain asks for more',
      parseGwei,
    )
    .option(
      '--confirmations <n>',
      'blocks until a transaction counts, its own included (default: 3 on Ethereum and its test networks, else 1)',
      parseAtLeastOne,
    )
    .addHelpText(
      'after',
      '\nWithout --keystore and --test-account, the private key is read from the environment: TUTTI_PRIVATE_KEY.',
    )
}

/** A client that only reads. */
export async function openReader(options: ConnectionOptions): Promise<ChainClient> {
  const { connect, deployment } = await import('@tutti/chain')
  const client = await connect({ rpcUrl: options.rpc, core: options.core ?? deployment().core })
  const code = await client.public.getCode({ address: client.core })
  if (code === undefined || code === '0x') {
    throw new CommandError(
      `There is no Federation contract at ${client.core} on chain ${client.chainId}. Deploy it with \`tutti deploy\`, ` +
        'start a local chain that has it with `tutti chain`, or name another with --core.',
      exitCodes.usage,
    )
  }
  return client
}

/** How the options want transactions paid and waited for, as `connect` takes it. */
export function payingOf({ tip, maxFee, confirmations }: AccountOptions) {
  const fees = { ...(tip === undefined ? {} : { tip }), ...(maxFee === undefined ? {} : { maxFee }) }
  return { fees, ...(confirmations === undefined ? {} : { confirmations }) }
}

/** A client that signs with the account that the options name. */
export async function openSigner(options: ConnectionOptions & AccountOptions): Promise<ChainClient> {
  const { connect, refuseTestAccounts } = await import('@tutti/chain')
  const reader = await openReader(options)
  const account = await openAccount(options)
  refuseTestAccounts(account.address, reader.chainId)
  return connect({ rpcUrl: options.rpc, core: reader.core, account, ...payingOf(options) })
}

/** The account that the options, or the environment, name. */
export async function openAccount(options: AccountOptions): Promise<LocalAccount> {
  const { accountFromPrivateKey, testAccounts } = await import('@tutti/chain')
  if (options.keystore !== undefined) {
    const { accountFromKeystore } = await import('@tutti/chain/local')
    const { readPassword } = await import('../terminal/password.ts')
    return accountFromKeystore(
      await readFile(options.keystore),
      await readPassword(`Password of ${options.keystore}: `),
    )
  }
  if (options.testAccount !== undefined) return testAccounts(1, options.testAccount)[0]!
  const key = process.env.TUTTI_PRIVATE_KEY
  if (key === undefined || key === '') {
    throw new CommandError(
      'No key to sign with. Pass --keystore FILE, set TUTTI_PRIVATE_KEY, or on a local chain pass --test-account N.',
      exitCodes.noKey,
    )
  }
  return accountFromPrivateKey(key as Hex)
}

/** A federation's id from the command line. */
export function parseId(text: string): Hex {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw new InvalidArgumentError('A federation id is 0x and 64 hexadecimal digits, as `tutti create` printed it.')
  }
  return text.toLowerCase() as Hex
}

/** Gwei as wei. */
export function parseGwei(text: string): bigint {
  if (!/^\d{1,12}(\.\d{1,9})?$/.test(text.trim())) {
    throw new InvalidArgumentError('It takes gwei per gas, from 0, such as 2 or 0.05.')
  }
  const [whole, fraction = ''] = text.trim().split('.')
  return BigInt(whole!) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** An address, its checksum left to the client. */
export function parseAddress(text: string): Address {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new InvalidArgumentError('An address is 0x and 40 hexadecimal digits.')
  return text as Address
}
