/**
 * Reads a base from disk: the file, and for an ONNX model the files beside it that hold its values, as PyTorch's
 * exporter writes them for all but the smallest models.
 *
 * @see https://onnx.ai/onnx/repo-docs/ExternalData.html
 * @example
 * ```ts
 * import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
 * import { exportSafetensors, importSafetensors, initialWeights } from '@tutti/learn'
 * import { readBaseFile } from '@tutti/learn/node'
 *
 * const directory = mkdtempSync('/tmp/base-')
 * const weights = initialWeights(manifest.model, 1)
 * writeFileSync(`${directory}/start.safetensors`, exportSafetensors(manifest.model, weights))
 * importSafetensors(manifest.model, readBaseFile(`${directory}/start.safetensors`)) // → weights
 * rmSync(directory, { recursive: true })
 * ```
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, normalize, resolve, sep } from 'node:path'
import { packBase } from '../onnx/base-bundle.ts'
import { externalLocations, OnnxFileError } from '../onnx/reader.ts'

/**
 * Bytes of a base, one sequence however many files it lies in: what is hashed, and what `importOnnx`, `openModel` and
 * `toBaseWeights` take.
 *
 * @param path - The file; an ONNX model if it ends in `.onnx`.
 * @throws `OnnxFileError` where a file with values is not there, or lies outside the first one's folder; what
 *   reading the first throws.
 */
export function readBaseFile(path: string): Uint8Array {
  const file = new Uint8Array(readFileSync(path))
  if (!path.toLowerCase().endsWith('.onnx')) return file
  const folder = realpathSync(dirname(resolve(path)))
  const external = new Map<string, Uint8Array>()
  for (const location of externalLocations(file)) external.set(location, readBeside(folder, location))
  return packBase({ file, external })
}

function readBeside(folder: string, location: string): Uint8Array {
  const inside = normalize(location)
  const isPlain =
    location !== '' && !location.includes('\0') && !isAbsolute(location) && !/^[a-zA-Z]:|\\/.test(location)
  if (!isPlain || inside === '..' || inside.startsWith(`...${sep}`)) throw outside(location)
  let real: string
  try {
    real = realpathSync(resolve(folder, inside))
  } catch {
    throw new OnnxFileError(
      `it keeps values in "${location}", which is not beside it`,
      'Put both files into one folder, or export the model with external_data=False.',
    )
  }
  if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) throw outside(location)
  if (!statSync(real).isFile()) {
    throw new OnnxFileError(`it keeps values in "${location}", which is no file`, 'Export the model anew.')
  }
  return new Uint8Array(readFileSync(real))
}

function outside(location: string): OnnxFileError {
  return new OnnxFileError(
    `it keeps values in "${location}", outside its own folder`,
    'Put both files into one folder and export the model there, or with external_data=False.',
  )
}
