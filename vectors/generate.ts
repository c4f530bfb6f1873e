/**
 * Writes the vectors that the Solidity and the TypeScript twins are both tested against: plain loops over BigInt, from
 * the definitions, by neither twin. Only keccak256 is borrowed. Deterministic: `node --import tsx vectors/generate.ts`
 * writes the same files every time, and a test of packages/core compares them with the committed ones.
 * The shapes are described in `vectors/README.md`.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { keccak_256 } from '@noble/hashes/sha3.js'

type Case = Record<string, unknown>

const WORD = 1n << 256n

// --- Bytes ---

const hex = (bytes: Iterable<number>): string => {
  let text = '0x'
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

const bytes32 = (value: bigint): number[] => {
  const unsigned = ((value % WORD) + WORD) % WORD
  const bytes: number[] = []
  for (let i = 31; i >= 0; i--) bytes.push(Number((unsigned / 256n ** BigInt(i)) % 256n))
  return bytes
}

const hash = (bytes: readonly number[]): bigint => {
  let value = 0n
  for (const byte of keccak_256(Uint8Array.from(bytes))) value = value * 256n + BigInt(byte)
  return value
}

const encode = (values: readonly bigint[]): number[] => values.flatMap(bytes32)
const word = (value: bigint): string => hex(bytes32(value))
const words = (values: readonly bigint[]): string => hex(values.flatMap(bytes32))
const address = (value: bigint): string => `0x${value.toString(16).padStart(40, '0')}`
const texts = (values: Iterable<bigint | number>): string[] => [...values].map(String)

// --- A stream of numbers that is the same every time ---

let drawn = 0n
const draw = (): bigint => hash(encode([0x7475747469n, drawn++])) // "tutti"
const below = (bound: bigint | number): bigint => draw() % BigInt(bound)
const between = (low: bigint, high: bigint): bigint => low + below(high - low + 1n)

// --- Lanes ---

/** Σ_j v_j · 2^(laneBits·j) mod 2^256. */
const sumOfLanes = (lanes: readonly bigint[], laneBits: number): bigint => {
  let total = 0n
  for (let j = 0; j < lanes.length; j++) total += lanes[j]! * 2n ** BigInt(laneBits * j)
  return ((total % WORD) + WORD) % WORD
}

/** Every field is v + 2^(laneBits−1). */
const storedWord = (lanes: readonly bigint[], laneBits: number): bigint => {
  let total = 0n
  for (let j = 0; j < 256 / laneBits; j++) {
    total += ((lanes[j] ?? 0n) + 2n ** BigInt(laneBits - 1)) * 2n ** BigInt(laneBits * j)
  }
  return total
}

const storedWords = (values: readonly bigint[], laneBits: number): bigint[] => {
  const size = 256 / laneBits
  const result: bigint[] = []
  for (let p = 0; p < values.length; p += size) result.push(storedWord(values.slice(p, p + size), laneBits))
  return result
}

const lanes = () => {
  const cases: Case[] = []
  const models: Case[] = []
  for (const laneBits of [16, 32]) {
    const size = 256 / laneBits
    const least = -(2n ** BigInt(laneBits - 1))
    const most = -least - 1n
    const fill = (f: (j: number) => bigint): bigint[] => Array.from({ length: size }, (_, j) => f(j))
    const sets = [
      fill(() => 0n),
      fill(() => 1n),
      fill(() => -1n),
      fill(() => least),
      fill(() => most),
      fill((j) => (j % 2 === 0 ? least : most)),
      fill((j) => (j % 2 === 0 ? most : least)),
      fill((j) => (j === size - 1 ? least : 0n)),
      fill((j) => (j === size - 1 ? most : -1n)),
      fill((j) => (j === 0 ? -1n : 0n)),
      fill((j) => BigInt(j) - BigInt(size / 2)),
      ...Array.from({ length: 5 }, () => fill(() => between(least, most))),
    ]
    for (const set of sets) {
      cases.push({
        laneBits: String(laneBits),
        lanes: texts(set),
        word: word(sumOfLanes(set, laneBits)),
        stored: word(storedWord(set, laneBits)),
      })
    }
    for (const length of [1, size - 1, size, size + 1, 3 * size + 2]) {
      const values = Array.from({ length }, () => between(least, most))
      models.push({
        laneBits: String(laneBits),
        length: String(length),
        values: texts(values),
        stored: words(storedWords(values, laneBits)),
      })
    }
  }
  return { cases, models }
}

