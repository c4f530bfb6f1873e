/**
 * The operators that a file may use, each with what of it is read: those that can be trained through, in the forms of
 * operator set 17, axes and windows spelled out.
 */
import { ARITHMETIC_OPERATORS } from './elementwise.ts'
import { LAYOUT_OPERATORS } from './layout.ts'
import { NORMALISATION_OPERATORS } from './normalisation.ts'
import type { Operator } from './operator.ts'
import { RECURRENT_OPERATORS } from './recurrent.ts'
import { REDUCTION_OPERATORS } from './reduction.ts'
import { WINDOW_OPERATORS } from './windows.ts'

/** Operators by name; whatever is not listed cannot be imported. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...ARITHMETIC_OPERATORS,
    ...LAYOUT_OPERATORS,
    ...NORMALISATION_OPERATORS,
    ...RECURRENT_OPERATORS,
    ...REDUCTION_OPERATORS,
    ...WINDOW_OPERATORS,
  }),
)

/** How an operator of the standard set is read; undefined if it cannot be. */
export function findOperator(op: string): Operator | undefined {
  return OPERATORS.get(op)
}
