/** A port for a chain that is to be stopped and started again at the same place. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** A port that nobody listens on, of those that the system does not give to connections: there it stays free. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const port = 10_000 + randomInt(20_000)
    const server = createServer().once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(findFreePort())
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)))
  })
}
