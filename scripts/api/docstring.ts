/** The docstring of a module: the comment that opens the file, apart from the docstring of what is declared first. */
import ts from 'typescript'

/** Text without comment marks; what stands in its `@example`, without the fence. */
export type Docstring = { readonly text: string; readonly example: string | undefined }

/** Reads the docstring of a module's source, or nothing where the file does not open with one. */
export function readDocstring(source: string): Docstring | undefined {
  const file = ts.createSourceFile('module.ts', source, ts.ScriptTarget.Latest, true)
  const first = file.statements[0]
  if (first === undefined) return undefined
  const comment = ts.getLeadingCommentRanges(source, 0)?.find(({ pos }) => source.startsWith('/**', pos))
  if (comment === undefined) return undefined
  const isApart = ts.isImportDeclaration(first) || ts.isExportDeclaration(first)
  if (!isApart && !/^\n\s*(\n|\/\*\*)/.test(source.slice(comment.end))) return undefined
  const text = stripMarks(source.slice(comment.pos, comment.end))
  return { text, example: exampleOf(text) }
}

function stripMarks(comment: string): string {
  return comment
    .replace(/^\/\*\*[ \t]*\n?/, '')
    .replace(/[ \t]*\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*( |$)/, ''))
    .join('\n')
    .trim()
}

function exampleOf(text: string): string | undefined {
  return /^@example\n```ts\n([\s\S]*?)\n```$/m.exec(text)?.[1]
}
