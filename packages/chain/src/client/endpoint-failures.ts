/**
 * What an endpoint means when a request fails: one list of what passes, one of what is final. All that waits, tries again
 * or gives up asks here, so that each client's and provider's words are read alike everywhere; what is on neither list is
 * unknown, and is tried again as long as there is time.
 *
 * @see EIP-1474 (codes); go-ethereum `rpc/errors.go`, `core/txpool/errors.go`; Nethermind `ErrorCodes.cs`; Besu
 *   `RpcErrorType.java`; Erigon `rpc`; Reth `crates/rpc`; the error pages of hosted providers
 * @example
 * ```ts
 * import { isPassing, meaningOf } from '@tutti/chain'
 *
 * meaningOf({ code: -32000, status: undefined, words: 'header not found' }) // → 'behind'
 * isPassing('behind') // → true
 * meaningOf({ code: 3, status: undefined, words: 'execution reverted' }) // → 'final'
 * ```
 */
import { BaseError, HttpRequestError, RpcRequestError } from 'viem'

/** What a failure means for the caller. */
export type Meaning =
  /** No answer at all, or only a broken one: a dead line, a time-out. Passes. */
  | 'silent'
  /** A block or its state is not there yet, or no more: a client that syncs, one of several that lags. Passes. */
  | 'behind'
  /** Not now: limits on callers, indexing, a full pool, a gateway without its server. Passes. */
  | 'later'
  /** Asked for too much at once: a batch, a range of blocks, an answer's size. Less may pass. */
  | 'too-much'
  /** No, and no again: a revert, an unknown method, a missing key. */
  | 'final'
  /** None of these. */
  | 'unknown'

/** Whether the same request may be answered later. */
export function isPassing(meaning: Meaning): boolean {
  return meaning === 'silent' || meaning === 'behind' || meaning === 'later'
}

/** What is said of batches, and of answers that do not fit. */
const TOO_LONG =
  /batch|too many requests in (a|one|the|single)|(response|result|answer|payload|body|entity|content).{0,20}(too (large|big|long)|size.{0,12}(exceed|limit|larger))/i

/** Whether an endpoint's words are about the length of a batch or of an answer. */
export function isTooLong(words: string): boolean {
  return TOO_LONG.test(words)
}

