/** Words of a model: where they are had, and what endpoints that lie or forget can do about it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { after, before, test } from 'node:test'
import { keccak256, modelHash, packModel, shardHashes } from '@tutti/core'
import { type Hex, hexToBytes, toEventSelector } from 'viem'
import {
  aggregateDirect,
  askWith,
  type ChainClient,
  connect,
  LogMisplacedError,
  LogMissingError,
  logSearchSource,
  logSource,
  MalformedAnswerError,
  readDirectModel,
  readModelState,
  readShardWords,
  readWords,
  replaySource,
  submitDirect,
  WordsMismatchError,
  WordsMissingError,
  type WordsQuery,
  WordsSourceError,
} from '../../src/index.ts'
import { type LocalChain, openWordsArchive, wordsArchiveSource } from '../../src/local/local.ts'
import { type Behaviour, failure, type Request, startEndpoint } from '../endpoint.ts'
import { passSecond, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
let id: Hex
let terms: Awaited<ReturnType<typeof startFederation>>['terms']
/** The words as they were before the first round and after it. */
let initial: Uint8Array
let words: Uint8Array

/** 200 parameters in four shards, after one round. */
before(async () => {
  ;({ chain, client } = await startFixture())
  const tensors = [{ length: 200, amplitude: 100 }]
  const shape = { dimension: 200, shardSize: 64, shardsPerMember: 4 }
  const federation = await startFederation(chain, client, { terms: shape, setup: { tensors, layers: [] } })
  ;({ id, terms } = federation)
  initial = (await readWords(client, { id })).words
  for (const [index, member] of federation.members.entries()) {
    const payloads = [0, 1, 2, 3].map((shard) => someUpdate(terms, index, shard).payload)
    await submitDirect(member, { id, round: 0, payloads })
  }
  await passSecond(client)
  for (const shard of [0, 1, 2, 3]) await aggregateDirect(client, { id, round: 0, shard })
  words = (await readWords(client, { id })).words
})
after(() => chain.stop())

/** Reads the words through an endpoint that behaves as told. */
async function through(behaviour: Behaviour, query: Partial<WordsQuery> = {}) {
  const endpoint = await startEndpoint(chain.rpcUrl, behaviour)
  try {
    const looking = await connect({ rpcUrl: endpoint.url, retries: 0 })
    const read = await readWords(looking, { id, ...query }).catch((error: unknown) => error)
    return { read, endpoint, looking }
  } finally {
    await endpoint.close()
  }
}

const selector = toEventSelector('ModelLogged(address,bytes32,uint256,bytes)')
type Log = { data: string; topics: string[]; blockNumber: Hex }
/** Changes or hides logs of words; the others stay as they are. */
const bendLogs = (bend: (log: Log) => Log[], isAsked: (request: Request) => boolean = () => true): Behaviour => ({
  bend: (request, result) =>
    request.method !== 'eth_getLogs' || !isAsked(request)
      ? result
      : result.flatMap((log: Log) => (log.topics[0] === selector ? bend(log) : [log])),
})
const isOneBlock = ({ params }: Request) => params[0].fromBlock === params[0].toBlock
const flip = (log: Log): Log => ({
  ...log,
  data: log.data.replace(/^(.{200})(.)/, (_, head, c) => head + (c === '0' ? '1' : '0')),
})

test('the words are those of the replay, their hashes the contract’s, and each shard’s log is asked of one block', async () => {
  const state = await readModelState(client, { id })
  assert.deepEqual([state.version, state.isInMotion, state.hashes.length], [1, false, 4])
  assert.deepEqual(shardHashes(words, terms), state.hashes)
  assert.equal(modelHash(state.hashes), state.hash)
  const { lanes } = await readDirectModel(client, { id })
  assert.deepEqual(packModel(lanes, terms.laneBits), words)
  const { read, endpoint } = await through({})
  assert.deepEqual((read as { words: Uint8Array }).words, words)
  const asked = endpoint.asked.filter(({ method }) => method === 'eth_getLogs')
  assert.deepEqual(
    asked.map(({ params }) => [params[0].fromBlock, params[0].toBlock].map(BigInt)),
    state.loggedAt.map((block) => [block, block]),
  )
  const views = endpoint.asked.filter(
    ({ method, params }) => method === 'eth_call' && params[0].to?.toLowerCase() === client.core.toLowerCase(),
  )
  assert.equal(new Set(views.slice(1).map(({ params }) => params[1])).size, 1, 'all as of one block')
})

