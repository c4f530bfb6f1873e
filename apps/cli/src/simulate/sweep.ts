/** `--sweep bits=1,2,4`: which terms are compared, each combination a simulation of its own. */
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

/** What may be swept, by the name of its option: whole numbers or numbers above zero. */
export const SWEPT = {
  members: 'count',
  cohort: 'count',
  rounds: 'count',
  bits: 'count',
  epochs: 'count',
  steps: 'count',
  seed: 'count',
  alpha: 'number',
  'learning-rate': 'number',
  dropout: 'share',
  'example-weight': 'number',
} as const
export type SweptName = keyof typeof SWEPT

/** Values by option. */
export type Setting = Partial<Record<SweptName, number>>

/** Simulations that one command plays at the most. */
const MOST_SETTINGS = 64

/**
 * All combinations of what is swept, the last option varying fastest; one empty setting where nothing is.
 *
 * @example toSettings(['bits=1,2', 'cohort=4,8']).length // 4
 * @throws `CommandError` naming the option and what it may be
 */
export function toSettings(sweeps: readonly string[]): Setting[] {
  const settings = sweeps.reduce<Setting[]>(
    (before, text) => {
      const [name, values] = parseSweep(text)
      if (before.some((setting) => name in setting)) throw refuse(text, `${name} is swept twice`)
      return before.flatMap((setting) => values.map((value) => ({ ...setting, [name]: value })))
    },
    [{}],
  )
  if (settings.length <= MOST_SETTINGS) return settings
  throw new CommandError(
    `--sweep gives ${settings.length} simulations; at most ${MOST_SETTINGS} are played at once. Sweep fewer values.`,
    exitCodes.usage,
  )
}

function parseSweep(text: string): [SweptName, number[]] {
  const [name = '', list = ''] = text.split('=', 2)
  if (!Object.hasOwn(SWEPT, name)) throw refuse(text, `there are ${Object.keys(SWEPT).join(', ')}`)
  const kind = SWEPT[name as SweptName]
  const values = list.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const isAllowed = (value: number) =>
    kind === 'count'
      ? Number.isSafeInteger(value) && value >= (name === 'seed' ? 0 : 1)
      : kind === 'share'
        ? value >= 0 && value < 1
        : value > 0 && Number.isFinite(value)
  if (!values.every(isAllowed)) {
    const expected = { count: 'whole numbers from 1', share: 'shares from 0 to below 1', number: 'numbers above 0' }[
      kind
    ]
    throw refuse(text, `give ${expected}, separated by commas`)
  }
  return [name as SweptName, values]
}

function refuse(text: string, reason: string): CommandError {
  return new CommandError(`--sweep ${text}: ${reason}. Write it as --sweep bits=1,2,4.`, exitCodes.usage)
}
