/** The prelude of the examples: what those of `chain` and `node` find ready, as `test/api/prelude.ts` makes it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { toProgram } from './examples.ts'
import { root } from './published.ts'

export const preludeSource = 'test/api/prelude.ts'

export type Prelude = { readonly text: string; readonly names: readonly string[] }

let known: Prelude | undefined

/** The source of the prelude, and the names that it exports. */
export function readPrelude(): Prelude {
  if (known !== undefined) return known
  const text = readFileSync(join(root, preludeSource), 'utf8')
  const names = [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name!)
  known = { text, names }
  return known
}

/** Names of the prelude that an example uses and does not declare itself. */
export function preludeNames(example: string): string[] {
  const file = ts.createSourceFile('example.ts', toProgram(example), ts.ScriptTarget.Latest, true)
  const used = new Set<string>()
  const declared = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) noteIdentifier(node, used, declared)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return readPrelude().names.filter((name) => used.has(name) && !declared.has(name))
}

function noteIdentifier(node: ts.Identifier, used: Set<string>, declared: Set<string>): void {
  const { parent } = node
  const isMember =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  if (isMember) return
  const isDeclaration =
    (ts.isVariableDeclaration(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.name === node) ||
    (ts.isParameter(parent) && parent.name === node) ||
    ts.isImportSpecifier(parent)
  if (isDeclaration) declared.add(node.text)
  else used.add(node.text)
}
