/** Numbers and lists on the command line: what an option's text must be, and what it says if it is not. */
import { InvalidArgumentError } from 'commander'

/** A whole number from 0. @throws `InvalidArgumentError` */
export function parseCount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('It takes a whole number from 0.')
  }
  return value
}

/** A whole number from 1. @throws `InvalidArgumentError` */
export function parseAtLeastOne(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It takes a whole number from 1.')
  }
  return value
}

/** A share above 0 and below 1. @throws `InvalidArgumentError` */
export function parseShare(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value > 0 && value < 1)) {
    throw new InvalidArgumentError('It takes a share above 0 and below 1, such as 0.2.')
  }
  return value
}

/** A number above 0. @throws `InvalidArgumentError` */
export function parsePositive(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It takes a number above 0.')
  return value
}

/** The values of an option that may be repeated, in order: commander hands over those before. */
export function collectTexts(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text]
}

/** The entries that are not undefined, for options that were given. */
export function present<T extends object>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as never
}
