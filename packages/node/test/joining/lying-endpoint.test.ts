/** Endpoints that lie, and federations that are made to be lied about: what a node does not fall for. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import {
  connect,
  createFederation,
  deployment,
  ForgedTermsError,
  federationAbi,
  listFederations,
  readManifest,
  readTerms,
  sendCall,
} from '@tutti/chain'
import { encodeSetup } from '@tutti/core'
import { mlp, serializeManifest, tensorLayout, toSetup } from '@tutti/learn'
import {
  decodeEventLog,
  encodeAbiParameters,
  encodeDeployData,
  erc20Abi,
  type Hex,
  keccak256,
  parseTransaction,
  toEventSelector,
} from 'viem'
import { startEndpoint } from '../../../chain/test/endpoint.ts'
import { joinFederation } from '../../src/joining/join.ts'
import { surveyFederations } from '../../src/joining/survey.ts'
import { type Fixture, startFederation, stripesManifest } from '../fixture.ts'
import { start } from '../nodes.ts'

let fixture: Fixture
before(async () => {
  fixture = await startFederation({ members: 2, joins: false })
})
after(() => fixture.end())

const created = federationAbi.find((entry) => entry.type === 'event' && entry.name === 'Created')
const plain = (created as unknown as { inputs: { indexed?: boolean }[] }).inputs.filter(
  ({ indexed }) => indexed !== true,
)

test('terms, manifest and setup that are not those of the id are refused, and not listed', async () => {
  const { federationId: id, chain } = fixture
  const changes = [
    { terms: { stake: 1n } },
    { terms: { aggregator: deployment().demoToken } },
    { manifest: '0x7b7d' },
    { setup: '0x00' },
  ] as const
  for (const change of changes) {
    const liar = await startEndpoint(chain.rpcUrl, {
      bend: ({ method }, result) => {
        if (method !== 'eth_getLogs') return result
        return result.map((log: { topics: [Hex, ...Hex[]]; data: Hex }) => {
          if (log.topics[0] !== toEventSelector(created as never)) return log
          const { args } = decodeEventLog({
            abi: federationAbi,
            eventName: 'Created',
            data: log.data,
            topics: log.topics,
          })
          const shown = { ...args, ...change, terms: { ...args.terms, ...('terms' in change ? change.terms : {}) } }
          return {
            ...log,
            data: encodeAbiParameters(plain as never, [shown.terms, shown.manifest, shown.setup] as never),
          }
        })
      },
    })
    try {
      const client = await connect({ rpcUrl: liar.url })
      await assert.rejects(readManifest(client, { id }), ForgedTermsError)
      assert.deepEqual(await listFederations(client), [])
    } finally {
      await liar.close()
    }
  }
  const liar = await startEndpoint(chain.rpcUrl, {
    bend: ({ method, params }, result) => {
      const isAboutTerms = method === 'eth_call' && result.length > 1_000 && params[0].to != null
      return isAboutTerms ? `${result.slice(0, -1)}${result.endsWith('1') ? '2' : '1'}` : result
    },
  })
  try {
    await assert.rejects(readTerms(await connect({ rpcUrl: liar.url }), { id }), ForgedTermsError)
  } finally {
    await liar.close()
  }
})

test('a manifest of a hundred million parameters is refused without room for them', async () => {
  const [attacker, victim] = fixture.clients
  const model = mlp([16, 5_000_000, 3], 'softmax')
  const tensors = tensorLayout(model).map(({ name, shape }) => ({ name, shape, step: [1, 128] as [number, number] }))
  const manifest = serializeManifest({ ...stripesManifest('huge'), model, tensors })
  const setup = encodeSetup(toSetup(stripesManifest()))
  const own = { manifestHash: keccak256(manifest), setupHash: keccak256(setup), salt: `0x${'0c'.repeat(32)}` as Hex }
  const terms = { ...fixture.terms, ...own, bounty: 0n, keeperPay: 0n, stake: 0n }
  const { id } = await createFederation(attacker!, { terms, manifest, setup })
  const before = process.memoryUsage().arrayBuffers
  const policy = { tokens: {} }
  const found = await surveyFederations({ client: victim!, storeDirectory: fixture.storeDirectory, policy } as never)
  assert.ok(process.memoryUsage().arrayBuffers - before < 100 * 2 ** 20)
  const { refusals } = found.find(({ creation }) => creation.id === id)!.assessment
  assert.match(refusals.join(), /100000003 parameters, and its terms say 163/)
})

const bait = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
interface IPermit {
    function nonces(address) external view returns (uint256);
    function eip712Domain() external view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory);
    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external;
}
contract Bait {
    IPermit immutable target;
    mapping(address => uint256) paid;
    mapping(address => mapping(address => uint256)) public allowance;
    constructor(IPermit target_) { target = target_; }
    function decimals() external pure returns (uint8) { return 18; }
    function symbol() external pure returns (string memory) { return "FREE"; }
    function balanceOf(address account) external view returns (uint256) {
        return account.code.length == 0 ? 1e30 : paid[account];
    }
    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }
    function transferFrom(address, address to, uint256 amount) external returns (bool) {
        paid[to] += amount;
        return true;
    }
    function nonces(address owner) external view returns (uint256) { return target.nonces(owner); }
    function eip712Domain() external view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    { return target.eip712Domain(); }
    function permit(address o, address s, uint256 v, uint256 d, uint8 y, bytes32 a, bytes32 b) external {
        target.permit(o, s, v, d, y, a, b);
    }
}`

test('a token that names the domain of a dearer one gets no permit for that', async () => {
  const [attacker, victim] = fixture.clients
  const dear = fixture.terms.token
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const settings = { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } }
  const input = { language: 'Solidity', sources: { 'Bait.sol': { content: bait } }, settings }
  const { abi, evm } = JSON.parse(solc.compile(JSON.stringify(input))).contracts['Bait.sol'].Bait
  const data = encodeDeployData({ abi, bytecode: `0x${evm.bytecode.object}`, args: [dear] } as never) as Hex
  const token = (await sendCall(attacker!, { data })).receipt.contractAddress!
  const manifest = serializeManifest(stripesManifest('bait'))
  const setup = encodeSetup(toSetup(stripesManifest('bait')))
  const own = { manifestHash: keccak256(manifest), salt: `0x${'0a'.repeat(32)}` as Hex, token }
  const terms = { ...fixture.terms, ...own, stake: 90_000n, bounty: 0n, keeperPay: 0n }
  const { id } = await createFederation(attacker!, { terms, manifest, setup })
  const { account, core, public: reader } = victim!
  const allowed = () =>
    reader.readContract({ address: dear, abi: erc20Abi, functionName: 'allowance', args: [account.address, core] })
  const before = await allowed()
  await joinFederation({ client: victim!, federationId: id, consent: () => true }).catch(() => undefined)
  assert.equal(await allowed(), before)
})

test('an endpoint that hides receipts has an update signed three times at most', async () => {
  const own = await startFederation({ members: 2, terms: { rounds: 1, submitSeconds: 600 } })
  const end = new AbortController()
  const hidden = new Set<string>()
  const nonces = new Set<number>()
  let last: unknown
  let frozen: unknown
  const isObservation = (method: string, params: { to?: unknown }[]) => method === 'eth_call' && params[0]!.to == null
  const liar = await startEndpoint(own.chain.rpcUrl, {
    answer: ({ method, params }) => {
      const isHidden = hidden.has(params?.[0])
      if (isHidden && /^eth_getTransaction(Receipt|ByHash)$/.test(method)) return { result: null }
      if (method === 'eth_estimateGas' && hidden.size > 0) return { result: '0x493e0' }
      if (isObservation(method, params) && frozen !== undefined) return { result: frozen }
      if (method !== 'eth_sendRawTransaction') return undefined
      const { data = '0x', nonce = 0 } = parseTransaction(params[0])
      if (data.length > 400) {
        hidden.add(keccak256(params[0]))
        nonces.add(nonce)
        frozen ??= last
      }
      return undefined
    },
    bend: ({ method, params }, result) => {
      if (isObservation(method, params)) last = result
      return result
    },
  })
  try {
    const { account } = own.clients[0]!
    const client = { ...(await connect({ rpcUrl: liar.url, account })), account }
    const node = start(own, 0, { client, signal: end.signal })
    while (!node.kinds().includes('sat-out')) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(nonces.size, 3)
    end.abort()
    await node.done.catch(() => undefined)
  } finally {
    end.abort()
    await liar.close()
    await own.end()
  }
})
