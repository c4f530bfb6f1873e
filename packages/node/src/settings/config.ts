/**
 * A node's configuration file: one JSON object whose keys are the flags of `tutti node`, and a few that have none.
 *
 * Paths are relative to the file. Keys and passwords have no place in it: they come from an encrypted keystore and the
 * environment.
 *
 * @example
 * ```ts
 * import { parseNodeConfig } from '@tutti/node'
 *
 * const text = '{"rpc": "http://127.0.0.1:8545", "data": "rows.csv", "keeper": true}'
 * const { rpc, data, behaviour } = parseNodeConfig(text, '/home/me/node.json')
 * rpc // → ['http://127.0.0.1:8545']
 * data // → '/home/me/rows.csv'
 * behaviour // → { isKeeper: true }
 * parseNodeConfig('{"dato": "rows.csv"}', '/home/me/node.json') // throws NodeConfigError
 * ```
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { decodeJsonText, type Hex, JsonEncodingError } from '@tutti/core'
import { parseGwei } from 'viem'
import { checkBehaviour, type NodeBehaviour, NodeOptionError } from './behaviour.ts'
import { type Policy, PolicyError, parsePolicy } from './policy.ts'
import { splitCommandLine } from './split-command-line.ts'

/** What a configuration file may hold; every key may be absent. */
export interface NodeConfig {
  federation?: Hex
  /** Endpoints of the chain, the first preferred. */
  rpc?: string[]
  core?: Hex
  keystore?: string
  testAccount?: number
  data?: string
  /** Share of the rows of `data` that is kept back from training, for the figures that are reported. */
  holdout?: number
  /** Rows that are never trained on, for the figures that are reported. */
  testData?: string
  /** Program and arguments. */
  trainer?: string[]
  trainerTimeoutSeconds?: number
  /** Blocks until a transaction counts. */
  confirmations?: number
  /** Wei a gas; in the file gwei. */
  tip?: bigint
  /** Wei a gas; in the file gwei. */
  maxFee?: bigint
  store?: string
  seed?: number
  epochs?: number
  /** In place of epochs. */
  steps?: number
  learningRate?: number
  metricsPort?: number
  /** Which federations a node that looks for them by itself may join. */
  policy?: Policy
  /** Where the search for them begins. */
  fromBlock?: number
  /** Directory of the blobs that the node keeps. */
  archive?: string
  /** Archives of other members, read only. */
  peerArchives?: string[]
  /** A beacon node to fetch blobs from. */
  beacon?: string
  /** File of the weights that the manifest builds on. */
  baseModel?: string
  /** What `NodeBehaviour` has under the same names; `keeper` is its `isKeeper`, `leaveAfter` its `leavesAfterRounds`. */
  behaviour: NodeBehaviour
}

type Plain = Exclude<keyof NodeConfig, 'behaviour' | 'policy'>

/** Turns a value of the file into that of the configuration; undefined if it is not what it must be. */
type Reader = { read: (value: unknown, directory: string) => unknown; expected: string }

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const ifText = (isAllowed: (text: string) => boolean) => (value: unknown) =>
  isText(value) && isAllowed(value) ? value : undefined
const ifNumber = (isAllowed: (value: number) => boolean) => (value: unknown) =>
  typeof value === 'number' && Number.isFinite(value) && isAllowed(value) ? value : undefined
const ifTexts = (value: unknown): string[] | undefined => {
  const list = Array.isArray(value) ? value : [value]
  return list.length > 0 && list.every(isText) ? list : undefined
}

const path: Reader = {
  read: (value, directory) => (isText(value) ? resolve(directory, value) : undefined),
  expected: 'a path, relative to this file',
}
const count: Reader = { read: ifNumber((n) => Number.isSafeInteger(n) && n >= 0), expected: 'a whole number from 0' }
const atLeastOne: Reader = {
  read: ifNumber((n) => Number.isSafeInteger(n) && n >= 1),
  expected: 'a whole number from 1',
}
const positive: Reader = { read: ifNumber((n) => n > 0), expected: 'a number above 0' }

const gwei: Reader = {
  read: (value) => {
    const text = typeof value === 'number' ? String(value) : value
    return isText(text) && /^\d{1,12}(\.\d{1,9})?$/.test(text) ? parseGwei(text) : undefined
  },
  expected: 'gwei a gas, from 0, such as "0.05"',
}

