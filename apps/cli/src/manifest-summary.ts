/** What a manifest says, in a few lines for people. A stranger wrote it: control characters never reach the terminal. */
import { countParameters, describeModel, type Manifest, parseManifest } from '@tutti/learn'

/** Lines that introduce a federation: name, purpose, model, task, licence, contact. */
export function summariseManifest(bytes: Uint8Array): string[] {
  const manifest = parseOrUndefined(bytes)
  if (manifest === undefined) return ['(its manifest is not one that this version reads)']
  return [
    manifest.name,
    manifest.purpose,
    `${manifest.task.kind}, network ${describeModel(manifest.model)} (${countParameters(manifest.model)} parameters), ` +
      `licence ${manifest.licence}, contact ${manifest.contact}`,
  ].map(toPlainText)
}

/** The name a manifest gives its federation. */
export function nameOfManifest(bytes: Uint8Array): string {
  return toPlainText(parseOrUndefined(bytes)?.name ?? '(unreadable manifest)')
}

function parseOrUndefined(bytes: Uint8Array): Manifest | undefined {
  try {
    return parseManifest(bytes)
  } catch {
    return undefined
  }
}

/** Text without control and formatting characters, so that it cannot rewrite a terminal. */
export function toPlainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ')
}