/** What clients and providers say, in the order in which it is looked for: the first that fits counts. */
const WORDS: readonly [Meaning, RegExp][] = [
  [
    'final',
    /execution reverted|\brevert(ed)?\b|vm exception|invalid opcode|out of ?gas|gas required exceeds|bad jump/i,
  ],
  // What an EVM says of code that it cannot run, each client in its own words.
  [
    'final',
    /\bevm error\b|not activated|op ?code|(bad|undefined|invalid|illegal) instruction|stack (under|over)flow|invalid jump/i,
  ],
  [
    'behind',
    /invalid block range params|block ?out ?of ?range|header.{0,80}not found|unknown (block|ancestor)|cannot find header/i,
  ],
  ['behind', /block.{0,80}(not (yet )?(found|available|imported|known)|could not be found)|could not find block/i],
  [
    'behind',
    /missing trie node|distance to target block|(beyond|above|greater than|after).{0,30}(head|latest|last) ?(known|accepted|block)?/i,
  ],
  [
    'behind',
    /(world )?state.{0,60}(not available|unavailable|not found|is missing)|no state (found|available)|future block/i,
  ],
  ['too-much', TOO_LONG],
  [
    'too-much',
    /range.{0,40}(too (large|wide|big)|limit|exceed|maximum|allowed|supported)|(exceed|max|limited to|up to|more than|larger than|only).{0,40}(block range|range|blocks\b|results|logs)/i,
  ],
  [
    'too-much',
    /query (timeout|timed out|returned more)|too many (results|logs|blocks|topics)|please (limit|narrow|reduce)/i,
  ],
  ['final', /pruned|history.{0,20}(unavailable|not available)/i],
  [
    'final',
    /method.{0,60}(not (found|supported|available|allowed|whitelisted|enabled|implemented)|does not exist|is disabled|is blocked)|(unsupported|unknown|invalid) method/i,
  ],
  [
    'final',
    /api.?key|project.?id|access.?token|credential|\bjwt\b|unauthori[sz]ed|authenticat|payment required|suspended|billing|not allowed|permission/i,
  ],
  [
    'final',
    /intrinsic gas|block gas limit|gas limit.{0,12}(too|exceed)|exceeds.{0,20}gas cap|invalid (sender|signature|chain.?id|argument|param|transaction type)|type not supported/i,
  ],
  [
    'final',
    /oversized data|initcode|fee per gas.{0,40}(higher|greater) than|\brlp\b|typed transaction|chain.?id.{0,20}(mismatch|match)|wrong chain/i,
  ],
  ['later', /\bindex(ing|er)|\bsync(ing|hroni[sz]|ed)|not (yet )?ready|starting( up)?|warming up|initiali[sz]ing/i],
  [
    'later',
    /timed? ?-?out|deadline exceeded|too many (requests|connections|concurrent)|rate.?limit|throttl|overload|over capacity|\bbusy\b/i,
  ],
  [
    'later',
    /(request|call|compute|credit|quota|throughput|capacity|usage|daily|second).{0,30}(limit|exceed|exhaust)|limits? (reached|exceeded)|try (it )?again|\bretry\b/i,
  ],
  [
    'later',
    /temporar|unavailable|no (available |healthy |live )?(backend|upstream|node|server|provider|peer)|upstream|gateway|unhealthy|maintenance/i,
  ],
  [
    'later',
    /connection (refused|reset|closed|terminated|error)|\bE(CONN\w+|NOTFOUND|AI_AGAIN|PIPE)\b|socket|\bEOF\b|context cancell?ed|fetch failed/i,
  ],
  [
    'later',
    /internal (server |json.?rpc )?error|server error|pool is full|mempool full|pool overflow|cloudflare|just a moment|forbidden/i,
  ],
]

/** Codes of JSON-RPC, where words tell nothing: the standard's, then clients' and providers' own. */
const CODES: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [3, 'final'],
  [4444, 'final'],
  [-32004, 'final'],
  [-32006, 'final'],
  [-32015, 'final'],
  [-32601, 'final'],
  [-32602, 'final'],
  [-32001, 'behind'],
  [-39001, 'behind'],
  [-32062, 'too-much'],
  [-32614, 'too-much'],
  ...[
    -32002, -32005, -32007, -32009, -32011, -32016, -32017, -32029, -32090, -32097, -32603, 403, 429, 502, 503, 504,
  ].map((code): [number, Meaning] => [code, 'later']),
])

/** Statuses of HTTP, where neither words nor codes tell. What is not here passes from 500 on, and is unknown below. */
const STATUSES: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  ...[401, 402, 404, 405, 406, 407, 410, 411, 414, 415, 426, 431, 451, 501, 505].map((status): [number, Meaning] => [
    status,
    'final',
  ]),
  ...[403, 408, 409, 421, 423, 425, 429].map((status): [number, Meaning] => [status, 'later']),
  [413, 'too-much'],
])

/** What an endpoint said, and how. */
export interface Failure {
  /** Of JSON-RPC. */
  code?: number | undefined
  /** Of HTTP. */
  status?: number | undefined
  /** Empty if there are none. */
  words: string
}

/** Reads a failure that was answered, however it was wrapped. */
export function meaningOf({ code, status, words }: Failure): Meaning {
  // A limit on callers is one whatever is said with it, even of batches.
  if (status === 429) return 'later'
  for (const [meaning, pattern] of WORDS) if (pattern.test(words)) return meaning
  const byCode = code === undefined ? undefined : CODES.get(code)
  if (byCode !== undefined) return byCode
  if (status === undefined || status < 400) return 'unknown'
  return STATUSES.get(status) ?? (status >= 500 ? 'later' : 'unknown')
}

