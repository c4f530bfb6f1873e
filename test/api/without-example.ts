/** Published modules without an example, by page, and why. */
const typesOnly = 'only types, or types and an error: what they are for is seen where they are used'
const benchmark = 'runs for minutes: see `benchmarks/`'
const generated = 'generated from the contracts; `reads` and `actions` show what they declare at work'
const errorsOnly = 'only error classes'

export const withoutExample: Readonly<Record<string, string>> = {
  'chain/abi/blobAggregator': generated,
  'chain/abi/demoToken': generated,
  'chain/abi/directAggregator': generated,
  'chain/abi/federation': generated,
  'chain/bench/blob': benchmark,
  'chain/bench/figures': typesOnly,
  'chain/bench/gas': benchmark,
  'chain/blob/kzg/kzg-wasm': 'as `kzg-node`, for browsers; its set-up alone takes ten seconds and more',
  'chain/client/release': errorsOnly,
  'chain/client/types': typesOnly,
  'chain/local/mining': typesOnly,
  'learn/bench/accuracy': benchmark,
  'learn/bench/accuracy-pair': benchmark,
  'learn/bench/figure': typesOnly,
  'learn/bench/train': benchmark,
  'learn/data/csv-rows': typesOnly,
  'learn/import/tensor-selection': errorsOnly,
  'learn/training/fit': typesOnly,
  'learn/training/tensors': errorsOnly,
  'node/joining/federation': errorsOnly,
  'node/status/events': typesOnly,
  'node/trainers/interface': typesOnly,
  'node/update/train': errorsOnly,
}
