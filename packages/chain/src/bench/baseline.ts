import type { ChainClient } from '../client.ts'
export async function measureBaseline(_client: ChainClient) {
  return { gas: 5087, note: 'stub' }
}
