import { benchBlobTraining } from './src/bench/blob-training.ts'
const f = await benchBlobTraining({ dataPath: '/work/shared/data/mnist', rounds: 3, seed: 1, onProgress: (l) => console.error(new Date().toISOString().slice(11,19), l) })
console.log(JSON.stringify(f, null, 1))
