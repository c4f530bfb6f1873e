/**
 * Writes the vectors that the Solidity and the TypeScript twins are both tested against: plain loops over BigInt, from
 * the definitions, by neither twin. Only keccak256 is borrowed. Deterministic: `node --import tsx vectors/generate.ts`
 * writes the same files every time, and a test of packages/core compares them with the committed ones.
 * The shapes are described in `vectors/README.md`.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { codec } from './direct/codec.ts'
import { initial } from './direct/initial.ts'
import { lanes } from './direct/lanes.ts'
import { network } from './direct/network.ts'
import { sum } from './direct/sum.ts'
import { modelWords } from './direct/words.ts'
import { type Case, restart } from './numbers.ts'
import { binding } from './terms/binding.ts'
import { cohort } from './terms/cohort.ts'
import { gains } from './terms/gains.ts'
import { phase } from './terms/phase.ts'
import { reward } from './terms/reward.ts'

const columns = (cases: readonly Case[]): string => {
  const fields = Object.keys(cases[0]!).map(
    (field) => `  ${JSON.stringify(field)}: ${JSON.stringify(cases.map((entry) => entry[field]))}`,
  )
  return `{\n${[`  "count": ${cases.length}`, ...fields].join(',\n')}\n}\n`
}

/** The text of every file, by name: one case or field a line, with the number of cases of each list beside it. */
export function vectors(): Record<string, string> {
  restart()
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
    words: modelWords(),
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
