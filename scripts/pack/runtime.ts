/**
 * ONNX Runtime as a package with one package for each platform. The one that Microsoft publishes holds the binaries of all
 * of them, three hundred megabytes, and downloads those of CUDA when it is installed. Nothing in the binaries is changed;
 * of the JavaScript one line is, which says where they are.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { copy, write, writeJson } from './files.ts'
import { PLATFORMS } from './packages.ts'

const LOADING = /require\(`\.\.\/bin\/napi-v6\/[^`]*`\)/

/** Writes the packages into folders of `out`, named after them, and returns their folders. */
export function repackRuntime(root: string, out: string): string[] {
  const source = join(root, 'node_modules/onnxruntime-node')
  const { version, dependencies, license, repository } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const shared = { version, license, repository }
  const common = dependencies['onnxruntime-common'] as string
  const notice = `ONNX Runtime ${version}, © Microsoft Corporation, under the MIT licence:\nhttps://github.com/microsoft/onnxruntime/blob/v${version}/LICENSE\n`
  const folders: string[] = []
  for (const [platform, architecture] of PLATFORMS) {
    const name = `onnxruntime-${platform}-${architecture}`
    const folder = join(out, name)
    copy(join(source, 'bin/napi-v6', platform, architecture), folder)
    write(join(folder, 'README.md'), `# @tutti/${name}\n\nThe binaries of ${notice}`)
    writeJson(join(folder, 'package.json'), {
      ...{ name: `@tutti/${name}`, description: `ONNX Runtime for ${platform} on ${architecture}.`, ...shared },
      ...{ os: [platform], cpu: [architecture], main: 'onnxruntime_binding.node' },
    })
    folders.push(folder)
  }
  const folder = join(out, 'onnxruntime')
  copy(join(source, 'dist'), join(folder, 'dist'))
  const binding = join(folder, 'dist/binding.js')
  const text = readFileSync(binding, 'utf8')
  if (!LOADING.test(text)) throw new Error(`${binding}: the line that loads the binary is not where it was`)
  write(binding, text.replace(LOADING, "require('@tutti/onnxruntime-' + process.platform + '-' + process.arch)"))
  write(join(folder, 'README.md'), `# @tutti/onnxruntime\n\nThe JavaScript of ${notice}`)
  writeJson(join(folder, 'package.json'), {
    ...{ name: '@tutti/onnxruntime', description: 'ONNX Runtime with a package for each platform.', ...shared },
    ...{ main: 'dist/index.js', types: 'dist/index.d.ts' },
    dependencies: { 'onnxruntime-common': common },
    optionalDependencies: Object.fromEntries(
      PLATFORMS.map(([platform, architecture]) => [`@tutti/onnxruntime-${platform}-${architecture}`, version]),
    ),
  })
  return [...folders, folder]
}
