import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mnemonicToAccount, privateKeyToAddress } from 'viem/accounts'
import {
  accountFromKeystore,
  decryptKeystore,
  encryptKeystore,
  KeystoreError,
  readKeystoreAddress,
} from '../../src/accounts/keystore.ts'
import {
  accountFromEnvironment,
  accountFromPrivateKey,
  InvalidPrivateKeyError,
  refuseTestAccounts,
  TestAccountRefusedError,
  testAccounts,
} from '../../src/index.ts'

/** The PBKDF2 vector of the Web3 Secret Storage specification. */
const secret = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
const address = '0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b'
const password = 'testpassword'
const pbkdf2Vector = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
} as const

/** The scrypt vectors of go-ethereum: keys of 31 and 30 bytes, that is with leading zeros. */
const scryptVectors = [
  {
    iv: 'e0c41130a323adc1446fc82f724bca2f',
    ciphertext: '9517cd5bdbe69076f9bf5057248c6c050141e970efa36ce53692d5d59a3984',
    salt: '711f816911c92d649fb4c84b047915679933555030b3552c1212609b38208c63',
    mac: 'd5e116151c6aa71470e67a7d42c9620c75c4d23229847dcc127794f0732b0db5',
    secret: '0x00fa7b3db73dc7dfdf8c5fbdb796d741e4488628c41fc4febd9160a866ba0f35',
  },
  {
    iv: '3ca92af36ad7c2cd92454c59cea5ef00',
    ciphertext: '108b7d34f3442fc26ab1ab90ca91476ba6bfa8c00975a49ef9051dc675aa',
    salt: 'd0769e608fb86cda848065642a9c6fa046845c928175662b8e356c77f914cd3b',
    mac: '75d0e6759f7b3cefa319c3be41680ab6beea7d8328653474bd06706d4cc67420',
    secret: '0x000081c29e8142bb6a81bef5a92bda7a8328a5c85bb2f9542e76f9b0f94fc018',
  },
]

test('the vector of the Web3 Secret Storage specification decrypts to its secret', async () => {
  assert.equal(privateKeyToAddress(secret), address)
  assert.equal(await decryptKeystore(JSON.stringify(pbkdf2Vector), password), secret)
})

test('the scrypt vectors of go-ethereum decrypt to their secrets', async () => {
  for (const { iv, ciphertext, salt, mac, secret } of scryptVectors) {
    const kdf = { kdf: 'scrypt', kdfparams: { dklen: 32, n: 2, r: 8, p: 1, salt } }
    const crypto = { cipher: 'aes-128-ctr', cipherparams: { iv }, ciphertext, ...kdf, mac }
    assert.equal(await decryptKeystore({ version: 3, id: '', crypto }, 'foo'), secret)
  }
})

const cheap = { n: 1024, r: 8, p: 1 }

test('decrypt(encrypt(key)) ≡ key, and another password opens nothing', async () => {
  const keystore = await encryptKeystore(secret, 'correct horse', cheap)
  assert.equal(await decryptKeystore(JSON.stringify(keystore), 'correct horse'), secret)
  await assert.rejects(decryptKeystore(keystore, 'correct horsf'), KeystoreError)
})

test('a damaged or hostile keystore is refused with its reason', async () => {
  const keystore = await encryptKeystore(secret, 'p', cheap)
  const change = (crypto: object) => ({ ...keystore, crypto: { ...keystore.crypto, ...crypto } })
  const greedy = { kdfparams: { ...keystore.crypto.kdfparams, n: 2 ** 30 } }
  const cases: [unknown, RegExp][] = [
    ['{', /not JSON/],
    ['null', /version/],
    [{ ...keystore, version: 1 }, /version is "1"/],
    [{ ...keystore, crypto: undefined }, /field is missing/],
    [change({ cipher: 'aes-128-cbc' }), /"aes-128-cbc" is not supported/],
    [change({ kdf: 'argon2' }), /"argon2" is not supported/],
    [change({ kdf: 'argon2\u001b]52;c;' }), /"argon2\\u001b\]52;c;" is not/],
    [change(greedy), /bytes of memory/],
    [
      change({ kdfparams: { ...keystore.crypto.kdfparams, n: 2 ** 16, r: 2, p: 2 ** 21 } }),
      /more work than any wallet|bytes of memory/,
    ],
    ...[2 ** 31 - 1, 0, 1.5, 'x'].map((c): [unknown, RegExp] => [
      change({ kdf: 'pbkdf2', kdfparams: { dklen: 32, salt: '00', prf: 'hmac-sha256', c } }),
      /rounds of PBKDF2/,
    ]),
    [change({ kdfparams: { ...keystore.crypto.kdfparams, n: 2 ** 18, r: 1 } }), /does not allow/],
    [change({ mac: '00' }), /password is wrong/],
  ]
  for (const [json, reason] of cases) {
    await assert.rejects(decryptKeystore(json as string, 'p'), (error: Error) => {
      assert.ok(error instanceof KeystoreError)
      assert.match(error.message, reason)
      return true
    })
  }
})