// --- Codec ---

/** Bit by bit: value p of a shard to its place in its payload word. */
const payloadWords = (values: readonly bigint[], bits: number, laneBits: number): bigint[] => {
  const perWord = 256 / bits
  const perLaneWord = 256 / laneBits
  const result: bigint[] = Array.from({ length: Math.ceil(values.length / perWord) }, () => 0n)
  for (let p = 0; p < values.length; p++) {
    const q = p % perWord
    const i = Math.floor(q / perLaneWord)
    const j = q % perLaneWord
    const field = bits === 1 ? (values[p] === 1n ? 0n : 1n) : (values[p]! + 2n ** BigInt(bits)) % 2n ** BigInt(bits)
    result[Math.floor(p / perWord)]! += field * 2n ** BigInt(laneBits * j + bits * i)
  }
  return result
}

const leastOf = (bits: number): bigint => (bits === 1 ? -1n : -(2n ** BigInt(bits - 1)))
const mostOf = (bits: number): bigint => (bits === 1 ? 1n : 2n ** BigInt(bits - 1) - 1n)
const updateValue = (bits: number): bigint => (bits === 1 ? 2n * below(2) - 1n : between(leastOf(bits), mostOf(bits)))

const codec = () => {
  const cases: Case[] = []
  const refused: Case[] = []
  for (const laneBits of [16, 32]) {
    for (const bits of [1, 2, 4, 8]) {
      const perWord = 256 / bits
      const add = (values: bigint[]) =>
        cases.push({
          bits: String(bits),
          laneBits: String(laneBits),
          length: String(values.length),
          values: texts(values),
          payload: words(payloadWords(values, bits, laneBits)),
        })
      const fill = (length: number, f: (p: number) => bigint) => add(Array.from({ length }, (_, p) => f(p)))
      fill(1, () => leastOf(bits))
      fill(perWord, () => leastOf(bits))
      fill(perWord, () => mostOf(bits))
      fill(perWord, (p) => (p === perWord - 1 ? leastOf(bits) : mostOf(bits)))
      fill(256 / laneBits + 1, () => updateValue(bits))
      fill(perWord + 1, () => updateValue(bits))
      fill(2 * perWord - 1, () => updateValue(bits))

      const length = perWord + 3
      const good = payloadWords(
        Array.from({ length }, () => updateValue(bits)),
        bits,
        laneBits,
      )
      const widths = { bits: String(bits), laneBits: String(laneBits), length: String(length) }
      refused.push({ ...widths, payload: words(good.slice(1)), reason: 'length' })
      refused.push({ ...widths, payload: words([...good, 0n]), reason: 'length' })
      refused.push({ ...widths, payload: hex(good.flatMap(bytes32).slice(1)), reason: 'length' })
      for (const q of [3, perWord - 1]) {
        const bit = laneBits * (q % (256 / laneBits)) + bits * Math.floor(q / (256 / laneBits))
        refused.push({ ...widths, payload: words([good[0]!, good[1]! + 2n ** BigInt(bit)]), reason: 'padding' })
      }
    }
  }
  return { cases, refused }
}

// --- Sum ---

const sum = () => {
  const cases: Case[] = []
  for (const laneBits of [16, 32]) {
    for (const bits of [1, 2, 4, 8]) {
      const perWord = 256 / bits
      const settings: [members: number, length: number, gain: number, value: (m: number, p: number) => bigint][] = [
        [1, 1, 1, () => leastOf(bits)],
        [3, perWord + 3, 2, () => updateValue(bits)],
        [8, perWord, 1, () => leastOf(bits)],
        [7, perWord - 1, 3, () => mostOf(bits)],
        [20, 256 / laneBits + 5, 1, (m) => (m % 2 === 0 ? leastOf(bits) : mostOf(bits))],
      ]
      for (const [members, length, gain, value] of settings) {
        const room = 2n ** BigInt(laneBits - 1) - BigInt(gain * members) * 2n ** BigInt(bits - 1) - 1n
        const before = Array.from({ length }, (_, p) => (p % 5 === 0 ? -room : between(-room, room)))
        const updates = Array.from({ length: members }, (_, m) => Array.from({ length }, (_, p) => value(m, p)))
        const after = before.map((v, p) => {
          let total = 0n
          for (const update of updates) total += update[p]!
          return v + BigInt(gain) * total
        })
        cases.push({
          bits: String(bits),
          laneBits: String(laneBits),
          length: String(length),
          members: String(members),
          gain: String(gain),
          before: words(storedWords(before, laneBits)),
          data: words(updates.flatMap((update) => payloadWords(update, bits, laneBits))),
          after: words(storedWords(after, laneBits)),
          modelHash: word(hash(storedWords(after, laneBits).flatMap(bytes32))),
        })
      }
    }
  }
  return { cases }
}

