/**
 * The interfaces are the contracts' specification: each function states its parameters, what it returns and why it reverts,
 * each event its parameters, each error its meaning. The errors that a function names are compared with the code: it names
 * every error that an implementation can reach by itself, and no other.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** A node of the compiler's syntax tree, as far as it is read here. */
interface Node {
  id: number
  nodeType: string
  name: string
  nodes: Node[]
  body?: Node
  parameters: { parameters: Node[] }
  modifiers?: Node[]
  kind?: string
  baseFunctions?: number[]
  contractKind?: string
  linearizedBaseContracts: number[]
  referencedDeclaration?: number
  errorCall: { expression: Node }
  modifierName: Node
}

interface AbiEntry {
  type: string
  name: string
  inputs: { name: string; type: string; components?: AbiEntry['inputs'] }[]
  outputs?: AbiEntry['inputs']
}

interface Documentation {
  methods: Record<string, Record<string, unknown>>
  events: Record<string, Record<string, unknown>>
  errors: Record<string, unknown>
}

interface Variable {
  label: string
  slot: string
  offset: number
  type: string
}

interface Compiled {
  errors?: { severity: string; formattedMessage: string }[]
  sources: Record<string, { ast: Node }>
  contracts: Record<
    string,
    Record<
      string,
      { abi: AbiEntry[]; devdoc: Documentation; userdoc: Documentation; storageLayout: { storage: Variable[] } }
    >
  >
}

const contracts = fileURLToPath(new URL('../contracts', import.meta.url))
const compiled = compile()
const declared = new Map<number, Node>()
for (const { ast } of Object.values(compiled.sources)) visit(ast, (node) => declared.set(node.id, node))

/** Reads all sources without generating code: seconds, not minutes. */
function compile(): Compiled {
  const require = createRequire(import.meta.url)
  const solc = require('solc') as { compile(input: string, options: object): string }
  const modules = resolve(contracts, '../node_modules')
  const find = (name: string) => {
    if (name.startsWith('@openzeppelin/')) return join(modules, name)
    return name.startsWith('solady/')
      ? join(modules, 'solady/src', name.slice('solady/'.length))
      : join(contracts, name)
  }
  const sources = Object.fromEntries(
    readdirSync(join(contracts, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.sol'))
      .map((entry) => relative(contracts, join(entry.parentPath, entry.name)))
      .map((path) => [path, { content: readFileSync(join(contracts, path), 'utf8') }]),
  )
  const outputSelection = { '*': { '*': ['abi', 'devdoc', 'userdoc', 'storageLayout'], '': ['ast'] } }
  const input = { language: 'Solidity', sources, settings: { evmVersion: 'cancun', outputSelection } }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (name: string) => ({ contents: readFileSync(find(name), 'utf8') }) }),
  ) as Compiled
  const faults = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  assert.deepEqual(
    faults.map(({ formattedMessage }) => formattedMessage),
    [],
  )
  return output
}

/** Calls `act` on every node of a tree, parents first. */
function visit(tree: unknown, act: (node: Node) => void): void {
  if (Array.isArray(tree)) for (const part of tree) visit(part, act)
  else if (tree !== null && typeof tree === 'object') {
    if ('nodeType' in tree) act(tree as Node)
    for (const part of Object.values(tree)) visit(part, act)
  }
}

/** Names of the errors that a function, its modifiers and all that it calls in its own contract revert with. */
function reachableErrors(start: Node): Set<string> {
  const [errors, seen] = [new Set<string>(), new Set<Node>()]
  const follow = (called: Node | undefined) => {
    if (called?.body === undefined || seen.has(called)) return
    seen.add(called)
    visit([called.body, called.modifiers ?? []], (node) => {
      if (node.nodeType === 'RevertStatement') {
        errors.add(declared.get(node.errorCall.expression.referencedDeclaration!)!.name)
      } else if (node.nodeType === 'ModifierInvocation') {
        follow(declared.get(node.modifierName.referencedDeclaration!))
      } else if (node.referencedDeclaration !== undefined) {
        const other = declared.get(node.referencedDeclaration)
        if (other?.nodeType === 'FunctionDefinition') follow(other)
      }
    })
  }
  follow(start)
  return errors
}

/** By the declaration of an interface's function: what its implementations in `src` can revert with, together. */
function revertsByDeclaration(): Map<number, Set<string>> {
  const reverts = new Map<number, Set<string>>()
  for (const node of declared.values()) {
    if (node.nodeType !== 'FunctionDefinition' || node.body === undefined) continue
    for (const base of node.baseFunctions ?? []) {
      reverts.set(base, new Set([...(reverts.get(base) ?? []), ...reachableErrors(node)]))
    }
  }
  return reverts
}

/** `(uint256,(address,bytes)[])`, as selectors have it. */
function typesOf(inputs: AbiEntry['inputs']): string {
  const typeOf = ({ type, components }: AbiEntry['inputs'][number]): string =>
    components === undefined ? type : `${typesOf(components)}${type.slice('tuple'.length)}`
  return `(${inputs.map(typeOf).join(',')})`
}

const signatureOf = ({ name, inputs }: AbiEntry) => `${name}${typesOf(inputs)}`

const interfaces = Object.entries(compiled.contracts)
  .filter(([path]) => path.startsWith('src/interfaces/'))
  .flatMap(([path, found]) =>
    Object.entries(found).map(([name, { abi, devdoc, userdoc }]) => ({ path, name, abi, devdoc, userdoc })),
  )

