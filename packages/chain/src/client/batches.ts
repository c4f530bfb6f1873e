/**
 * Requests of one tick travel as one batch; an endpoint that limits batches gets smaller ones.
 *
 * Endpoints say so in many ways: one error for all, the same error for each, an answer to the first few alone, HTTP 400 or
 * 413, an error for what no longer fits into an answer. Any of them halves the batch until it is answered, down to requests
 * that stand alone, which are sent without a list around them. What was learnt stays with the transport, one for each
 * endpoint; what a limit on callers says is not learnt, since it passes.
 *
 * @see https://www.jsonrpc.org/specification#batch; go-ethereum `rpc/handler.go`, `--rpc.batch-request-limit`
 * @example
 * ```ts
 * import { batchingHttp, connect } from '@tutti/chain'
 *
 * const transport = batchingHttp(chain.rpcUrl, { timeout: 20_000, retryCount: 3 })
 * const { chainId } = await connect({ transport })
 * chainId // → 31337
 * ```
 */
import { type HttpTransport, http } from 'viem'
import { isTooLong, type Meaning, meaningOf } from './endpoint-failures.ts'
import { withRetries } from './retry.ts'
import { rememberEndpoint } from './secrets.ts'

/** Requests in one batch where the endpoint has no other opinion. */
const LARGEST_BATCH = 100

/** Longest answer that is read, in bytes: a hostile endpoint could send without end. */
const LONGEST_ANSWER = 10_485_760
type Request = { id: number }
type Answer = { id?: number | string | null; error?: { code?: number; message?: string } | null }

/** How long {@link batchingHttp} waits for one request, in milliseconds, and how often it tries again. */
export interface RequestRetries {
  timeout: number
  retryCount: number
  retryDelay?: number
}

/** Transport to an endpoint by HTTP, whose batches shrink to what the endpoint answers. */
export function batchingHttp(url: string, retry: RequestRetries): HttpTransport {
  rememberEndpoint(url)
  const { timeout, retryCount: count, retryDelay: delay = 100 } = retry
  const open = http(url, { batch: { batchSize: LARGEST_BATCH }, fetchFn: shrinkBatches(fetch), timeout, retryCount: 0 })
  return withRetries(open, { count, delay })
}

/**
 * A `fetch` of JSON-RPC bodies that divides lists into parts that the endpoint answers, and puts the answers together.
 *
 * @param ask - What fetches a body; address, headers, method and signal are handed through.
 * @throws What `ask` throws; {@link AnswerTooLongError}
 */
export function shrinkBatches(ask: typeof fetch): typeof fetch {
  let most = LARGEST_BATCH
  return async (input, init) => {
    let isRefused = false
    const requests: unknown = JSON.parse(String(init?.body))
    if (!Array.isArray(requests) || requests.length === 0) return ask(input, init)
    const answers: Answer[] = []
    for (let size = most; answers.length < requests.length; ) {
      const part: Request[] = requests.slice(answers.length, answers.length + size)
      const body = JSON.stringify(part.length === 1 ? part[0] : part)
      const response = await ask(input, { ...init, body })
      const text = await readText(response, part.length === 1)
      const found = readAnswers(response, text, part)
      if (found.kind === 'other') return withText(response, text ?? '')
      if (found.kind === 'refused') {
        size = Math.floor(part.length / 2)
        isRefused ||= found.isForSize
        continue
      }
      answers.push(...found.answers)
      // A smaller size is kept once it has proven itself.
      if (isRefused && !found.answers.some(({ error }) => isTooLong(String(error?.message ?? ''))))
        most = Math.min(most, size)
    }
    return new Response(JSON.stringify(answers), { headers: { 'content-type': 'application/json' } })
  }
}

/** What came of a part: one answer for each request, a refusal that a smaller one may escape, or something else. */
type Found = { kind: 'answers'; answers: Answer[] } | { kind: 'refused'; isForSize: boolean } | { kind: 'other' }

function readAnswers({ ok, status }: Response, text: string | undefined, part: readonly Request[]): Found {
  const other: Found = { kind: 'other' }
  const refused: Found = part.length > 1 ? { kind: 'refused', isForSize: true } : other
  if (text === undefined) return refused
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // A page: of a gateway that fails, or that finds the body too large.
    const meaning = ok ? 'unknown' : meaningOf({ status, words: '' })
    return meaning === 'too-much' || (meaning === 'unknown' && !ok) ? refused : other
  }
  const list = ((Array.isArray(parsed) ? parsed : [parsed]) as (Answer | null)[]).filter((answer) => answer !== null)
  const [first] = list
  if (part.length === 1) {
    return ok && list.length === 1 && first ? { kind: 'answers', answers: [{ ...first, id: part[0]!.id }] } : other
  }
  const byId = new Map(list.map((answer) => [Number(answer.id ?? Number.NaN), answer]))
  const answers = part.flatMap(({ id }) => {
    const found = byId.get(id)
    return found === undefined ? [] : [{ ...found, id }]
  })
  const isWhole = ok && answers.length === part.length
  const meanings = list.map((answer) => meaningIn(answer, status))
  // A range of logs that is too wide is so by itself: its asker divides it.
  if (list.some(({ error }) => isTooLong(String(error?.message ?? '')))) return refused
  if (isWhole) {
    // Limits on callers count each request of a batch: where all fell to one, fewer at a time may pass.
    const isLimited = meanings.every((meaning) => meaning === 'later')
    return isLimited ? { kind: 'refused', isForSize: false } : { kind: 'answers', answers }
  }
  const [meaning] = meanings
  const isElsewhere = !ok && meaningOf({ status, words: '' }) !== 'unknown' && status !== 413
  return meaning === 'later' || meaning === 'silent' || isElsewhere ? other : refused
}

/** What an answer's error means; undefined if it has none. */
function meaningIn({ error }: Answer, status: number): Meaning | undefined {
  if (error === undefined || error === null) return undefined
  return meaningOf({ code: error.code, words: String(error.message ?? ''), ...(status === 200 ? {} : { status }) })
}

/** The body as text. @returns undefined if it is too long and was asked for together with others. */
async function readText({ body }: Response, isAlone: boolean): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  if (body === null) return text
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.length
    if (bytes > LONGEST_ANSWER) {
      await reader.cancel()
      if (isAlone) throw new AnswerTooLongError()
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** A response that was read, to be read once more. */
function withText({ status, statusText, headers }: Response, text: string): Response {
  const kept = new Headers(headers)
  // It is decoded already.
  kept.delete('content-encoding')
  kept.delete('content-length')
  return new Response(text, { status, statusText, headers: kept })
}

/** One answer is longer than any that is expected of a chain. */
export class AnswerTooLongError extends Error {
  override readonly name = 'AnswerTooLongError'

  constructor() {
    super(`The endpoint sent more than ${LONGEST_ANSWER} bytes for one request. Use another endpoint.`)
  }
}
