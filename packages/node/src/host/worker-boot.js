// Workers of Node 20 take no loader from `execArgv`, so the TypeScript loader is registered here, from any directory.
import { register } from 'tsx/esm/api'

register()
await import('./worker-main.ts')
