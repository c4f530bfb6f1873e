/**
 * What PyTorch's exporter notes in a file: which tensors were parameters and which buffers, from which a constant was
 * folded, and which parameters an operator was called with before tensors of equal values were merged.
 *
 * @see https://docs.pytorch.org/docs/stable/onnx_export.html
 */
import type { FileNode, OnnxFile } from './reader.ts'

/** What is known of a constant. */
export interface ConstantNote {
  kind: 'parameter' | 'buffer' | 'constant'
  /** Names of the parameters that it is, or was folded from. */
  parameters: string[]
}

/** The call that a node was exported from. */
export interface CallNote {
  /** `linear`, `layer_norm`, … */
  call: string
  /** Names of the parameters that it was called with, in order. */
  parameters: string[]
}

/** The exporter's notes on a file; `isWritten` is false where it wrote none. */
export interface ExportNotes {
  isWritten: boolean
  /** Names of all parameters of the model that was exported. */
  parameters: ReadonlySet<string>
  constantNote: (name: string) => ConstantNote
  callNote: (node: FileNode) => CallNote | undefined
  /**
   * Names of parameters that are one tensor with another, and that other's name: PyTorch lists all names of a tensor that
   * modules share, and calls every module with one of them.
   */
  otherNames: ReadonlyMap<string, string>
}

const SIGNATURE = 'pkg.torch.export.ExportedProgram.graph_signature'
const KIND = 'pkg.torch.export.graph_signature.InputSpec.kind'
const FOLDED = 'pkg.onnxscript.optimizer.folded_from'
const CALL = 'pkg.torch.onnx.fx_node'
const SCOPES = 'pkg.torch.onnx.name_scopes'

/** Reads the notes. */
export function readNotes(file: OnnxFile): ExportNotes {
  const byPlaceholder = new Map<string, { kind: string; target: string }>()
  for (const line of (file.metadata.get(SIGNATURE) ?? '').split('\n')) {
    const [, placeholder, kind, target] = /^(\S+): ([A-Z_]+) target='([^']*)'/.exec(line) ?? []
    if (placeholder !== undefined) byPlaceholder.set(placeholder, { kind: kind!, target: target! })
  }
  const kinds = new Map([...byPlaceholder.values()].map(({ kind, target }) => [target, kind]))
  const parameters = new Set([...kinds].filter(([, kind]) => kind === 'PARAMETER').map(([target]) => target))

  function constantNote(name: string): ConstantNote {
    const note = file.valueMetadata.get(name)
    const kind = note?.get(KIND) ?? kinds.get(name)
    if (kind === 'PARAMETER') return { kind: 'parameter', parameters: [name] }
    if (kind === 'BUFFER') return { kind: 'buffer', parameters: [] }
    const from = [...(note?.get(FOLDED) ?? '').matchAll(/'([^']*)'/g)].map(([, origin]) => origin!)
    const folded = from.filter((origin) => parameters.has(origin))
    return { kind: folded.length > 0 ? 'parameter' : 'constant', parameters: folded }
  }

  function callNote({ metadata }: FileNode): CallNote | undefined {
    const text = metadata.get(CALL)
    const call = text === undefined ? undefined : /target=torch\.ops\.aten\.(\w+)/.exec(text)?.[1]
    if (text === undefined || call === undefined) return undefined
    const targets = [...text.slice(text.indexOf('args =')).matchAll(/%(\w+)/g)].map(([, name]) =>
      byPlaceholder.get(name!),
    )
    return {
      call,
      parameters: targets.flatMap((found) => (found?.kind === 'PARAMETER' ? [found.target] : [])),
    }
  }

  function findOtherNames(): Map<string, string> {
    const calls = file.nodes.map((node) => ({ scope: scopeOf(node), called: callNote(node)?.parameters ?? [] }))
    const called = new Set(calls.flatMap((call) => call.called))
    const others = new Map<string, string>()
    for (const { scope, called: names } of calls) {
      if (scope === undefined) continue
      for (const name of names) {
        // A module's own name of what it was called with, if it is a parameter that no call names.
        const own = `${scope}.${name.split('.').at(-1)}`
        if (own !== name && parameters.has(own) && !called.has(own)) others.set(own, name)
      }
    }
    return others
  }

  return { isWritten: parameters.size > 0, parameters, constantNote, callNote, otherNames: findOtherNames() }
}

/** The module that a node was exported from: `['', 'blocks.0', 'blocks.0.wide', 'linear']` ends with the call. */
function scopeOf({ metadata }: FileNode): string | undefined {
  return [...(metadata.get(SCOPES) ?? '').matchAll(/'([^']*)'/g)].at(-2)?.[1]
}
