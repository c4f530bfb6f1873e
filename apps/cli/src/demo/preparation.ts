/** What demos of both paths share: dividing the data among members, a local chain, keys, joining, and who was paid what. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ChainClient,
  connect,
  type Deployment,
  deployContracts,
  join as joinFederation,
  mintDemoTokens,
  readBalance,
  readEvents,
  readManifest,
  testAccounts,
  withAccount,
} from '@tutti/chain'
import { type LocalChain, startLocalChain } from '@tutti/chain/local'
import type { Hex, Terms } from '@tutti/core'
import { type Dataset, partitionDirichlet, selectExamples } from '@tutti/learn'
import type { Task } from '@tutti/learn/node'
import { bytesToHex, type HDAccount } from 'viem'
import { holdChainDirectory } from '../chain/chain-directory.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import type { DemoMember } from './members.ts'

/** What the preparation of a demo depends on. */
export interface PreparationOptions {
  members: number
  rounds: number
  /** Label skew: smaller is more unequal. */
  alpha: number
  seed: number
  /** Where the chain's state and the members' stores are kept. */
  directory: string
  onProgress: (text: string) => void
}

/** A chain with the contracts, and members with their data who have not joined anything. */
export interface PreparedDemo {
  chain: LocalChain
  creator: ChainClient
  addresses: Deployment
  accounts: HDAccount[]
  /** One part a member. */
  datasets: Dataset[]
  bounty: bigint
}

const unit = 10n ** 18n
/** What each member of a demo deposits. */
export const demoStake = 10n * unit
const bountyPerRound = 100n * unit

/** Divides the data, starts a chain, deploys, and gives the creator its bounty. The caller stops the chain. */
export async function prepareDemo(task: Task, options: PreparationOptions): Promise<PreparedDemo> {
  const { onProgress, seed, directory, members } = options
  if (task.kind === 'regression') throw new CommandError('The demo compares classifiers.', exitCodes.usage)
  const parts = partitionDirichlet(task.train.labels, { members, seed, alpha: options.alpha })
  const datasets = parts.map((indices) => selectExamples(task.train, indices))
  const chainDirectory = join(directory, 'chain')
  holdChainDirectory(chainDirectory)()
  rmSync(directory, { recursive: true, force: true })
  const release = holdChainDirectory(chainDirectory)
  onProgress('starting a local chain…')
  const started = await startLocalChain({ directory: chainDirectory, port: 0, accounts: members + 1 })
  const stop = async () => {
    await started.stop()
    release()
  }
  const chain = { ...started, stop }
  try {
    const accounts = testAccounts(members + 1) as HDAccount[]
    const creator = await connect({ rpcUrl: chain.rpcUrl, account: accounts[0]! })
    onProgress('deploying the contracts…')
    const addresses = await deployContracts(creator)
    const bounty = bountyPerRound * BigInt(options.rounds)
    await mintDemoTokens(creator, { to: creator.account!.address, amount: bounty })
    return { chain, creator, addresses, accounts, datasets, bounty }
  } catch (error) {
    await chain.stop()
    throw error
  }
}

/** Has every account but the creator's join with its stake. */
export async function joinMembers(
  { creator, accounts, datasets }: PreparedDemo,
  id: Hex,
  onProgress: (text: string) => void,
): Promise<DemoMember[]> {
  const joining = accounts.slice(1)
  const members: DemoMember[] = []
  for (const [index, account] of joining.entries()) {
    onProgress(`member ${index + 1} of ${joining.length} joins with its stake…`)
    await mintDemoTokens(creator, { to: account.address, amount: demoStake })
    await joinFederation(withAccount(creator, account), { id })
    const privateKey = bytesToHex(account.getHdKey().privateKey!)
    members.push({ account: account.address, privateKey, dataset: datasets[index]! })
  }
  return members
}

/** Rewards of one member, to the last unit. */
export interface MemberReward {
  account: Hex
  examples: number
  rounds: number
  rewards: bigint
  keeperPay: bigint
  stakeReturned: bigint
  claimed: bigint
}

/** Where all tokens of a demo went. */
export interface DemoRewards {
  bounty: bigint
  stakes: bigint
  members: MemberReward[]
  refund: bigint
  heldByContract: bigint
}

/**
 * Reads from the chain what was paid, once everybody has claimed. What a node heard of may be less: others' steps credit it,
 * and a claim fetches that too.
 */
export async function readRewards(
  client: ChainClient,
  id: Hex,
  terms: Terms,
  members: readonly Pick<DemoMember, 'account' | 'dataset'>[],
): Promise<DemoRewards> {
  const { blockNumber: fromBlock } = await readManifest(client, { id })
  const [rewarded, keepers, claimed, submitted, finished] = await Promise.all([
    readEvents(client, { eventName: 'Rewarded', id, fromBlock }),
    readEvents(client, { eventName: 'KeeperPaid', id, fromBlock }),
    readEvents(client, { eventName: 'Claimed', id, fromBlock }),
    readEvents(client, { eventName: 'Submitted', id, fromBlock }),
    readEvents(client, { eventName: 'Finished', id, fromBlock }),
  ])
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)
  return {
    bounty: terms.bounty,
    stakes: terms.stake * BigInt(members.length),
    members: members.map(({ account, dataset }) => {
      const isOwn = (address: Hex) => address.toLowerCase() === account.toLowerCase()
      const rewards = sum(rewarded.filter(({ args }) => isOwn(args.member)).map(({ args }) => args.amount))
      const keeperPay = sum(keepers.filter(({ args }) => isOwn(args.keeper)).map(({ args }) => args.amount))
      const paid = sum(claimed.filter(({ args }) => isOwn(args.account)).map(({ args }) => args.amount))
      const rounds = new Set(submitted.filter(({ args }) => isOwn(args.member)).map(({ args }) => args.round)).size
      const stakeReturned = paid - rewards - keeperPay
      return { account, examples: dataset.count, rounds, rewards, keeperPay, stakeReturned, claimed: paid }
    }),
    refund: sum(finished.map(({ args }) => args.refund)),
    heldByContract: await readBalance(client, { token: terms.token, account: client.core }),
  }
}
