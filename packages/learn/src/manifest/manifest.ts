/**
 * The manifest: what a federation trains, on what data, with which integers. Published whole when it is created.
 *
 * Its canonical bytes (RFC 8785) are hashed into the terms, so members know exactly what they join.
 *
 * @example
 * ```ts
 * import { parseManifest, serializeManifest, validateManifest } from '@tutti/learn'
 *
 * parseManifest(serializeManifest(manifest)) // → manifest
 * validateManifest({ ...manifest, version: 9 }) // throws ManifestError
 * ```
 */

import { formatPath } from '../data/schema.ts'
import { toCanonicalJson } from './canonical-json.ts'
import { type Manifest, manifestSchema } from './manifest-schema.ts'
import { findManifestFault } from './rules.ts'

export type {
  Initialisation,
  Manifest,
  MetricName,
  NetworkSpec,
  StatisticsSource,
  TaskKind,
  TensorSpec,
  TrainingSpec,
} from './manifest-schema.ts'

/**
 * Checks a value as a manifest: form, and agreement of its parts (shapes, steps, bias multipliers, classes).
 *
 * @throws {@link ManifestError} naming the key.
 */
export function validateManifest(value: unknown): Manifest {
  const result = manifestSchema.safeParse(value)
  if (!result.success) {
    const issue = result.error.issues[0]!
    throw new ManifestError(formatPath(issue.path), issue.message)
  }
  const fault = findManifestFault(result.data)
  if (fault !== undefined) throw new ManifestError(fault.key, fault.reason)
  return result.data
}

/**
 * Canonical bytes of a manifest, those that are hashed and published.
 *
 * @throws {@link ManifestError} naming the key.
 */
export function serializeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(toCanonicalJson(validateManifest(manifest)))
}

/**
 * `parseManifest(serializeManifest(m)) ≡ m`. Bytes that are not canonical are refused: two readers could differ on them.
 *
 * @throws {@link ManifestError} naming the key, or saying where the text stops being JSON.
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new ManifestError('', `not JSON in UTF-8 (${(cause as Error).message})`)
  }
  const manifest = validateManifest(value)
  if (toCanonicalJson(manifest) !== text) {
    throw new ManifestError('', 'not in canonical form (RFC 8785); write it with serializeManifest')
  }
  return manifest
}

/** A manifest breaks its form, or its parts disagree. */
export class ManifestError extends Error {
  override name = 'ManifestError'
  readonly key: string
  constructor(key: string, reason: string) {
    super(key === '' ? `Manifest: ${reason}.` : `Manifest: "${key}": ${reason}.`)
    this.key = key
  }
}