test("a keystore opens in every wallet's dialect, and names its address or none", async () => {
  const made = await encryptKeystore(secret, 'correct horse', { n: 2, r: 8, p: 1 })
  const { crypto, ...rest } = made
  const capital = (value: unknown): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : Object.fromEntries(
          Object.entries(value).map(([key, entry]) => [`${key[0]!.toUpperCase()}${key.slice(1)}`, capital(entry)]),
        )
  const upper = (hex: string) => `0x${hex.toUpperCase()}`
  const dialects: Record<string, object> = {
    'Crypto in capitals': { ...rest, Crypto: crypto },
    'all keys in capitals': capital(made) as object,
    'cipherText and kdfParams': {
      ...rest,
      crypto: {
        ...crypto,
        ciphertext: undefined,
        cipherText: crypto.ciphertext,
        kdfparams: undefined,
        kdfParams: crypto.kdfparams,
      },
    },
    'hexadecimal in capitals, with 0x': {
      ...made,
      address: upper(made.address!),
      crypto: {
        ...crypto,
        ciphertext: upper(crypto.ciphertext),
        mac: upper(crypto.mac),
        cipherparams: { iv: upper(crypto.cipherparams.iv) },
        kdfparams: { ...crypto.kdfparams, salt: upper(String(crypto.kdfparams.salt)) },
      },
    },
    'names of algorithms in capitals': { ...made, crypto: { ...crypto, cipher: 'AES-128-CTR', kdf: 'Scrypt' } },
    'numbers as texts': {
      ...made,
      version: '3',
      crypto: { ...crypto, kdfparams: { ...crypto.kdfparams, n: '2', dklen: '32' } },
    },
    'no length of the derived key': {
      ...made,
      crypto: { ...crypto, kdfparams: { ...crypto.kdfparams, dklen: undefined } },
    },
    'no address and no id': { version: 3, crypto },
    'fields of its own': { ...made, 'x-ethers': { client: 'ethers.js' }, name: 'my wallet', meta: null, tags: [1] },
  }
  for (const [name, dialect] of Object.entries(dialects)) {
    const text = JSON.stringify(dialect, null, 2)
    const files = [text, Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`), Buffer.from(`\ufeff${text}`, 'utf16le')]
    for (const file of files) {
      assert.equal((await accountFromKeystore(file, 'correct horse')).address, address, name)
      const named = readKeystoreAddress(file)
      assert.ok(named === undefined ? /no address/.test(name) : named === address.toLowerCase(), name)
    }
  }
  // A password whose letters were brought into one form before it was used.
  const composed = await encryptKeystore(secret, 'se\u00f1or', { n: 2, r: 8, p: 1 })
  assert.equal((await accountFromKeystore(composed, 'sen\u0303or')).address, address)
  await assert.rejects(accountFromKeystore(JSON.stringify({ encseed: '00', ethaddr: '00' }), 'x'), /presale/)
})

test('a private key is taken with or without 0x, and a wrong one is never repeated in the message', () => {
  assert.equal(accountFromPrivateKey(secret).address, address)
  assert.equal(accountFromPrivateKey(` ${secret.slice(2)}\n`).address, address)
  for (const wrong of ['', '0x12', `${secret}00`, 'z'.repeat(64), '0'.repeat(64), 'f'.repeat(64)]) {
    assert.throws(
      () => accountFromPrivateKey(wrong),
      (error: Error) => error instanceof InvalidPrivateKeyError && (wrong === '' || !error.message.includes(wrong)),
    )
  }
})

test('the environment gives an account when its variable is set', () => {
  assert.equal(accountFromEnvironment({}), undefined)
  assert.equal(accountFromEnvironment({ TUTTI_PRIVATE_KEY: '' }), undefined)
  assert.equal(accountFromEnvironment({ TUTTI_PRIVATE_KEY: secret })?.address, address)
  assert.equal(accountFromEnvironment({ OTHER: secret }, 'OTHER')?.address, address)
})

test('test accounts are those of the mnemonic, at any place', () => {
  const testMnemonic = `${'test '.repeat(11)}junk`
  for (const from of [0, 7]) {
    const expected = [0, 1].map((index) => mnemonicToAccount(testMnemonic, { addressIndex: from + index }).address)
    assert.deepEqual(
      testAccounts(2, from).map((account) => account.address),
      expected,
    )
  }
})

test('public test accounts are refused on every chain but the local one', () => {
  const [first, , last] = testAccounts(3)
  assert.equal(first?.address, '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
  refuseTestAccounts(first!.address, 31_337)
  assert.throws(() => refuseTestAccounts(last!.address, 1), TestAccountRefusedError)
  refuseTestAccounts(address, 1)
})
