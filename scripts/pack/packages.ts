/**
 * What is published: each package's folder, where an importer comes in, and what goes along besides compiled sources.
 */

/** A package of this repository that others can install. */
export interface PublishedPackage {
  /** Its folder, relative to the repository. */
  folder: string
  /** Files and folders of it that go along as they are. */
  assets: string[]
  description: string
}

/** Libraries, in the order in which they build on each other. */
export const libraries: PublishedPackage[] = [
  {
    folder: 'packages/core',
    assets: ['README.md'],
    description: 'Pure arithmetic of Tutti, federated learning on the chain: the twins of its contracts.',
  },
  {
    folder: 'packages/learn',
    assets: ['datasets', 'task.schema.json', 'trainer.schema.json', 'task-file.md', 'README.md'],
    description: 'Data, models and training of Tutti, federated learning on the chain.',
  },
  {
    folder: 'packages/chain',
    assets: ['README.md'],
    description: 'Reads, transactions and replay of Tutti, federated learning on the chain.',
  },
  {
    folder: 'packages/node',
    assets: ['README.md'],
    description: 'A member of Tutti, federated learning on the chain: trains and sends by itself.',
  },
]

/** The command line, as one program: its libraries are inside, but for native code. */
export const commandLine: PublishedPackage = {
  folder: 'apps/cli',
  assets: [],
  description:
    'Federated learning that runs on the chain: contracts hold the model, admit members, aggregate, judge and pay.',
}

/** What the program of the command line loads when it runs, from packages of their own: native code and its wrappers. */
export const NATIVE = ['@tutti/onnxruntime', '@foundry-rs/anvil', '@crate-crypto/node-eth-kzg', 'kzg-wasm']

/** Platforms that ONNX Runtime ships a binding for: `process.platform` and `process.arch`. */
export const PLATFORMS = [
  ['linux', 'x64'],
  ['linux', 'arm64'],
  ['darwin', 'arm64'],
  ['win32', 'x64'],
  ['win32', 'arm64'],
] as const
