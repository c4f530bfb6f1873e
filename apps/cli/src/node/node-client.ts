/** How a node reaches the chain and signs: through several endpoints, and trying again while none answers. */
import type { ChainClient } from '@tutti/chain'
import type { orBehind } from '@tutti/node'
import type { Hex, LocalAccount } from 'viem'
import { openAccount } from '../chain/connection.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { present } from '../terminal/option-values.ts'
import type { Output } from '../terminal/output.ts'
import { readPassword } from '../terminal/password.ts'
import type { NodeSettings } from './settings.ts'

/** Where a member's node keeps what it has seen. */
type SeenStore = Parameters<typeof orBehind>[2]

/**
 * Connects with the account's key, through several endpoints where there are several.
 *
 * @param options - `isPatient`: wait for a chain that does not answer yet, as a running node does, and for one that is behind
 *   what `storeOf` says that the account's node has seen.
 */
export async function openClient(
  settings: Pick<NodeSettings, 'rpc' | 'core' | 'keystore' | 'testAccount' | 'confirmations' | 'fees' | 'behaviour'>,
  output: Output,
  options: { isPatient?: boolean; storeOf?: (account: Hex) => SeenStore } = {},
): Promise<ChainClient & { account: LocalAccount }> {
  const { refuseTestAccounts } = await import('@tutti/chain')
  const { connectEndpoints, EndpointMismatchError, orBehind } = await import('@tutti/node')
  const account = await openNodeAccount(settings)
  const { rpc: rpcUrls, core, fees, confirmations } = settings
  const { pollMilliseconds: pollingMilliseconds } = settings.behaviour
  const onRest = ({ host, message }: { host: string; message: string }) => {
    if (output.isJson) output.event({ kind: 'endpoint-rests', time: Date.now(), host, message })
    else output.note(`${message} Asking the others for a while.`)
  }
  const connect = () =>
    connectEndpoints({
      rpcUrls,
      account,
      onRest,
      fees,
      ...present({ core, pollingMilliseconds, confirmations }),
    }).catch((error: unknown) => {
      throw options.storeOf === undefined ? error : orBehind(error, rpcUrls[0]!, options.storeOf(account.address))
    })
  const client = await (options.isPatient === true ? untilAnswered(connect, output) : connect()).catch(
    (error: Error) => {
      throw error instanceof EndpointMismatchError ? new CommandError(error.message, exitCodes.usage) : error
    },
  )
  refuseTestAccounts(account.address, client.chainId)
  return { ...client, account }
}

/**
 * Asks the chain, again for as long as it is out of reach or behind, and says so.
 *
 * @throws What `ask` throws when that is an answer.
 */
export async function untilAnswered<T>(ask: () => Promise<T>, output: Output): Promise<T> {
  const { defaultBackOff, untilReached } = await import('@tutti/node')
  const { toChainError } = await import('@tutti/chain')
  return untilReached(ask, {
    backOff: defaultBackOff,
    signal: new AbortController().signal,
    onWait: ({ error, failures, milliseconds: waitMilliseconds }) => {
      const { message } = toChainError(error) as Error
      output.event({ kind: 'chain-unreachable', time: Date.now(), failures, waitMilliseconds, message })
      if (!output.isJson)
        output.note(`${message} Next try in ${(waitMilliseconds / 1000).toFixed(1)} s (${failures} so far).`)
    },
  })
}

async function openNodeAccount({
  keystore,
  testAccount,
}: Pick<NodeSettings, 'keystore' | 'testAccount'>): Promise<LocalAccount> {
  if (keystore === undefined) return openAccount(testAccount === undefined ? {} : { testAccount })
  const { readFile } = await import('node:fs/promises')
  const { accountFromKeystore } = await import('@tutti/chain/local')
  return accountFromKeystore(await readFile(keystore), await readPassword(`Password of ${keystore}: `))
}