// --- Initial ---

const initial = () => {
  const cases: Case[] = []
  for (const laneBits of [16, 32]) {
    const widest = 2n ** BigInt(laneBits - 1) - 1n
    const settings: [lengths: number[], amplitudes: bigint[]][] = [
      [[40], [100n]],
      [[1], [0n]],
      [
        [10, 3, 20, 4],
        [7n, 0n, widest, 1n],
      ],
      [
        [16, 8],
        [widest, 5n],
      ],
      [
        [5, 1, 1, 1, 30],
        [1n, 2n, 3n, 4n, 300n],
      ],
    ]
    for (const [lengths, amplitudes] of settings) {
      const seed = draw()
      const size = 256 / laneBits
      const values: bigint[] = []
      lengths.forEach((length, t) => {
        for (let k = 0; k < length; k++) {
          const p = values.length
          const h = hash(encode([seed, BigInt(Math.floor(p / size))]))
          const u = (h / 2n ** BigInt(laneBits * (p % size))) % 2n ** BigInt(laneBits)
          const a = amplitudes[t]!
          values.push((u * (2n * a + 1n)) / 2n ** BigInt(laneBits) - a)
        }
      })
      cases.push({
        laneBits: String(laneBits),
        dimension: String(values.length),
        seed: word(seed),
        tensorLengths: texts(lengths),
        tensorAmplitudes: texts(amplitudes),
        values: texts(values),
        stored: words(storedWords(values, laneBits)),
      })
    }
  }
  return { cases }
}

// --- Network ---

type Dense = { inputs: number; outputs: number; biasMultiplier: bigint; shift: number }

