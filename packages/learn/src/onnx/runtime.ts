/**
 * ONNX Runtime, loaded late and silenced first. The only file that may load it: `test/import-graph.test.ts` sees to it.
 *
 * Since 1.29 the runtime's builds for Linux and macOS carry a telemetry client that is on by default: it writes a device
 * identifier and a database under the home directory and calls a collector. `ORT_DISABLE_TELEMETRY=1` in the
 * environment of the process, as the C library sees it, switches all of that off; the runtime looks once, when it starts.
 *
 * @see https://github.com/microsoft/onnxruntime/pull/27379
 */
import { isMainThread } from 'node:worker_threads'
import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node'

type Runtime = typeof import('onnxruntime-node')

export type { InferenceSession }

const SWITCH = 'ORT_DISABLE_TELEMETRY'
/** How long the main thread may take to answer a worker, in milliseconds. */
const ANSWER_MILLISECONDS = 10_000

// At once, so that workers and child processes started later begin with it.
process.env[SWITCH] = '1'

let runtime: Runtime | undefined
let loading: Promise<Runtime> | undefined

/**
 * Opens a session of a model.
 *
 * @param model - The bytes of an ONNX file.
 * @throws {@link TelemetryError} before anything is loaded if the runtime's telemetry cannot be switched off; the
 *   runtime's own errors for a model that it refuses.
 */
export async function openSession(
  model: Uint8Array,
  options: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  loading ??= load().catch((error) => {
    loading = undefined
    throw error
  })
  runtime = await loading
  return runtime.InferenceSession.create(model, options)
}

/** A tensor of the runtime. It can be made once a session has been opened. */
export type Tensor = RuntimeTensor
export const Tensor = new Proxy(class {}, {
  construct: (_, given: ConstructorParameters<Runtime['Tensor']>) => {
    if (runtime === undefined) throw new TypeError('Open a session before you make a tensor.')
    return new runtime.Tensor(...given)
  },
}) as unknown as Runtime['Tensor']

async function load(): Promise<Runtime> {
  // In a worker thread `process.env` is a copy that no library sees, so the main thread is asked to set its own.
  if (!isMainThread) await setInMainThread()
  return import('onnxruntime-node')
}

async function setInMainThread(): Promise<void> {
  const { Session } = await import('node:inspector')
  const session = new Session()
  let timer: NodeJS.Timeout | undefined
  try {
    session.connectToMainThread()
    const seen = await new Promise<unknown>((resolve, reject) => {
      timer = setTimeout(reject, ANSWER_MILLISECONDS, new Error('the main thread does not answer'))
      const expression = `process.env.${SWITCH} = '1'`
      session.post('Runtime.evaluate', { expression }, (error, answer) =>
        error === null ? resolve(answer.result.value) : reject(error),
      )
    })
    if (seen !== '1') throw new Error(`the main thread answers ${seen}`)
  } catch (error) {
    throw new TelemetryError(error as Error)
  } finally {
    clearTimeout(timer)
    session.disconnect()
  }
}

/** A worker thread cannot make sure that the runtime stays silent, so the runtime is not loaded. */
export class TelemetryError extends Error {
  override readonly name = 'TelemetryError'
  constructor(cause: Error) {
    super(
      `Training was not started: this worker thread cannot switch off the telemetry of ONNX Runtime (${cause.message}). ` +
        `Set ${SWITCH}=1 in the environment of the program, or import @tutti/learn in its main thread first.`,
      { cause },
    )
  }
}
