/** The columns that a federation asks its members for: a table for people, and a CSV to fill in. */
import { type DataSchema, isStatistics, type PublishedManifest, USUAL_SEPARATOR } from '@tutti/learn'
import { type CsvForm, PLAIN_CSV, schemaForm, toCsvLine, toCsvNumber } from '../terminal/csv-writing.ts'
import { toPlainText } from '../terminal/plain-text.ts'

/** One column as a member must have it. */
export interface WantedColumn {
  name: string
  kind: string
  unit: string
  /** What it may hold. */
  values: string
  /** What happens to values that are missing or not among these. */
  otherwise: string
}

/** Most texts that are listed; of more, the first. */
const MOST_LISTED = 12

/** The columns of a manifest, the label last. */
export function wantedColumns(manifest: PublishedManifest): WantedColumn[] {
  if (isStatistics(manifest)) {
    return manifest.plan.columns.map((column) =>
      column.kind === 'number'
        ? {
            name: column.name,
            kind: 'number',
            unit: column.unit ?? '',
            values: `${column.minimum} to ${column.maximum}`,
            otherwise: 'others are counted separately',
          }
        : {
            name: column.name,
            kind: 'category',
            unit: '',
            values: list(column.categories),
            otherwise: 'others are counted separately',
          },
    )
  }
  const { features, label } = manifest.data
  return [...features.map(describeFeature), describeLabel(label)]
}

function describeFeature(feature: DataSchema['features'][number]): WantedColumn {
  const { name, kind } = feature
  if (feature.kind === 'category') {
    const unknown = feature.unknown === 'refuse' ? 'others are refused' : 'others set no input'
    const missing = feature.missing === 'refuse' ? 'must not be missing' : 'may be missing'
    return { name, kind, unit: '', values: list(feature.categories), otherwise: `${unknown}; ${missing}` }
  }
  return {
    name,
    kind,
    unit: feature.unit ?? '',
    values: range(feature),
    otherwise: feature.missing === 'refuse' ? 'must not be missing' : `a missing value counts as ${feature.missing}`,
  }
}

function describeLabel(label: DataSchema['label']): WantedColumn {
  const { name } = label
  if (label.kind === 'labels') {
    const otherwise = `any of them, with ${label.separator ?? USUAL_SEPARATOR} between them; empty for none`
    return { name, kind: 'labels', unit: '', values: list(label.classes), otherwise }
  }
  const otherwise = label.missing === 'omit' ? 'rows without it are left out' : 'must not be missing'
  if (label.kind === 'class') return { name, kind: 'class', unit: '', values: list(label.classes), otherwise }
  return { name, kind: 'number', unit: label.unit ?? '', values: range(label), otherwise }
}

function range({ minimum, maximum }: { minimum?: number | undefined; maximum?: number | undefined }): string {
  if (minimum === undefined && maximum === undefined) return 'any number'
  if (minimum === undefined) return `up to ${maximum}`
  return maximum === undefined ? `from ${minimum}` : `${minimum} to ${maximum}`
}

function list(texts: readonly string[]): string {
  const shown = texts.slice(0, MOST_LISTED).join(', ')
  return texts.length > MOST_LISTED ? `${shown}, … (${texts.length})` : shown
}

/** Columns in lines; the last is what is to be predicted. */
export function columnLines(manifest: PublishedManifest): string[] {
  const columns = wantedColumns(manifest)
  const rows = columns.map(({ name, kind, unit, values, otherwise }) => [
    toPlainText(name),
    kind,
    toPlainText(`${values}${unit === '' ? '' : ` ${unit}`}`),
    otherwise,
  ])
  const widths = [0, 1, 2].map((column) => Math.min(48, Math.max(...rows.map((row) => row[column]!.length))))
  const lines = rows.map(
    (row) => `  ${row.map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cell)).join('  ')}`,
  )
  if (isStatistics(manifest)) return lines
  return [...lines.slice(0, -1), 'to be predicted:', lines.at(-1)!]
}

/** How a file for a federation's rows is written: as the file that its schema was made from. */
export function templateForm(manifest: PublishedManifest): CsvForm {
  return isStatistics(manifest) ? PLAIN_CSV : schemaForm(manifest.data)
}

/** A CSV with the header that rows must have, and one row that shows what goes where. */
export function csvTemplate(manifest: PublishedManifest): string {
  const form = templateForm(manifest)
  const toCell = (example: number | string) =>
    typeof example === 'number' ? toCsvNumber(String(example), form) : example
  const columns = isStatistics(manifest)
    ? manifest.plan.columns.map((column) => ({
        name: column.name,
        example: column.kind === 'number' ? column.minimum : column.categories[0]!,
      }))
    : [
        ...manifest.data.features.map((feature) => ({
          name: feature.name,
          example: feature.kind === 'number' ? feature.center : feature.categories[0]!,
        })),
        { name: manifest.data.label.name, example: exampleLabel(manifest.data.label) },
      ]
  const header = columns.map(({ name }) => name)
  const row = columns.map(({ example }) => toCell(example))
  return toCsvLine(header, form) + toCsvLine(row, form)
}

function exampleLabel(label: DataSchema['label']): number | string {
  return label.kind === 'number' ? label.center : label.classes[0]!
}
