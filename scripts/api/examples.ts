/**
 * The examples of the nouns as programs: each in a file of its own, which is type-checked and run.
 *
 * `expression // → value` and `const name = expression // → value` become assertions of deep equality, and
 * `call() // throws Name` one of an error's name; each stays on its line, so that a message's line is that of the example.
 */
import ts from 'typescript'

/** The program of an example. Its first line holds the imports that its assertions need, the others those of the example. */
export function toProgram(example: string): string {
  const file = ts.createSourceFile('example.ts', example, ts.ScriptTarget.Latest, true)
  let text = ''
  let from = 0
  for (const statement of file.statements) {
    const claim = claimAfter(example, statement)
    if (claim === undefined) continue
    text += example.slice(from, statement.getStart(file)) + toAssertion(statement, claim)
    from = statement.end
  }
  return `import expected from 'node:assert/strict'; export {}\n${text}${example.slice(from)}\n`
}

type Claim = { readonly kind: 'value' | 'error'; readonly text: string }

function claimAfter(example: string, { end }: ts.Statement): Claim | undefined {
  const comment = ts.getTrailingCommentRanges(example, end)?.[0]
  if (comment === undefined) return undefined
  const [, kind, text] = /^\/\/ (→|throws) (.+)$/.exec(example.slice(comment.pos, comment.end)) ?? []
  return text === undefined ? undefined : { kind: kind === '→' ? 'value' : 'error', text }
}

function toAssertion(statement: ts.Statement, { kind, text }: Claim): string {
  if (ts.isVariableStatement(statement)) {
    const { name } = statement.declarationList.declarations[0]!
    return `${statement.getText()}; expected.deepEqual(${name.getText()}, ${text});`
  }
  if (!ts.isExpressionStatement(statement)) throw new ClaimError(statement.getText())
  const expression = statement.expression.getText()
  if (kind === 'value') return `expected.deepEqual(${expression}, ${text});`
  return `await expected.rejects(async () => ${expression}, { name: '${text}' });`
}

/** A claim beside what has no value. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError'
  constructor(statement: string) {
    super(`"${statement}" has no value to compare. Put the claim beside an expression or a constant.`)
  }
}
