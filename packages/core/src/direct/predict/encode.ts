/**
 * A network as the contract keeps it, a word each for kind, zero and count of layers; output multiplier; output offset; and
 * every layer. Twin of `Network.encode`; sealed versions have it behind the words of the model: twin of `Sealing.lay`.
 *
 * @example
 * ```ts
 * import { encodeNetwork, networkTail } from '@tutti/core'
 *
 * const network = encodeNetwork(setup)
 * network.length // → 32 * (3 + setup.layers.length)
 * networkTail(setup, 1).length // → network.length
 * networkTail(setup, 767).length // → 0
 * ```
 */
import { encodeStatic } from '../../arithmetic/hex.ts'
import { MAX_TAIL_WORDS, PIECE_WORDS } from '../words.ts'
import type { NetworkSetup } from './network.ts'

/** The words of a network, 32 bytes each; none where there are no layers. */
export function encodeNetwork(setup: NetworkSetup): Uint8Array {
  const { outputKind, inputZero, outputMultiplier, outputOffset, layers } = setup
  if (layers.length === 0) return new Uint8Array()
  const head = BigInt(outputKind) | (BigInt(inputZero) << 8n) | (BigInt(layers.length) << 16n)
  const words = layers.map(
    ({ inputs, outputs, biasMultiplier, shift }) =>
      BigInt(inputs) | (BigInt(outputs) << 32n) | (BigInt(biasMultiplier) << 64n) | (BigInt(shift) << 96n),
  )
  return encodeStatic([head, outputMultiplier, outputOffset, ...words])
}

/**
 * What the last piece of a sealed model has behind its words: the network, where it is short and has room.
 *
 * @param lastWords - Words of the model in that piece, 1 to 767.
 */
export function networkTail(setup: NetworkSetup, lastWords: number): Uint8Array {
  const network = encodeNetwork(setup)
  const tail = network.length / 32
  return tail <= MAX_TAIL_WORDS && lastWords + tail <= PIECE_WORDS ? network : new Uint8Array()
}
