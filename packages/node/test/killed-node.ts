/** A node that dies at an event: run as a process of its own by `kill.ts`, its options as JSON in argv. */
import { accountFromPrivateKey, connect } from '@tutti/chain'
import { runNode } from '../src/loop/run.ts'
import { createLocalTrainer } from '../src/trainers/local.ts'
import { stripes } from './fixture.ts'

const { rpcUrl, privateKey, federationId, storeDirectory, event, behaviour } = JSON.parse(process.argv[2] ?? '{}')
const client = await connect({ rpcUrl, account: accountFromPrivateKey(privateKey) })
await runNode({
  client,
  federationId,
  storeDirectory,
  trainer: createLocalTrainer({ dataset: stripes(1) }),
  ...behaviour,
  onEvent: ({ kind }) => {
    if (kind === event) process.kill(process.pid, 'SIGKILL')
  },
})
