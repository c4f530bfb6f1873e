/**
 * Requests of one tick travel as one batch; an endpoint that limits batches gets smaller ones.
 *
 * Endpoints say so in many ways: one error for all, an answer to the first request alone, HTTP 400 or 413, an error for
 * what no longer fits into an answer. Any of them halves the batch until it is answered, down to requests that stand
 * alone, which are sent without a list around them. What was learnt stays with the transport, one for each endpoint.
 *
 * @see https://www.jsonrpc.org/specification#batch; go-ethereum `rpc/handler.go`, `--rpc.batch-request-limit`
 */
import { type HttpTransport, http } from 'viem'

/** Requests in one batch where the endpoint has no other opinion. */
export const LARGEST_BATCH = 100

/** Longest answer that is read, in bytes: a hostile endpoint could send without end. */
const LONGEST_ANSWER = 10_485_760
/** HTTP codes of bodies that are too large, or that are not understood. */
const REFUSED_STATUSES = new Set([400, 413, 422])
/** Codes of "not now", which is no refusal of a batch. */
const PASSING_CODES = new Set([-32005, 429])

type Request = { id: number }
type Answer = { id?: number | null; error?: { code: number; message?: string } }

/** How patient {@link batchingHttp} is with one request, in milliseconds, and attempts after the first. */
export interface RequestPatience {
  timeout: number
  retryCount: number
  retryDelay?: number
}

/** Transport to an endpoint by HTTP, whose batches shrink to what the endpoint answers. */
export function batchingHttp(url: string, patience: RequestPatience): HttpTransport {
  return http(url, { batch: { batchSize: LARGEST_BATCH }, fetchFn: shrinkBatches(fetch), ...patience })
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
    const requests: unknown = JSON.parse(String(init?.body))
    if (!Array.isArray(requests) || requests.length === 0) return ask(input, init)
    const answers: Answer[] = []
    for (let size = most; answers.length < requests.length; ) {
      const part: Request[] = requests.slice(answers.length, answers.length + size)
      const body = JSON.stringify(part.length === 1 ? part[0] : part)
      const response = await ask(input, { ...init, body })
      const text = await readText(response, part.length === 1)
      const found = readAnswers(response, text, part)
      if (found === 'other') return withText(response, text ?? '')
      if (found === 'too-large') {
        size = Math.floor(part.length / 2)
        continue
      }
      answers.push(...found)
      // A smaller size is kept once it has proven itself.
      most = Math.min(most, size)
    }
    return new Response(JSON.stringify(answers), { headers: { 'content-type': 'application/json' } })
  }
}

/** One answer for each request; or that the part is too large, or that size is not the matter. */
function readAnswers(
  { ok, status }: Response,
  text: string | undefined,
  part: readonly Request[],
): Answer[] | 'too-large' | 'other' {
  if (!ok && !REFUSED_STATUSES.has(status)) return 'other'
  const refused = part.length > 1 ? 'too-large' : 'other'
  let parsed: Answer | Answer[]
  try {
    parsed = JSON.parse(text ?? '')
  } catch {
    return refused
  }
  const list = Array.isArray(parsed) ? parsed : [parsed]
  const [first] = list
  if (part.length === 1) return ok && list.length === 1 && first ? [{ ...first, id: part[0]!.id }] : 'other'
  const isTruncated = list.some((answer) => /response too large/i.test(String(answer?.error?.message)))
  const byId = new Map(list.map((answer) => [answer?.id, answer]))
  const answers = part.flatMap(({ id }) => byId.get(id) ?? [])
  if (ok && !isTruncated && answers.length === part.length) return answers
  return PASSING_CODES.has(first?.error?.code ?? 0) ? 'other' : refused
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