test('a shard’s words are those of its place', async () => {
  for (const shard of [0, 3]) {
    const own = await readShardWords(client, { id, shard })
    assert.deepEqual(own, words.slice(128 * shard, 128 * shard + own.length))
  }
})

test('words of an earlier version are read as of its block', async () => {
  const { loggedAt } = await readModelState(client, { id })
  const before = await readWords(client, { id, blockNumber: loggedAt[0]! - 1n })
  assert.deepEqual([before.words, before.state.version], [initial, 0])
  const between = await readWords(client, { id, blockNumber: loggedAt[0]! })
  assert.equal(between.state.isInMotion, true)
  assert.notDeepEqual(between.words, words)
})

/** The words of the first log that was shown, in place of those of any later one. */
let shown: string | undefined
const ofFirst = ({ data }: Log): string => {
  shown ??= data
  return shown
}

for (const [what, behaviour, fault] of [
  ['has no log of that block', bendLogs(() => [], isOneBlock), LogMissingError],
  ['shows a log of another block', bendLogs((log) => [{ ...log, blockNumber: '0x1' }], isOneBlock), LogMisplacedError],
  ['shows words with one bit wrong', bendLogs((log) => [flip(log)], isOneBlock), WordsMismatchError],
  [
    'shows the words of another shard',
    bendLogs((log) => [{ ...log, data: ofFirst(log) }], isOneBlock),
    WordsMismatchError,
  ],
] as const) {
  test(`where an endpoint ${what}, the fault has a name, and the next source is asked`, async () => {
    const { read } = await through(behaviour)
    assert.deepEqual((read as { words: Uint8Array }).words, words)
    const endpoint = await startEndpoint(chain.rpcUrl, behaviour)
    try {
      const lying = await connect({ rpcUrl: endpoint.url, retries: 0 })
      const alone = await readWords(client, { id, sources: [logSource(lying)] }).catch((error: unknown) => error)
      assert.ok(alone instanceof WordsMissingError)
      assert.ok(
        alone.failures.some((error) => error instanceof fault),
        alone.message,
      )
      assert.ok(alone.message.includes(endpoint.url))
      // Another endpoint is a source like any other.
      const { words: had } = await readWords(client, { id, sources: [logSource(lying), logSource(client)] })
      assert.deepEqual(had, words)
    } finally {
      await endpoint.close()
    }
  })
}

test('where all logs of words are gone, the rounds are played again; where those are too, each source is named', async () => {
  const { read } = await through(bendLogs(() => []))
  assert.deepEqual((read as { words: Uint8Array }).words, words)
  const { read: refused, endpoint } = await through({
    bend: ({ method }, result) => (method === 'eth_getLogs' ? [] : result),
  })
  assert.ok(refused instanceof WordsMissingError || refused instanceof Error)
  assert.equal((refused as Error).name, 'WordsMissingError', String(refused))
  const { message, failures } = refused as WordsMissingError
  for (const source of ['the log at', 'FederationNotFoundError']) {
    assert.ok(message.includes(source) || failures.some(({ name }) => name === source), `${source}: ${message}`)
  }
  assert.ok(message.includes('--peer-archive') && endpoint.count('eth_getLogs') >= 4)
})

