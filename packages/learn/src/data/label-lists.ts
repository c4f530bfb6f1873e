/**
 * Cells that name several labels, and what joins them: told from the cells, since no header says.
 *
 * @example
 * ```ts
 * import { findLabelSeparator, splitLabels } from '@tutti/learn'
 *
 * splitLabels('rain; wind', ';') // → ['rain', 'wind']
 * findLabelSeparator(['rain;wind', 'rain', 'wind;fog'], false) // → ';'
 * ```
 */

/** What may stand between the labels of a cell. */
export const LABEL_SEPARATORS = [';', '|', ','] as const
export type LabelSeparator = (typeof LABEL_SEPARATORS)[number]

/** What stands between labels where a schema names nothing. */
export const USUAL_SEPARATOR: LabelSeparator = ';'

/** Labels that a schema may have: a bit each of an answer. */
export const MOST_LABELS = 31

/** Share of the labels in lists that must occur in another cell too: labels recombine, parts of a sentence do not. */
const RECOMBINED = 0.5

/** The labels that a cell names; none where it is empty. */
export function splitLabels(cell: string, separator: LabelSeparator): string[] {
  return cell === '' ? [] : cell.split(separator).map((part) => part.trim())
}

/**
 * What joins the labels of a column's cells: `;` where a cell has it; `|` or `,` where most labels that stand in a list stand
 * in other cells too. With `,` their number must vary as well, since names such as "Lyon, France" have two parts each.
 *
 * @param cells - Different texts of the column.
 * @param hasEmpty - Whether some cell is empty: a list of none.
 * @returns Undefined where cells look like one label each.
 */
export function findLabelSeparator(cells: readonly string[], hasEmpty: boolean): LabelSeparator | undefined {
  return LABEL_SEPARATORS.find((separator) => {
    if (!cells.some((cell) => cell.includes(separator))) return false
    if (separator === USUAL_SEPARATOR) return true
    const lists = cells.map((cell) => splitLabels(cell, separator))
    const occurrences = new Map<string, number>()
    for (const list of lists) for (const part of new Set(list)) occurrences.set(part, (occurrences.get(part) ?? 0) + 1)
    if (occurrences.has('') || occurrences.size > MOST_LABELS) return false
    const listed = new Set(lists.filter(({ length }) => length > 1).flat())
    const recombined = [...listed].filter((part) => occurrences.get(part)! > 1).length
    const isVaried = hasEmpty || new Set(lists.map(({ length }) => length)).size > 1
    return recombined > RECOMBINED * listed.size && (separator === '|' || isVaried)
  })
}

/** What joins the labels of one cell, if it splits into several that are all known. */
export function separatorBetween(cell: string, isKnown: (label: string) => boolean): LabelSeparator | undefined {
  return LABEL_SEPARATORS.find((separator) => {
    const parts = splitLabels(cell, separator)
    return parts.length > 1 && parts.every(isKnown)
  })
}
