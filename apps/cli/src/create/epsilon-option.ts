/** The option `--epsilon` of `tutti stats create`. */

/** ε from the command line as a fraction of whole numbers; undefined if it is none. */
export function toEpsilon(text: string): [number, number] | undefined {
  const [, whole, fraction = ''] = /^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const numerator = Number(whole + fraction)
  return numerator === 0 ? undefined : [numerator, 10 ** fraction.length]
}