test('an endpoint out of reach for logs is no reason to give up, and its failure is passed on where nobody else has them', async () => {
  const behaviour: Behaviour = {
    answer: ({ method }) => (method === 'eth_getLogs' ? failure(-32000, 'upstream unavailable') : undefined),
  }
  const { read } = await through(behaviour)
  assert.ok(read instanceof WordsMissingError)
  assert.deepEqual([read.meaning, read.isRetryable], ['later', true])
  const { read: had } = await through(behaviour, { peers: [logSource(client)] })
  assert.deepEqual((had as { words: Uint8Array }).words, words)
})

test('hashes of shards that do not give the model’s are no chain’s answer', async () => {
  let changed = 0
  const behaviour: Behaviour = {
    bend: ({ method, params }, result) =>
      method === 'eth_call' &&
      params[0].data?.length === 2 + 8 + 128 &&
      result.length === 66 &&
      BigInt(result) >> 200n &&
      changed++ === 0
        ? `0x${'ab'.repeat(32)}`
        : result,
  }
  const { read } = await through(behaviour)
  assert.ok(read instanceof MalformedAnswerError, String(read))
})

test('an archive keeps what was found, gives it without asking, and sets aside what is damaged', async () => {
  const directory = mkdtempSync(joinPath(tmpdir(), 'words-'))
  try {
    const refused: string[] = []
    const archive = await openWordsArchive({ directory, onRefused: (file) => refused.push(file) })
    await readWords(client, { id, archive })
    const state = await readModelState(client, { id })
    assert.deepEqual((await archive.list()).sort(), [...state.hashes].sort())
    const { read, endpoint } = await through({}, { archive })
    assert.deepEqual((read as { words: Uint8Array }).words, words)
    assert.equal(endpoint.count('eth_getLogs'), 0)

    const file = joinPath(directory, `${state.hashes[1]}.words`)
    const content = readFileSync(file)
    content[5]! ^= 1
    writeFileSync(file, content)
    const { words: again } = await readWords(client, { id, archive })
    assert.deepEqual(again, words)
    assert.deepEqual([refused, readdirSync(directory).filter((name) => name.endsWith('.refused')).length], [[file], 1])
    assert.equal(keccak256(readFileSync(file)), state.hashes[1])

    // Somebody else's directory is a source, believed no more than any other.
    writeFileSync(file, content)
    const peers = [wordsArchiveSource(directory)]
    const lonely = await readWords(client, { id, sources: peers }).catch((error: unknown) => error)
    assert.ok(lonely instanceof WordsMissingError && lonely.failures[0] instanceof WordsMismatchError)
    rmSync(file)
    const without = await readWords(client, { id, sources: peers }).catch((error: unknown) => error)
    assert.ok(without instanceof WordsMissingError && without.failures[0] instanceof WordsSourceError)
    const { words: had } = await readWords(client, { id, sources: [...peers, logSearchSource(client)] })
    assert.deepEqual(had, words)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('a replay is a source too: of this block and of an earlier one', async () => {
  const source = replaySource(client)
  const { words: now } = await readWords(client, { id, sources: [source] })
  assert.deepEqual(now, words)
  const { loggedAt } = await readModelState(client, { id })
  const { words: then } = await readWords(client, { id, sources: [source], blockNumber: loggedAt[0]! - 1n })
  assert.deepEqual(then, initial)
})

test('the contract refuses a question with words of another version, and with too few', async () => {
  const federation = await startFederation(chain, client, { terms: { salt: `0x${'5a'.repeat(32)}` } })
  const input = Uint8Array.of(1, 2, 3, 4, 5, 6)
  const model = await readWords(client, { id: federation.id })
  const question = { id: federation.id, input, model }
  assert.equal((await askWith(client, question)).version, 0)
  const changed = model.words.slice()
  changed[3]! ^= 1
  await assert.rejects(askWith(client, { ...question, model: { ...model, words: changed } }), {
    errorName: 'StaleModel',
  })
  const short = { ...model, words: hexToBytes('0x00') }
  await assert.rejects(askWith(client, { ...question, model: short }), { errorName: 'WrongModelLength' })
})
