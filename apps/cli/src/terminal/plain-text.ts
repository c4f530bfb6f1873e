/** Makes text of others (a chain, an endpoint, a token, a file) safe to show: it cannot rewrite a terminal. */

/** Text without control and formatting characters, so that it cannot rewrite a terminal. */
export function toPlainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ')
}

/** The same for text of several lines. */
export function toPlainLines(text: string): string {
  return text.split('\n').map(toPlainText).join('\n')
}
