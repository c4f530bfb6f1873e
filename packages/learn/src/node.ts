/** What of learning needs Node: files, ONNX Runtime, the built-in tasks, benchmarks. All else is in `@tutti/learn`. */

export * from './bench/accuracy.ts'
export * from './bench/accuracy-pair.ts'
export * from './bench/train.ts'
export * from './calibration/calibrate-manifest.ts'
export * from './calibration/rehearse-federation.ts'
export * from './data/csv-file.ts'
export * from './export/guide.ts'
export * from './import/base-file.ts'
export * from './tasks/read-task-file.ts'
export * from './tasks/tasks.ts'
export * from './training/trainer.ts'
