import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseNodeConfig, readNodeConfig } from '../../src/settings/config.ts'

const file = '/etc/tutti/node.json'
const parse = (value: unknown) => parseNodeConfig(JSON.stringify(value), file)
const federation = `0x${'ab'.repeat(32)}`

test('a configuration file says what flags say, its paths relative to itself', () => {
  const { behaviour, ...config } = parse({
    federation,
    rpc: 'https://a.example/v1',
    keystore: 'key.json',
    data: '../data/own.csv',
    trainer: "python3 'my train.py' --gpu",
    trainerTimeoutSeconds: 90.5,
    store: '/var/lib/tutti',
    seed: 7,
    metricsPort: 9100,
    keeper: false,
    leaveAfter: 3,
    marginSeconds: 20,
  })
  assert.deepEqual(config, {
    federation,
    rpc: ['https://a.example/v1'],
    keystore: '/etc/tutti/key.json',
    data: '/etc/data/own.csv',
    trainer: ['python3', 'my train.py', '--gpu'],
    trainerTimeoutSeconds: 90.5,
    store: '/var/lib/tutti',
    seed: 7,
    metricsPort: 9100,
  })
  assert.deepEqual(behaviour, { isKeeper: false, leavesAfterRounds: 3, marginSeconds: 20 })
  assert.deepEqual(parse({}), { behaviour: {} })
})

test('several endpoints and a command in words are taken as they are', () => {
  const { rpc, trainer } = parse({ rpc: ['http://a:1', 'http://b:2'], trainer: ['train', 'a | b'] })
  assert.deepEqual(
    [rpc, trainer],
    [
      ['http://a:1', 'http://b:2'],
      ['train', 'a | b'],
    ],
  )
})

test('an error names the file and the key, and says what to give', () => {
  for (const [value, key, message] of [
    [{ federation: '0x12' }, 'federation', /64 hexadecimal digits/],
    [{ rpc: [] }, 'rpc', /http/],
    [{ rpc: ['ftp://a'] }, 'rpc', /http/],
    [{ core: 5 }, 'core', /an address/],
    [{ keystore: '' }, 'keystore', /a path/],
    [{ trainer: 'a | b' }, 'trainer', /needs a shell/],
    [{ trainer: [] }, 'trainer', /list of words/],
    [{ trainerTimeoutSeconds: 0 }, 'trainerTimeoutSeconds', /above 0/],
    [{ seed: -1 }, 'seed', /whole number from 0/],
    [{ epochs: 0 }, 'epochs', /from 1/],
    [{ metricsPort: 70_000 }, 'metricsPort', /port/],
    [{ keeper: 'yes' }, 'keeper', /true or false/],
    [{ leaveAfter: 1.5 }, 'leaveAfter', /number of rounds/],
    [{ pollMilliseconds: null }, 'pollMilliseconds', /positive/],
    [{ manifestHash: 12 }, 'manifestHash', /32 bytes/],
    [{ privateKey: '0x12' }, 'privateKey', /do not belong/],
    [{ password: 'x' }, 'password', /TUTTI_PASSWORD/],
    [{ datta: 'x' }, 'datta', /no such key; there are federation, rpc/],
    [{ constructor: 1 }, 'constructor', /no such key/],
  ] as const) {
    assert.throws(
      () => parse(value),
      (error: Error & { key: string }) => {
        assert.equal(error.name, 'NodeConfigError')
        assert.equal(error.key, key)
        assert.match(error.message, message)
        assert.ok(error.message.startsWith(`${file}: "${key}": `), error.message)
        return true
      },
    )
  }
  assert.throws(() => parseNodeConfig('{', file), { name: 'NodeConfigError', message: /not JSON/ })
  assert.throws(() => parse([]), { name: 'NodeConfigError', message: /not an object/ })
})

test('a file is read from disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-config-'))
  try {
    const path = join(directory, 'node.json')
    writeFileSync(path, '{ "data": "own.csv" }')
    assert.equal(readNodeConfig(path).data, join(directory, 'own.csv'))
    assert.throws(() => readNodeConfig(join(directory, 'none.json')), { code: 'ENOENT' })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('a configuration file is read as editors of all systems write it; other bytes are refused, none replaced', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-config-'))
  const path = join(directory, 'node.json')
  const text = JSON.stringify({ federation, data: 'K\u00f6ln.csv', seed: 3 }, null, 2)
  const windows = `\ufeff${text.replaceAll('\n', '\r\n')}`
  try {
    for (const bytes of [
      Buffer.from(windows),
      Buffer.from(windows, 'utf16le'),
      Buffer.from(windows, 'utf16le').swap16(),
    ]) {
      writeFileSync(path, bytes)
      const { federation: found, data, seed } = readNodeConfig(path)
      assert.deepEqual([found, data, seed], [federation, join(directory, 'K\u00f6ln.csv'), 3])
    }
    writeFileSync(path, Buffer.from(text, 'latin1'))
    assert.throws(() => readNodeConfig(path), {
      name: 'NodeConfigError',
      message: /node\.json: its bytes are no UTF-8/,
    })
  } finally {
    rmSync(directory, { recursive: true })
  }
})