const network = () => {
  const cases: Case[] = []
  const shapes: { outputKind: number; inputZero: number; laneBits: number; extreme: number; layers: Dense[] }[] = []
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
  for (const { outputKind, inputZero, laneBits, extreme, layers } of shapes) {
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
      let x = input.map((byte) => BigInt(byte - inputZero))
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
      const outputs = acc.map((value) => value * outputMultiplier + outputOffset)
      let answer = 0n
      if (outputKind === 0) outputs.forEach((value, i) => (value > outputs[Number(answer)]! ? (answer = BigInt(i)) : 0))
      if (outputKind === 1) answer = outputs[0]! > 0n ? 1n : 0n
      if (outputKind === 2) outputs.forEach((value, i) => (answer += value > 0n ? 2n ** BigInt(i) : 0n))
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

// --- Cohort ---

const cohort = () => {
  const cases: Case[] = []
  for (const members of [1, 2, 3, 4, 5, 16, 17, 64, 65, 100, 257]) {
    const seed = draw()
    let h = 1n
    while (2n ** (2n * h) < BigInt(members)) h++
    const half = 2n ** h
    const indices: bigint[] = []
    for (let position = 0n; position < BigInt(members); position++) {
      let x = position
      do {
        let a = x / half
        let b = x % half
        for (let k = 0n; k < 4n; k++) {
          const keyed = hash(encode([seed, k, b])) % half
          const swapped = a ^ keyed
          a = b
          b = swapped
        }
        x = a * half + b
      } while (x >= BigInt(members))
      indices.push(x)
    }
    cases.push({ seed: word(seed), members: String(members), indices: texts(indices) })
  }

  const assignments: Case[] = []
  for (const [shards, perMember, size] of [
    [1, 1, 4],
    [1, 1, 1],
    [4, 4, 3],
    [4, 1, 3],
    [5, 2, 7],
    [7, 3, 2],
    [16, 5, 8],
    [3, 2, 0],
  ] as const) {
    for (const round of [0, 1, 2, 13, 4294967]) {
      const flat: number[] = []
      for (let p = 0; p < size; p++) {
        for (let k = 0; k < perMember; k++) flat.push(Number((BigInt(p + round) * BigInt(perMember) + BigInt(k)) % BigInt(shards)))
      }
      const expected = Array.from({ length: shards }, (_, s) => flat.filter((shard) => shard === s).length)
      assignments.push({
        shards: String(shards),
        shardsPerMember: String(perMember),
        round: String(round),
        cohort: String(size),
        assigned: texts(flat),
        expected: texts(expected),
      })
    }
  }

  const keepers: Case[] = []
  for (const size of [1, 2, 8, 100, 256]) {
    const seed = draw()
    const positions = Array.from({ length: 8 }, (_, shard) => hash(encode([seed, BigInt(shard)])) % BigInt(size))
    keepers.push({ seed: word(seed), cohort: String(size), positions: texts(positions) })
  }
  return { cases, assignments, keepers }
}

// --- Gains ---

const gains = () => {
  const entry = (i: number, fromRound: bigint, gain: bigint): bigint => (fromRound * 65536n + gain) * 2n ** BigInt(48 * i)
  const cases: Case[] = []
  for (const list of [
    [[0, 1]],
    [[0, 65535]],
    [
      [0, 8],
      [10, 4],
      [20, 2],
      [30, 1],
    ],
    [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ],
    [
      [0, 3],
      [4294967294, 7],
    ],
  ]) {
    let packed = 0n
    list.forEach(([fromRound, gain], i) => (packed += entry(i, BigInt(fromRound!), BigInt(gain!))))
    const last = list[list.length - 1]![0]!
    const rounds = [...new Set([0, 1, 2, 3, 4, 5, 9, 10, 11, 19, 20, 29, 30, 1000, last, last + 1])]
    const expected = rounds.map((round) => {
      let gain = 0
      for (const [fromRound, value] of list) if (round >= fromRound!) gain = value!
      return gain
    })
    cases.push({
      gains: word(packed),
      fromRounds: texts(list.map(([fromRound]) => fromRound!)),
      gainValues: texts(list.map(([, gain]) => gain!)),
      minimumRounds: String(last + 1),
      rounds: texts(rounds),
      expected: texts(expected),
    })
  }
  const malformed: Case[] = [
    [0n, 10, 'no entry'],
    [entry(0, 1n, 1n), 10, 'the first entry starts after round 0'],
    [entry(0, 0n, 1n) + entry(1, 0n, 2n), 10, 'not rising'],
    [entry(0, 0n, 1n) + entry(1, 5n, 2n) + entry(2, 5n, 3n), 10, 'not rising'],
    [entry(0, 0n, 1n) + entry(1, 10n, 2n), 10, 'starts after the last round'],
    [entry(0, 0n, 1n) + entry(1, 5n, 0n), 10, 'gain zero'],
    [entry(0, 0n, 1n) + entry(2, 5n, 2n), 10, 'gap'],
    [entry(0, 0n, 1n) + 2n ** 240n, 10, 'bits above 240'],
    [entry(0, 0n, 1n) + entry(1, 1n, 1n) + entry(2, 2n, 1n) + entry(3, 3n, 1n) + entry(4, 4n, 1n) + 2n ** 255n, 10, 'bits above 240'],
  ].map(([packed, rounds, reason]) => ({ gains: word(packed as bigint), rounds: String(rounds), reason }))
  // The gain of a smaller cohort: as many times the schedule's as the updates of a shard are fewer, no remainder kept.
  const effective: Case[] = []
  for (const [shards, perMember] of [[1, 1], [4, 4], [4, 1], [7, 3], [256, 2], [256, 255]] as const) {
    for (const cohortSize of [1, 2, 8, 33, 64, 256]) {
      const cohorts = [1, 2, 3, 5, 8, 31, 33, 63, 64, 255, 256].filter((cohort) => cohort <= cohortSize)
      const most = ofTheBusiestShard(cohortSize, perMember, shards)
      const expected = cohorts.map((cohort) => ofTheBusiestShard(cohort, perMember, shards))
      const gain = [1, 7, 65535][effective.length % 3]!
      effective.push({
        shards: String(shards),
        shardsPerMember: String(perMember),
        cohortSize: String(cohortSize),
        gain: String(gain),
        most: String(most),
        cohorts: texts(cohorts),
        expected: texts(expected),
        effective: texts(expected.map((updates) => (gain * most - ((gain * most) % updates)) / updates)),
      })
    }
  }
  return { cases, malformed, effective }
}

/** Updates of the shard that gets most when the runs of `cohort` positions are laid around the ring, counted one by one. */
const ofTheBusiestShard = (cohort: number, perMember: number, shards: number): number => {
  const updates = new Array<number>(shards).fill(0)
  for (let j = 0; j < cohort * perMember; j++) updates[j % shards]! += 1
  return Math.max(...updates)
}

// --- Phase ---

const phase = () => {
  const cases: Case[] = []
  const opened = 1_000_000
  const patience = { joinSeconds: '40', keeperSeconds: '30', idleSeconds: '500', joiningSince: '999000' }
  type Setting = { commit: number; submit: number; challenge: number; committed: number; submitted: number; wait: number }
  const settings: Setting[] = []
  for (const wait of [24]) {
    for (const commit of [0, 60]) {
      for (const challenge of [0, 90]) {
        // Offsets from startedAt at which the last of the cohort acted; −1: never.
        for (const committed of commit === 0 ? [-1] : [-1, 0, 20, 59]) {
          const start = committed >= 0 ? committed + 1 : commit
          for (const submitted of [-1, start, start + 35, start + 119]) {
            settings.push({ commit, submit: 120, challenge, committed, submitted, wait })
          }
        }
      }
    }
  }
  for (const { commit, submit, challenge, committed, submitted, wait } of settings) {
    const started = opened + wait
    // When the step that a phase waits for became possible: once aggregation could start, or with the last shard before.
    // An early end takes the second of the act that brings it.
    const opensAt = committed >= 0 ? committed + 1 : commit
    const lastWindow = (submitted >= 0 ? submitted + 1 : opensAt + submit) + challenge
    const add = (now: number, updates: bigint, shardsDone: number, expectedPhase: number, endsAt: number) => {
      const aggregated = shardsDone > 0 ? now - 1 : 0
      const possible = aggregated > started + lastWindow ? aggregated : started + lastWindow
      cases.push({
        ...patience,
        aggregatedAt: String(aggregated),
        // Twice the keeper's window, then idle; never, where the phase ends by itself.
        overdueAt: expectedPhase < 5 ? '0' : String(possible + 2 * 30 + 500),
        openedAt: String(opened),
        startedAt: String(started),
        committedAt: committed >= 0 && now >= started + committed ? String(started + committed) : '0',
        submittedAt: submitted >= 0 && now >= started + submitted ? String(started + submitted) : '0',
        submitted: word(updates),
        shardsDone: String(shardsDone),
        commitSeconds: String(commit),
        submitSeconds: String(submit),
        challengeSeconds: String(challenge),
        minimumUpdates: '3',
        shards: '4',
        isFinished: '0',
        now: String(now),
        phase: String(expectedPhase),
        endsAt: String(endsAt),
      })
    }
    // The clock, second by second: what each second allows, until only people can move the round on.
    const second = (t: number): number => {
      const hasCommitted = committed >= 0 && t > committed
      const hasSubmitted = submitted >= 0 && t > submitted
      if (t < commit && !hasCommitted) return 2
      if (t < opensAt + submit && !hasSubmitted) return 3
      return t < lastWindow ? 4 : 5
    }
    const last = lastWindow
    for (const t of new Set([0, committed - 1, committed, committed + 1, commit - 1, commit, submitted - 1, submitted, submitted + 1, commit + submit - 1, commit + submit, last - 1, last, last + 500])) {
      if (t < 0) continue
      const now = second(t)
      if (now === 5) {
        add(started + t, 0b1011n, 0, 5, 0)
        add(started + t, 0b1011n, 3, 5, 0)
        add(started + t, 0b1011n, 4, 6, 0)
        add(started + t, 2n ** 255n + 1n, 0, 7, 0)
        continue
      }
      // What is known at t: an early end that is still to come is not foreseen.
      const start = committed >= 0 && t >= committed ? committed + 1 : commit
      const end = now === 2 ? start : now === 3 ? (submitted >= 0 && t >= submitted ? submitted + 1 : start + submit) : last
      add(started + t, 0b1011n, 0, now, started + end)
    }
  }
  const rest = { ...patience, aggregatedAt: '0', committedAt: '0', submittedAt: '0', submitted: word(0n), shardsDone: '0', commitSeconds: '60', submitSeconds: '120', challengeSeconds: '0', minimumUpdates: '3', shards: '4', endsAt: '0', now: '1000005' }
  cases.push({ openedAt: '0', startedAt: '0', ...rest, isFinished: '0', phase: '0', overdueAt: '999540' })
  cases.push({ openedAt: '1000000', startedAt: '0', ...rest, isFinished: '0', phase: '1', overdueAt: '1000500' })
  cases.push({ openedAt: '1000000', startedAt: '1000000', ...rest, isFinished: '1', phase: '8', overdueAt: '0' })
  const distinct = new Map(cases.map((entry) => [JSON.stringify(entry), entry]))
  return { cases: [...distinct.values()] }
}

// --- Reward ---

const reward = () => {
  const pots: Case[] = []
  for (const [bounty, rounds] of [
    [0n, 30n],
    [29n, 30n],
    [30n, 30n],
    [1000n, 7n],
    [10n ** 24n + 1n, 30n],
    [2n ** 128n - 1n, 4294967295n],
  ] as const) {
    pots.push({ bounty: String(bounty), rounds: String(rounds), pot: String((bounty - (bounty % rounds)) / rounds) })
  }
  const cases: Case[] = []
  for (const keeperPay of [0n, 1n, 7n, 1000n, 10n ** 20n + 1n, 2n ** 128n - 1n]) {
    for (const keeperSeconds of [0n, 1n, 30n, 3600n]) {
      const moments = new Set([0n, 1n, keeperSeconds - 1n, keeperSeconds, keeperSeconds + 1n, keeperSeconds + keeperSeconds / 2n, 2n * keeperSeconds - 1n, 2n * keeperSeconds, 2n * keeperSeconds + 9n])
      for (const elapsed of moments) {
        if (elapsed < 0n) continue
        const half = (keeperPay - (keeperPay % 2n)) / 2n
        let pay = keeperPay
        if (elapsed < keeperSeconds) pay = half
        else if (elapsed < 2n * keeperSeconds) {
          const risen = (keeperPay - half) * (elapsed - keeperSeconds)
          pay = half + (risen - (risen % keeperSeconds)) / keeperSeconds
        }
        cases.push({ keeperPay: String(keeperPay), keeperSeconds: String(keeperSeconds), elapsed: String(elapsed), pay: String(pay) })
      }
    }
  }
  const splits: Case[] = []
  for (const [pot, weights] of [
    [1000n, [1n, 1n, 1n]],
    [1000n, [1n]],
    [2n, [1n, 1n, 1n]],
    [1001n, [5n, 0n, 3n, 2n]],
    [10n ** 24n + 7n, [1n, 1n, 1n, 1n, 1n, 1n, 1n, 1n]],
    [2n ** 128n - 1n, [2n ** 128n - 1n, 2n ** 128n - 1n, 1n]],
    [0n, [1n, 2n]],
  ] as const) {
    let total = 0n
    for (const weight of weights) total += weight
    const amounts = weights.map((weight) => (pot * weight - ((pot * weight) % total)) / total)
    splits.push({ pot: String(pot), weights: texts(weights), amounts: texts(amounts) })
  }
  return { cases, pots, splits }
}

// --- Binding ---

const TERMS: [name: string, kind: 'hash' | 'address' | number][] = [
  ['manifestHash', 'hash'],
  ['setupHash', 'hash'],
  ['salt', 'hash'],
  ['gains', 256],
  ['stake', 128],
  ['bounty', 128],
  ['keeperPay', 128],
  ['joinSeconds', 32],
  ['commitSeconds', 32],
  ['idleSeconds', 32],
  ['aggregator', 'address'],
  ['dimension', 32],
  ['shardSize', 32],
  ['rounds', 32],
  ['token', 'address'],
  ['cohortSize', 16],
  ['minimumUpdates', 16],
  ['shardsPerMember', 16],
  ['endQuorum', 16],
  ['laneBits', 8],
  ['bits', 8],
  ['rule', 8],
  ['isPrivateNetwork', 1],
  ['gate', 'address'],
  ['submitSeconds', 32],
  ['challengeSeconds', 32],
  ['keeperSeconds', 32],
  ['judge', 'address'],
]

const binding = () => {
  const cases: Case[] = []
  for (let k = 0; k < 6; k++) {
    const chainId = [1n, 31337n, 2n ** 64n, 10n, 8453n, 1n][k]!
    const core = draw() % 2n ** 160n
    const id = draw()
    const round = [0n, 1n, 29n, 4294967295n, 7n, 3n][k]!
    const member = draw() % 2n ** 160n
    const shard = [0n, 255n, 3n, 1n, 0n, 9n][k]!
    const salt = draw()
    const payloads = Array.from({ length: 1 + (k % 3) }, (_, i) =>
      Array.from({ length: 1 + i + k }, () => draw()).flatMap(bytes32),
    )
    const context = hash(encode([chainId, core, id, round, member]))
    const payloadHash = hash(payloads.flatMap((payload) => bytes32(hash(payload))))
    cases.push({
      chainId: String(chainId),
      core: address(core),
      id: word(id),
      round: String(round),
      member: address(member),
      shard: String(shard),
      salt: word(salt),
      payloads: payloads.map(hex),
      context: word(context),
      digest: word(hash([...bytes32(context), ...bytes32(shard), ...payloads[0]!])),
      payloadHash: word(payloadHash),
      commitment: word(hash(encode([chainId, core, id, round, member, salt, payloadHash]))),
    })
  }
  const ids: Case[] = []
  for (let k = 0; k < 4; k++) {
    const chainId = k === 0 ? 31337n : below(2n ** 64n)
    const core = draw() % 2n ** 160n
    const values = TERMS.map(([, kind]) => {
      const width = kind === 'hash' ? 256 : kind === 'address' ? 160 : kind
      return k === 0 ? 0n : k === 1 ? 2n ** BigInt(width) - 1n : draw() % 2n ** BigInt(width)
    })
    const terms: Case = {}
    TERMS.forEach(([name, kind], i) => {
      const value = values[i]!
      terms[name] = kind === 'hash' ? word(value) : kind === 'address' ? address(value) : String(value)
    })
    ids.push({ chainId: String(chainId), core: address(core), terms, id: word(hash(encode([chainId, core, ...values]))) })
  }
  return { cases, ids }
}

// --- Files ---

const columns = (cases: readonly Case[]): string => {
  const fields = Object.keys(cases[0]!).map(
    (field) => `  ${JSON.stringify(field)}: ${JSON.stringify(cases.map((entry) => entry[field]))}`,
  )
  return `{\n${[`  "count": ${cases.length}`, ...fields].join(',\n')}\n}\n`
}

/** The text of every file, by name: one case or field a line, with the number of cases of each list beside it. */
export function vectors(): Record<string, string> {
  drawn = 0n
  const lists: Record<string, Record<string, Case[]>> = {
    lanes: lanes(),
    codec: codec(),
    sum: sum(),
    initial: initial(),
    network: network(),
    cohort: cohort(),
    gains: gains(),
    phase: phase(),
    reward: reward(),
    binding: binding(),
  }
  const files: Record<string, string> = {}
  for (const [name, file] of Object.entries(lists)) {
    // Many small cases are quicker to read as one array a field.
    if (name === 'phase') {
      files['phase.json'] = columns(file.cases!)
      continue
    }
    const counts = Object.entries(file).map(([list, cases]) => {
      const key = list === 'cases' ? 'count' : `${list}Count`
      return `  "${key}": ${cases.length}`
    })
    const bodies = Object.entries(file).map(
      ([list, cases]) => `  "${list}": [\n${cases.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]`,
    )
    files[`${name}.json`] = `{\n${[...counts, ...bodies].join(',\n')}\n}\n`
  }
  return files
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, text] of Object.entries(vectors())) {
    writeFileSync(fileURLToPath(new URL(name, import.meta.url)), text)
  }
}
