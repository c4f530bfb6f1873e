/**
 * A plugin of TypeDoc. The few shapes it needs are written here, so that types are checked without TypeDoc's own.
 *
 * - A type is shown as it is written, `Manifest`, not as what it comes to: hundreds of lines, where a library infers it.
 * - `@param options.scale` describes a destructured parameter; TypeDoc finds it only where `@param options` stands there too.
 * - A link may name anything that the same package publishes, or else one package alone: errors are thrown far above where
 *   they are declared, and importing them for the sake of a comment would be an import too many.
 */
type Tag = { readonly tag: string; readonly name?: string }
type Signature = {
  readonly parameters?: readonly { name: string }[]
  readonly comment?: { readonly blockTags: readonly Tag[] }
}
/** `variant` is `reference` where a page only repeats what another declares. */
type Reflection = {
  readonly name: string
  readonly variant: string
  readonly parent?: Reflection
  readonly children?: readonly Reflection[]
}
type Project = Reflection & { readonly children: readonly Reflection[] }
type Linking = Reflection & { readonly project: Project }
type Reference = { readonly symbolReference?: { readonly path?: readonly { readonly path: string }[] } }
type Target = { readonly target: Reflection; readonly caption: string }
type Converter = {
  convertType(context: unknown, type: unknown, node?: unknown): unknown
  on(event: 'createSignature', listener: (context: unknown, signature: Signature) => void): void
  addUnknownSymbolResolver(
    resolver: (reference: Reference, from: Linking, comment: unknown) => Target | undefined,
  ): void
}

export function load({ converter }: { readonly converter: Converter }): void {
  const convertType = converter.convertType.bind(converter)
  converter.convertType = (context, type, node) => convertType(context, node ?? type)
  converter.on('createSignature', (_, signature) => nameParameters(signature))
  converter.addUnknownSymbolResolver(findPublished)
}

function nameParameters({ parameters = [], comment }: Signature): void {
  const params = comment?.blockTags.filter(({ tag, name }) => tag === '@param' && name !== undefined) ?? []
  const documented = new Set(params.map(({ name }) => name!.split('.')[0]!))
  for (const { name } of parameters) documented.delete(name)
  const names = [...documented]
  for (const parameter of parameters) {
    if (parameter.name === '__namedParameters') parameter.name = names.shift() ?? 'options'
  }
}

/** Asked about types too, without a comment; those are the business of TypeScript. */
function findPublished({ symbolReference }: Reference, from: Linking, comment: unknown): Target | undefined {
  const path = symbolReference?.path ?? []
  if (path.length !== 1 || comment === undefined) return undefined
  const found = from.project.children.flatMap((module) => {
    const child = module.children?.find(({ name, variant }) => name === path[0]!.path && variant !== 'reference')
    return child === undefined ? [] : [{ module, child }]
  })
  const own = found.filter(({ module }) => packageOf(module) === packageOf(from))
  const candidates = own.length > 0 ? own : found
  const [only, another] = candidates
  return only === undefined || another !== undefined ? undefined : { target: only.child, caption: only.child.name }
}

/** Modules are named after their pages: `core/terms/phase`. */
function packageOf(reflection: Reflection): string | undefined {
  const { name, parent } = reflection
  const isModule = parent !== undefined && parent.parent === undefined
  return isModule ? name.split('/')[0] : parent && packageOf(parent)
}
