/** Cases of `reward.json`: pots, keepers' pay, members' shares. */
import { type Case, texts } from '../numbers.ts'

export const reward = () => {
  const pots: Case[] = []
  for (const [bounty, rounds] of [
    [0n, 30n],
    [29n, 30n],
    [30n, 30n],
    [1000n, 7n],
    [10n ** 24n + 1n, 30n],
    [2n ** 128n - 1n, 4294967295n],
  ] as const) {
    pots.push({ bounty: String(bounty), rounds: String(rounds), pot: String((bounty - (bounty % rounds)) / rounds) })
  }
  const cases: Case[] = []
  for (const keeperPay of [0n, 1n, 7n, 1000n, 10n ** 20n + 1n, 2n ** 128n - 1n]) {
    for (const keeperSeconds of [0n, 1n, 30n, 3600n]) {
      const moments = new Set([0n, 1n, keeperSeconds - 1n, keeperSeconds, keeperSeconds + 1n, keeperSeconds + keeperSeconds / 2n, 2n * keeperSeconds - 1n, 2n * keeperSeconds, 2n * keeperSeconds + 9n])
      for (const elapsed of moments) {
        if (elapsed < 0n) continue
        const half = (keeperPay - (keeperPay % 2n)) / 2n
        let pay = keeperPay
        if (elapsed < keeperSeconds) pay = half
        else if (elapsed < 2n * keeperSeconds) {
          const risen = (keeperPay - half) * (elapsed - keeperSeconds)
          pay = half + (risen - (risen % keeperSeconds)) / keeperSeconds
        }
        cases.push({ keeperPay: String(keeperPay), keeperSeconds: String(keeperSeconds), elapsed: String(elapsed), pay: String(pay) })
      }
    }
  }
  const splits: Case[] = []
  for (const [pot, weights] of [
    [1000n, [1n, 1n, 1n]],
    [1000n, [1n]],
    [2n, [1n, 1n, 1n]],
    [1001n, [5n, 0n, 3n, 2n]],
    [10n ** 24n + 7n, [1n, 1n, 1n, 1n, 1n, 1n, 1n, 1n]],
    [2n ** 128n - 1n, [2n ** 128n - 1n, 2n ** 128n - 1n, 1n]],
    [0n, [1n, 2n]],
  ] as const) {
    let total = 0n
    for (const weight of weights) total += weight
    const amounts = weights.map((weight) => (pot * weight - ((pot * weight) % total)) / total)
    splits.push({ pot: String(pot), weights: texts(weights), amounts: texts(amounts) })
  }
  return { cases, pots, splits }
}