/**
 * Whether an endpoint that refuses logs for now may mean that they are too many: some say so by the code of a limit, or by
 * running out of time.
 */
export function mayBeTooMuch(error: unknown): boolean {
  const meaning = meaningOfError(error)
  if (meaning !== 'later') return meaning !== 'silent' && meaning !== 'behind'
  const layers = [...layersOf(error)] as { code?: unknown; status?: unknown }[]
  if (layers.some(({ status }) => status === 429)) return false
  return layers.some(({ code }) => code === -32005) || /time|limit|exceed/i.test(wordsOf(error))
}

/** What the endpoint itself said, of all layers of an error; without the request, which libraries quote. */
export function wordsOf(error: unknown): string {
  const words: string[] = []
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { details } = cause as { details?: unknown }
    if (cause instanceof BaseError ? typeof details === 'string' : true) {
      words.push(String(details ?? cause.message).slice(0, 500))
    }
  }
  return [...new Set(words)].join(' ')
}

const SILENT_NAMES = new Set(['TimeoutError', 'WebSocketRequestError', 'SocketClosedError', 'NullAnswerError'])
const LONG_NAMES = new Set(['AnswerTooLongError', 'ResponseBodyTooLargeError'])
/** What viem says of what is not there. */
const ABSENT_NAMES = new Set(['BlockNotFoundError'])

/** Every layer of an error, the outermost first. */
export function* layersOf(error: unknown): Generator<object> {
  let layer: unknown = error
  for (let depth = 0; depth < 16 && typeof layer === 'object' && layer !== null; depth++) {
    yield layer
    layer = (layer as { cause?: unknown }).cause
  }
}

/**
 * What a thrown error means, as far as an endpoint is behind it; undefined for what no endpoint had a part in.
 *
 * An error with a `meaning` of its own has that one. Contracts' refusals are `final`; callers who want their names decodes them first.
 */
export function meaningOfError(error: unknown): Meaning | undefined {
  const layers = [...layersOf(error)]
  // What was named once keeps its meaning.
  const named = layers.find((layer) => 'meaning' in layer) as { meaning: Meaning } | undefined
  if (named !== undefined) return named.meaning
  const names = new Set(layers.map((layer) => String((layer as { name?: unknown }).name)))
  const has = (set: ReadonlySet<string>) => [...set].some((name) => names.has(name))
  if (has(LONG_NAMES)) return 'too-much'
  const answered = layers.find((layer) => layer instanceof RpcRequestError) as RpcRequestError | undefined
  if (answered !== undefined) {
    const { code, data, status } = answered as RpcRequestError & { status?: number }
    // What an EVM answered has data with it, whatever code it comes under.
    if (code === -32603 && data !== undefined) return 'final'
    return meaningOf({ code, status, words: wordsOf(answered) })
  }
  if (has(SILENT_NAMES)) return 'silent'
  const http = layers.find((layer) => layer instanceof HttpRequestError) as HttpRequestError | undefined
  if (http !== undefined) {
    return http.status === undefined ? 'silent' : meaningOf({ status: http.status, words: String(http.details ?? '') })
  }
  if (has(ABSENT_NAMES)) return 'behind'
  // Transports of others throw plain objects, which viem keeps as a cause.
  const plain = layers.find((layer) => {
    const { code } = layer as { code?: unknown }
    return typeof code === 'number' && code !== -1
  }) as { code: number; message?: unknown; details?: unknown } | undefined
  if (plain !== undefined) return meaningOf({ code: plain.code, words: String(plain.details ?? plain.message ?? '') })
  return error instanceof BaseError ? meaningOf({ words: String(error.details ?? '') }) : undefined
}
