/** TypeScript to JavaScript, declarations and source maps: one pass over all packages. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from './files.ts'

/** Compiles `packages/*` and the command line into `out`, in folders as in the repository. */
export function compile(root: string, out: string): void {
  const config = join(out, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        ...{ noEmit: false, incremental: false, declaration: true, sourceMap: true, inlineSources: true },
        ...{ rewriteRelativeImportExtensions: true, rootDir: root, outDir: out },
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [join(root, 'packages/*/src'), join(root, 'apps/*/src')],
    }),
  )
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config], { stdio: 'inherit' })
  for (const file of listFiles(out)) {
    if (file.endsWith('.d.ts')) renameImports(file)
    // ONNX Runtime comes in a package for each platform: see `runtime.ts`.
    else if (file.endsWith('packages/learn/src/onnx/runtime.js'))
      replaceIn(file, /'onnxruntime-node'/g, "'@tutti/onnxruntime'")
  }
}

/** In declarations the compiler leaves `./file.ts`, which is not there. */
function renameImports(file: string): void {
  replaceIn(file, /((?:from|import\()\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2')
  replaceIn(file, /(['"])onnxruntime-node(['"])/g, '$1@tutti/onnxruntime$2')
}

function replaceIn(file: string, pattern: RegExp, by: string): void {
  const text = readFileSync(file, 'utf8')
  const replaced = text.replace(pattern, by)
  if (replaced !== text) writeFileSync(file, replaced)
}
