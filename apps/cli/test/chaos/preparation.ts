/**
 * What a campaign plays on: a temporary folder, a local chain, members' data, and the manifests of the digits for both
 * paths, rehearsed once.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  accountFromPrivateKey,
  blobAggregatorAddress,
  type ChainClient,
  connect,
  createFederation,
  deployment,
  initialiseBlobModel,
  initialiseDirectModel,
  join as joinFederation,
  mintDemoTokens,
  testAccounts,
  withAccount,
} from '@tutti/chain'
import { encryptKeystore } from '@tutti/chain/local'
import { type Hex, keccak256, type Terms } from '@tutti/core'
import { type FederationChoices, type Manifest, proposeFromManifest } from '@tutti/learn'
import { loadTask, proposeFederation } from '@tutti/learn/node'
import { type ChainProcess, startChainProcess } from './chain-process.ts'
import type { FederationPlan } from './plan.ts'
import { MARK } from './processes.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/digits.csv', import.meta.url))
const trainer = fileURLToPath(new URL('./trainer.mjs', import.meta.url))
const UNIT = 10n ** 18n
const MOST_MEMBERS = 4
const ROWS_OF_A_MEMBER = 100
/** Cheap to open: what is tried here is not how dear a password is to guess. */
const KEYSTORE_COST = { n: 1_024, r: 8, p: 1 }

/** Where federations are played. */
export interface Stage {
  directory: string
  chain: ChainProcess
  client: ChainClient
  creator: ChainClient
  /** Of all processes: without the keys of the surrounding one, with the campaign's mark. */
  env: NodeJS.ProcessEnv
  manifests: Record<FederationPlan['path'], Manifest>
}

/** A member as its owner has set it up. */
export interface Member {
  address: Hex
  store: string
  /** Of `tutti node`. */
  words: string[]
  env: NodeJS.ProcessEnv
  log: string
  hasTrainer: boolean
}

/** A federation that all have joined. */
export interface Founded {
  id: Hex
  terms: Terms
  directory: string
  members: Member[]
  /** What must be in no log: keys and passwords. */
  secrets: string[]
}

/** Sets the stage up in an empty directory. */
export async function setStage(directory: string, mark: string, seed: number): Promise<Stage> {
  const { TUTTI_PRIVATE_KEY: _key, TUTTI_PASSWORD: _password, TUTTI_RPC: _rpc, ...inherited } = process.env
  const env = { ...inherited, [MARK]: mark }
  const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
  for (let member = 0; member < MOST_MEMBERS; member++) {
    const own = rows.filter((_, row) => row % MOST_MEMBERS === member).slice(0, ROWS_OF_A_MEMBER)
    writeFileSync(join(directory, `member-${member}.csv`), `${[header, ...own].join('\n')}\n`)
  }
  const chain = await startChainProcess({ directory: join(directory, 'chain'), log: join(directory, 'chain.log'), env })
  try {
    const client = await connect({ rpcUrl: chain.url })
    const creator = withAccount(client, testAccounts(1)[0]!)
    const task = loadTask('digits', { seed: 1 })
    const found = async (path: FederationPlan['path']) => {
      const choices = chooseTerms(
        { path, members: MOST_MEMBERS, rounds: 5, submitSeconds: 30, challengeSeconds: 2 },
        seed,
      )
      return (await proposeFederation({ ...task, contact: 'none: a trial' }, task.train, choices)).manifest
    }
    const manifests = { direct: await found('direct'), blob: await found('blob') }
    return { directory, chain, client, creator, env, manifests }
  } catch (error) {
    chain.abort()
    throw error
  }
}

type Chosen = Pick<FederationPlan, 'path' | 'members' | 'rounds' | 'submitSeconds' | 'challengeSeconds'>

function chooseTerms(
  { path, members, rounds, submitSeconds, challengeSeconds }: Chosen,
  seed: number,
): FederationChoices & { seed: number } {
  const { directAggregator, demoToken } = deployment()
  return {
    ...{ path, members, rounds, submitSeconds, seed },
    aggregator: path === 'blob' ? blobAggregatorAddress() : directAggregator,
    token: demoToken,
    isPrivateNetwork: true,
    bits: path === 'blob' ? 8 : 4,
    minimumUpdates: 1,
    stake: 7n * UNIT,
    // No round number, so that shares have to be rounded.
    bounty: 100n * UNIT + 7n,
    keeperSeconds: 2,
    joinSeconds: 1,
    ...(path === 'blob' ? { challengeSeconds } : {}),
  }
}

/**
 * Founds a planned federation and has its members join. Their keys follow from the seed.
 *
 * @param bentUrl - Endpoint of the member `plan.bent`.
 */
export async function foundPlanned(stage: Stage, plan: FederationPlan, bentUrl?: string): Promise<Founded> {
  const { client, creator, chain, env } = stage
  const { path, seed, index } = plan
  const {
    terms,
    manifestBytes: manifest,
    setupBytes: setup,
  } = proposeFromManifest(stage.manifests[path], chooseTerms(plan, seed))
  await mintDemoTokens(creator, { to: creator.account!.address, amount: terms.bounty })
  const { id } = await createFederation(creator, { terms, manifest, setup })
  await (path === 'blob' ? initialiseBlobModel(creator, { id }) : initialiseDirectModel(creator, { id }))
  const directory = join(stage.directory, `federation-${index}`)
  mkdirSync(directory)
  const password = `chaos ${seed} ${index} ${keccak256(Buffer.from(`password ${seed} ${index}`)).slice(2, 14)}`
  const secrets = [password]
  const members: Member[] = []
  for (let member = 0; member < plan.members; member++) {
    const key = keccak256(Buffer.from(`tutti chaos ${seed} ${index} ${member}`))
    const account = accountFromPrivateKey(key)
    secrets.push(key.slice(2))
    const params = [account.address, '0x8ac7230489e80000']
    await client.public.request({ method: 'anvil_setBalance', params } as never)
    await mintDemoTokens(creator, { to: account.address, amount: terms.stake })
    await joinFederation(withAccount(client, account), { id })
    const at = (name: string) => join(directory, `${name}-${member}`)
    const hasTrainer = plan.trainers.includes(member)
    const words = [
      id,
      '--rpc',
      member === plan.bent && bentUrl !== undefined ? bentUrl : chain.url,
      '--store',
      at('store'),
      '--data',
      join(stage.directory, `member-${member}.csv`),
    ]
    if (hasTrainer) words.push('--trainer', `'${process.execPath}' '${trainer}'`)
    if (path === 'blob') {
      for (let other = 0; other < plan.members; other++) {
        if (other !== member) words.push('--peer-archive', join(directory, `store-${other}`, 'blobs'))
      }
    }
    const hasKeystore = plan.keystore === member
    if (hasKeystore) {
      writeFileSync(at('keystore'), JSON.stringify(await encryptKeystore(key, password, KEYSTORE_COST)))
      words.push('--keystore', at('keystore'))
    }
    members.push({
      address: account.address.toLowerCase() as Hex,
      store: at('store'),
      words,
      env: { ...env, ...(hasKeystore ? { TUTTI_PASSWORD: password } : { TUTTI_PRIVATE_KEY: key }) },
      log: join(directory, `node-${member}.log`),
      hasTrainer,
    })
  }
  return { id, terms, directory, members, secrets }
}
