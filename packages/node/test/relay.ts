/** A wire to a real chain that can be cut: a TCP relay on the loopback address. */
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { connect } from '@tutti/chain'
import type { LocalAccount } from 'viem'

/** Starts a relay to a port of this machine. */
export async function startRelay(port: number) {
  const sockets = new Set<Socket>()
  let isCut = false
  let requests = 0
  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connectSocket(port, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', () => requests++)
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  const url = `http://127.0.0.1:${address.port}`
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url,
    /** Pieces of requests that came through. */
    requests: () => requests,
    cut,
    mend: () => {
      isCut = false
    },
    connect: async (account: LocalAccount) => {
      const client = await connect({ rpcUrl: url, account, retries: 0 })
      return { ...client, account }
    },
    close: () => {
      cut()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
