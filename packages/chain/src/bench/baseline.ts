/**
 * What the same round costs when it is written naively: every member stores its update, one slot an integer, and a loop
 * takes the mean (`contracts/test/baselines/NaiveAverage.sol`).
 */

import { encodeDeployData, encodeFunctionData } from 'viem'
import { naiveAverageAbi, naiveAverageBytecode } from '../abi/naiveAverage.ts'
import { type ChainClient, withAccount } from '../client/client.ts'
import { sendCall } from '../transactions/send.ts'

/** Parameters of the naive model; its cost for one of them does not depend on how many there are. */
const dimension = 64

/**
 * Runs two rounds among `members` and measures the second: all submissions and the aggregation, base cost and calldata
 * included.
 *
 * @returns Gas for one parameter of one member.
 */
export async function measureNaiveAverage(
  client: ChainClient,
  members: readonly NonNullable<ChainClient['account']>[],
): Promise<number> {
  const data = encodeDeployData({ abi: naiveAverageAbi, bytecode: naiveAverageBytecode, args: [BigInt(dimension)] })
  const { receipt } = await sendCall(client, { data })
  const to = receipt.contractAddress!
  const aggregate = encodeFunctionData({ abi: naiveAverageAbi, functionName: 'aggregate' })
  let gas = 0n
  for (let round = 0; round < 2; round++) {
    gas = 0n
    for (const [member, account] of members.entries()) {
      const update = Array.from({ length: dimension }, (_, p) => BigInt(((p * 7 + member * 3 + round) % 15) - 7))
      const submit = encodeFunctionData({ abi: naiveAverageAbi, functionName: 'submit', args: [update] })
      gas += (await sendCall(withAccount(client, account), { to, data: submit })).gasUsed
    }
    gas += (await sendCall(client, { to, data: aggregate })).gasUsed
  }
  return Number(gas) / (dimension * members.length)
}