/** Of each function that an interface declares itself: its node in the tree. */
function declarationsOf(name: string): Node[] {
  const own = [...declared.values()].find((node) => node.nodeType === 'ContractDefinition' && node.name === name)!
  return own.nodes.filter(({ nodeType }) => nodeType === 'FunctionDefinition')
}

test('every function of every interface states its parameters, what it returns, and why it reverts', () => {
  const missing: string[] = []
  for (const { name, abi, devdoc, userdoc } of interfaces) {
    const own = new Set(declarationsOf(name).map((node) => node.name))
    for (const entry of abi.filter(({ type, name: called }) => type === 'function' && own.has(called))) {
      const signature = signatureOf(entry)
      const {
        params = {},
        returns = {},
        ...tags
      } = (devdoc.methods[signature] ?? {}) as {
        params?: object
        returns?: object
      }
      const where = `${name}.${entry.name}`
      if (userdoc.methods[signature]?.notice === undefined) missing.push(`${where}: @notice`)
      for (const input of entry.inputs) if (!(input.name in params)) missing.push(`${where}: @param ${input.name}`)
      for (const [at, output] of (entry.outputs ?? []).entries()) {
        if (!((output.name || `_${at}`) in returns)) missing.push(`${where}: @return ${output.name || at}`)
      }
      if (!('custom:reverts' in tags)) missing.push(`${where}: @custom:reverts`)
    }
  }
  assert.ok(interfaces.length > 8)
  assert.deepEqual(missing, [])
})

test('every event and every error of the interfaces is explained, with the parameters of events', () => {
  const missing: string[] = []
  for (const { name, abi, devdoc, userdoc } of interfaces) {
    for (const entry of abi) {
      const signature = signatureOf(entry)
      if (entry.type === 'error' && userdoc.errors?.[signature] === undefined) missing.push(`${name}: ${entry.name}`)
      if (entry.type !== 'event') continue
      if (userdoc.events?.[signature]?.notice === undefined) missing.push(`${name}: ${entry.name}`)
      const { params = {} } = (devdoc.events?.[signature] ?? {}) as { params?: object }
      for (const input of entry.inputs) {
        if (!(input.name in params)) missing.push(`${name}: ${entry.name}: @param ${input.name}`)
      }
    }
  }
  assert.deepEqual(missing, [])
})

test('every error of a library or contract is explained too', () => {
  const missing: string[] = []
  for (const [path, { ast }] of Object.entries(compiled.sources)) {
    if (!path.startsWith('src/')) continue
    visit(ast, (node) => {
      const isUnexplained = (node as Node & { documentation?: unknown }).documentation === undefined
      if (node.nodeType === 'ErrorDefinition' && isUnexplained) missing.push(`${path}: ${node.name}`)
    })
  }
  assert.deepEqual(missing, [])
})

test('the errors that a function is said to revert with are those that its code can reach', () => {
  const reverts = revertsByDeclaration()
  let compared = 0
  for (const { name, devdoc } of interfaces) {
    for (const declaration of declarationsOf(name)) {
      const reached = reverts.get(declaration.id)
      if (reached === undefined) continue
      const named = Object.entries(devdoc.methods).filter(([signature]) => signature.startsWith(`${declaration.name}(`))
      // Functions of one name differ in how many parameters they have, of which none is a struct.
      const count = declaration.parameters.parameters.length
      const [, tags] =
        named.length === 1 ? named[0]! : named.find(([signature]) => signature.split(',').length === count)!
      // Names come first; after a semicolon, what others revert with.
      const said =
        String(tags['custom:reverts'])
          .split(';')[0]!
          .match(/[A-Z][A-Za-z0-9]*[a-z](?=[,.]|$)/g) ?? []
      const stated = said.filter((word) => word !== 'Never')
      assert.deepEqual(stated.toSorted(), [...reached].toSorted(), `${name}.${declaration.name}`)
      compared += 1
    }
  }
  assert.ok(compared > 40)
})

test('the core and the code that it runs as its own store alike: one layout, and no variable beside it', () => {
  const layoutOf = (path: string, name: string) =>
    compiled.contracts[path]![name]!.storageLayout.storage.map(({ label, slot, offset, type }) => [
      label,
      slot,
      offset,
      type,
    ])
  const layout = layoutOf('src/federation/FederationStorage.sol', 'FederationStorage')
  assert.ok(layout.length > 0)
  assert.deepEqual(layoutOf('src/Federation.sol', 'Federation'), layout)
  assert.deepEqual(layoutOf('src/federation/FederationExtension.sol', 'FederationExtension'), layout)
  const lineage = (name: string) => {
    const node = [...declared.values()].find((found) => found.nodeType === 'ContractDefinition' && found.name === name)!
    return node.linearizedBaseContracts.map((id) => declared.get(id)!)
  }
  for (const { name, nodes } of [...lineage('Federation'), ...lineage('FederationExtension')]) {
    const kept = nodes.filter((node) => {
      const { nodeType, mutability, storageLocation } = node as Node & { mutability?: string; storageLocation?: string }
      return nodeType === 'VariableDeclaration' && mutability === 'mutable' && storageLocation !== undefined
    })
    if (name !== 'FederationStorage')
      assert.deepEqual(
        kept.map((node) => node.name),
        [],
        name,
      )
  }
})