const readers: Record<Plain, Reader> = {
  federation: {
    read: ifText((text) => /^0x[0-9a-f]{64}$/i.test(text)),
    expected: 'the id of a federation: 0x and 64 hexadecimal digits',
  },
  rpc: {
    read: (value) => {
      const urls = ifTexts(value)
      return urls?.every(isEndpoint) ? urls : undefined
    },
    expected: 'an http or https URL, or a list of them',
  },
  core: { read: ifText((text) => /^0x[0-9a-f]{40}$/i.test(text)), expected: 'an address' },
  keystore: path,
  testAccount: count,
  data: path,
  holdout: { read: ifNumber((n) => n > 0 && n < 1), expected: 'a number above 0 and below 1' },
  testData: path,
  trainer: {
    read: (value) => (isText(value) ? splitCommandLine(value) : Array.isArray(value) ? ifTexts(value) : undefined),
    expected: 'a command, as a text or as a list of words',
  },
  trainerTimeoutSeconds: positive,
  confirmations: atLeastOne,
  tip: gwei,
  maxFee: gwei,
  store: path,
  archive: path,
  peerArchives: {
    read: (value, directory) => ifTexts(value)?.map((text) => resolve(directory, text)),
    expected: 'a path relative to this file, or a list of them',
  },
  beacon: { read: ifText(isEndpoint), expected: 'an http or https URL' },
  baseModel: path,
  seed: count,
  epochs: atLeastOne,
  steps: atLeastOne,
  learningRate: positive,
  fromBlock: count,
  metricsPort: { read: ifNumber((n) => Number.isInteger(n) && n >= 0 && n < 65_536), expected: 'a port, 0 to 65535' },
}

/** Keys of the file that are the owner's decisions, and the names that `NodeBehaviour` has for them. */
const behaviourKeys: Record<string, keyof NodeBehaviour> = {
  keeper: 'isKeeper',
  leaveAfter: 'leavesAfterRounds',
  claims: 'claims',
  staggerSeconds: 'staggerSeconds',
  marginSeconds: 'marginSeconds',
  bytesPerTransaction: 'bytesPerTransaction',
  keepsRounds: 'keepsRounds',
  pollMilliseconds: 'pollMilliseconds',
  sidecarVersion: 'sidecarVersion',
  replaceAfterSeconds: 'replaceAfterSeconds',
  manifestHash: 'manifestHash',
  roundingSeed: 'roundingSeed',
}
const answers = new Set(['keeper', 'claims'])

/**
 * Reads a configuration file.
 *
 * @throws {@link NodeConfigError} naming the key; the file system's error if there is no such file.
 */
export function readNodeConfig(file: string): NodeConfig {
  const bytes = readFileSync(file)
  try {
    return parseNodeConfig(decodeJsonText(bytes), file)
  } catch (error) {
    if (!(error instanceof JsonEncodingError)) throw error
    throw new NodeConfigError(file, '', error.message)
  }
}

/**
 * Parses the text of a configuration file.
 *
 * @param file - Its path, for errors and for the paths in it.
 * @throws {@link NodeConfigError} naming the key.
 */
export function parseNodeConfig(text: string, file: string): NodeConfig {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (error) {
    throw new NodeConfigError(file, '', `it is not JSON: ${(error as Error).message}`)
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new NodeConfigError(file, '', 'it is not an object')
  }
  const config: Record<string, unknown> = {}
  const behaviour: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(found)) {
    const behaviourKey = Object.hasOwn(behaviourKeys, key) ? behaviourKeys[key] : undefined
    if (behaviourKey !== undefined) {
      if (answers.has(key) && typeof value !== 'boolean') throw new NodeConfigError(file, key, 'give true or false')
      checkDecision(file, key, behaviourKey, value)
      behaviour[behaviourKey] = value
      continue
    }
    if (key === 'policy') {
      config[key] = readPolicy(value, file)
      continue
    }
    const reader = Object.hasOwn(readers, key) ? readers[key as Plain] : undefined
    if (reader === undefined) throw new NodeConfigError(file, key, unknownKey(key))
    config[key] = readValue(reader, value, file, key)
  }
  return { ...config, behaviour } as NodeConfig
}

/** Whether a text is an address that a node can ask a chain at. */
export function isEndpoint(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function readValue({ read, expected }: Reader, value: unknown, file: string, key: string): unknown {
  let result: unknown
  try {
    result = read(value, dirname(file))
  } catch (error) {
    throw new NodeConfigError(file, key, (error as Error).message)
  }
  if (result === undefined) throw new NodeConfigError(file, key, `give ${expected}`)
  return result
}

function readPolicy(value: unknown, file: string): Policy {
  try {
    return parsePolicy(value, file)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw new NodeConfigError(file, error.key, error.message.slice(`${file}: "${error.key}": `.length))
  }
}

function checkDecision(file: string, key: string, name: keyof NodeBehaviour, value: unknown): void {
  try {
    checkBehaviour({ [name]: value })
  } catch (error) {
    if (!(error instanceof NodeOptionError)) throw error
    throw new NodeConfigError(file, key, `give ${error.expected}`)
  }
}

function unknownKey(key: string): string {
  if (/key$|password|mnemonic|secret/i.test(key)) {
    return 'keys and passwords do not belong in a file like this; use keystore and TUTTI_PASSWORD'
  }
  return `there is no such key; there are ${[...Object.keys(readers), 'policy', ...Object.keys(behaviourKeys)].join(', ')}`
}

/** A configuration file is not what it must be. */
export class NodeConfigError extends Error {
  override readonly name = 'NodeConfigError'
  readonly isRetryable = false
  readonly key: string

  constructor(file: string, key: string, reason: string) {
    super(`${file}${key === '' ? '' : `: "${key}"`}: ${reason.replace(/\.?$/, '.')}`)
    this.key = key
  }
}
