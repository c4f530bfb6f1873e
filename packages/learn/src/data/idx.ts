/**
 * IDX, the format of MNIST: magic number, big-endian sizes, bytes; plain or gzipped.
 *
 * @see LeCun, Cortes and Burges, The MNIST Database, "File formats for the MNIST database"
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Dataset } from './dataset.ts'

const BYTE_TENSOR = 0x08
/** The full MNIST takes 47 MB; a gigabyte stops a file that only exists to fill the memory. */
const MAXIMUM_BYTES = 2 ** 30

/**
 * Reads images and their labels: one byte a pixel, `real = byte / 255`, labels 0 to 255.
 *
 * @param images - Path or bytes of an IDX file of three dimensions.
 * @param labels - Path or bytes of an IDX file of one dimension.
 * @throws {@link IdxError}, or the file system's error.
 */
export function readIdx(images: string | Uint8Array, labels: string | Uint8Array): Dataset {
  const pixels = readIdxTensor(images, 3)
  const classes = readIdxTensor(labels, 1)
  const [count, height, width] = pixels.sizes as [number, number, number]
  if (count !== classes.sizes[0]) {
    throw new IdxError(nameOf(labels), `${classes.sizes[0]} labels for ${count} images`)
  }
  if (count * height * width === 0) throw new IdxError(nameOf(images), 'there are no images')
  return {
    count,
    features: height * width,
    inputs: pixels.bytes,
    labels: Int32Array.from(classes.bytes),
    inputZero: 0,
    inputScale: [1, 255],
    labelCenter: 0,
    labelSpread: 1,
  }
}

function readIdxTensor(source: string | Uint8Array, dimensions: number): { sizes: number[]; bytes: Uint8Array } {
  const name = nameOf(source)
  const bytes = decompress(name, typeof source === 'string' ? readFileSync(source) : source)
  const header = 4 + 4 * dimensions
  if (bytes.length < header) throw new IdxError(name, `the header needs ${header} bytes, the file has ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint16(0) !== 0 || view.getUint8(2) !== BYTE_TENSOR || view.getUint8(3) !== dimensions) {
    const magic = view.getUint32(0).toString(16).padStart(8, '0')
    throw new IdxError(name, `magic number 0x${magic} where 0x0000080${dimensions} belongs`)
  }
  const sizes = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index))
  const length = sizes.reduce((product, size) => product * size, 1)
  if (bytes.length !== header + length) {
    const problem = bytes.length < header + length ? 'the file is truncated' : 'the file is too long'
    throw new IdxError(
      name,
      `${problem}: sizes ${sizes.join(' × ')} need ${header + length} bytes, it has ${bytes.length}`,
    )
  }
  return { sizes, bytes: new Uint8Array(bytes.subarray(header)) }
}

function decompress(name: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAXIMUM_BYTES })
  } catch (cause) {
    throw new IdxError(name, `gzip: ${(cause as Error).message}`)
  }
}

function nameOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : 'IDX bytes'
}

/** A file is not the IDX file that was expected. */
export class IdxError extends Error {
  override name = 'IdxError'
  constructor(file: string, reason: string) {
    super(`${file}: ${reason}. Fetch the file again, or give the right one.`)
  }
}
