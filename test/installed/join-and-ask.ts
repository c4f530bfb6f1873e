/** A program on the packages as they are installed: a third of the digits joins, takes part to the end, and asks. */
import { askWith, connect, testAccounts } from '@tutti/chain'
import { selectExamples } from '@tutti/learn'
import { loadTask } from '@tutti/learn/node'
import { createLocalTrainer, joinFederation, runNode } from '@tutti/node'

const [rpcUrl, federationId, index] = process.argv.slice(2) as [string, `0x${string}`, string]
const { train, heldOut } = loadTask('digits')
const own = Array.from({ length: train.count }, (_, row) => row).filter((row) => row % 3 === Number(index) - 1)
const dataset = selectExamples(train, own)
const client = await connect({ rpcUrl, account: testAccounts(4)[Number(index)]! })
const { manifestHash } = await joinFederation({
  client,
  federationId,
  dataset,
  consent: ({ published }) => published.length > 0,
})
const { roundsTaken } = await runNode({
  client,
  federationId,
  manifestHash,
  trainer: createLocalTrainer({ dataset, seed: Number(index) }),
  storeDirectory: 'stores',
})
const { class: digit, version } = await askWith(client, {
  id: federationId,
  input: heldOut.inputs.slice(0, heldOut.features),
})
console.log(JSON.stringify({ roundsTaken, digit: Number(digit), label: heldOut.labels[0], version }))
