/** Cases of `network.json`: predictions of dense integer networks. */
import { type Case, hex, words, texts, below, between } from '../numbers.ts'
import { storedWords } from './lanes.ts'

type Dense = { inputs: number; outputs: number; biasMultiplier: bigint; shift: number }

type Network = { outputKind: number; inputZero: number; laneBits: number; extreme: number; layers: Dense[] }

/** Networks of every kind of output, with and without hidden layers. */
const networks = (): Network[] => {
  const shapes: Network[] = []
  const dense = (inputs: number, outputs: number, biasMultiplier: bigint, shift: number): Dense => ({
    inputs,
    outputs,
    biasMultiplier,
    shift,
  })
  for (const laneBits of [16, 32]) {
    // extreme: 0 random, 1 all least, 2 all most, 3 all equal outputs (a tie)
    shapes.push(
      { outputKind: 0, inputZero: 0, laneBits, extreme: 0, layers: [dense(9, 4, 255n, 0)] },
      { outputKind: 0, inputZero: 0, laneBits, extreme: 1, layers: [dense(40, 3, 1n, 0)] },
      { outputKind: 0, inputZero: 0, laneBits, extreme: 2, layers: [dense(33, 5, 1n, 9), dense(5, 3, 77n, 0)] },
      { outputKind: 0, inputZero: 128, laneBits, extreme: 0, layers: [dense(17, 6, 32n, 8), dense(6, 3, 1000n, 0)] },
      { outputKind: 0, inputZero: 0, laneBits, extreme: 3, layers: [dense(3, 4, 2n, 0)] },
      { outputKind: 0, inputZero: 0, laneBits, extreme: 0, layers: [dense(64, 12, 240n, 12), dense(12, 10, 500n, 0)] },
      { outputKind: 1, inputZero: 128, laneBits, extreme: 0, layers: [dense(30, 1, 32n, 0)] },
      { outputKind: 1, inputZero: 0, laneBits, extreme: 1, layers: [dense(2, 1, 1n, 0)] },
      { outputKind: 1, inputZero: 128, laneBits, extreme: 2, layers: [dense(8, 1, 65535n, 0)] },
      { outputKind: 2, inputZero: 128, laneBits, extreme: 0, layers: [dense(11, 7, 32n, 7), dense(7, 9, 3n, 0)] },
      { outputKind: 3, inputZero: 128, laneBits, extreme: 0, layers: [dense(5, 2, 32n, 0)] },
      {
        outputKind: 3,
        inputZero: 0,
        laneBits,
        extreme: 0,
        layers: [dense(4, 5, 9n, 1), dense(5, 6, 2n, 10), dense(6, 2, 4n, 0)],
      },
    )
  }
  return shapes
}

/** Accumulators of the last layer. */
const forward = (model: readonly bigint[], layers: readonly Dense[], input: readonly bigint[]): bigint[] => {
  let x = [...input]
  let at = 0
  let acc: bigint[] = []
  layers.forEach((layer, l) => {
    acc = []
    const biases = at + layer.inputs * layer.outputs
    for (let i = 0; i < layer.outputs; i++) {
      let total = layer.biasMultiplier * model[biases + i]!
      for (let j = 0; j < layer.inputs; j++) total += model[at + i * layer.inputs + j]! * x[j]!
      acc.push(total)
    }
    at = biases + layer.outputs
    if (l < layers.length - 1) {
      x = acc.map((value) => {
        const positive = value > 0n ? value : 0n
        const rounded = (positive + 2n ** BigInt(layer.shift - 1)) / 2n ** BigInt(layer.shift)
        return rounded > 255n ? 255n : rounded
      })
    }
  })
  return acc
}

/** What a classifier answers: the first of the largest outputs, a sign, or a bit for each output. */
const answerOf = (outputKind: number, outputs: readonly bigint[]): bigint => {
  let answer = 0n
  if (outputKind === 0) outputs.forEach((value, i) => (value > outputs[Number(answer)]! ? (answer = BigInt(i)) : 0))
  if (outputKind === 1) answer = outputs[0]! > 0n ? 1n : 0n
  if (outputKind === 2) outputs.forEach((value, i) => (answer += value > 0n ? 2n ** BigInt(i) : 0n))
  return answer
}

export const network = () => {
  const cases: Case[] = []
  for (const { outputKind, inputZero, laneBits, extreme, layers } of networks()) {
    const least = -(2n ** BigInt(laneBits - 1))
    const most = -least - 1n
    const dimension = layers.reduce((total, { inputs, outputs }) => total + inputs * outputs + outputs, 0)
    // Small weights keep hidden activations off both ends of their range, wide ones drive them there.
    const reach = laneBits === 16 ? 300n : 3000n
    const model = Array.from({ length: dimension }, () =>
      extreme === 1 ? least : extreme === 2 ? most : extreme === 3 ? 5n : between(-reach, reach),
    )
    for (let k = 0; k < 3; k++) {
      const input = Array.from({ length: layers[0]!.inputs }, () =>
        k === 0 ? 255 : k === 1 ? inputZero : Number(below(256)),
      )
      const outputMultiplier = outputKind === 3 ? -(10n ** 9n) - below(1000) : 10n ** 6n + below(1000)
      const outputOffset = outputKind === 3 ? 10n ** 18n - below(1000) : 0n
      const acc = forward(model, layers, input.map((byte) => BigInt(byte - inputZero)))
      const outputs = acc.map((value) => value * outputMultiplier + outputOffset)
      const answer = answerOf(outputKind, outputs)
      cases.push({
        laneBits: String(laneBits),
        outputKind: String(outputKind),
        inputZero: String(inputZero),
        outputMultiplier: String(outputMultiplier),
        outputOffset: String(outputOffset),
        layerInputs: texts(layers.map(({ inputs }) => inputs)),
        layerOutputs: texts(layers.map(({ outputs }) => outputs)),
        layerBiasMultipliers: texts(layers.map(({ biasMultiplier }) => biasMultiplier)),
        layerShifts: texts(layers.map(({ shift }) => shift)),
        dimension: String(dimension),
        model: words(storedWords(model, laneBits)),
        input: hex(input),
        outputs: texts(outputs),
        class: String(answer),
      })
    }
  }
  return { cases }
}
