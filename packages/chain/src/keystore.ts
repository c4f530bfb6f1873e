/**
 * Private keys on disk, encrypted: Web3 Secret Storage, version 3 (scrypt or PBKDF2, AES-128-CTR, keccak256 MAC).
 *
 * @see https://ethereum.org/en/developers/docs/data-structures-and-encoding/web3-secret-storage/
 */

import { createCipheriv, createDecipheriv, pbkdf2, randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { bytesToHex, type Hex, hexToBytes, keccak256, type LocalAccount, pad } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { ChainError } from './errors.ts'

/** The JSON of a keystore file. */
export type Keystore = {
  version: 3
  id: string
  address?: string
  crypto: {
    cipher: string
    cipherparams: { iv: string }
    ciphertext: string
    kdf: string
    kdfparams: Record<string, string | number>
    mac: string
  }
}

type ScryptOptions = { N: number; r: number; p: number; maxmem: number }
const deriveScrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)
const derivePbkdf2 = promisify(pbkdf2)

/** Work factors of new keystores: 2^17 blocks of 8 · 128 bytes, some 130 MB and half a second. */
const defaultCost = { n: 2 ** 17, r: 8, p: 1 }

/** Work beyond this is refused: a hostile file must not take the machine's memory. */
const maximumMemory = 2 ** 30

/** Thirty times what wallets write: some seconds. */
const maximumWork = 2 ** 25
const maximumRounds = 10_000_000

/** What a file says, short and on one line. */
function shown(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 40))
}

/** Encrypts a private key under a password. */
export async function encryptKeystore(
  privateKey: Hex,
  password: string,
  cost: { n: number; r: number; p: number } = defaultCost,
): Promise<Keystore> {
  const key = hexToBytes(privateKey)
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const kdfparams = { ...cost, dklen: 32, salt: salt.toString('hex') }
  const derived = await derive('scrypt', kdfparams, password)
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([cipher.update(key), cipher.final()])
  return {
    version: 3,
    id: randomUUID(),
    address: privateKeyToAccount(privateKey).address.slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams,
      mac: macOf(derived, ciphertext).toString('hex'),
    },
  }
}

/**
 * Decrypts a keystore.
 *
 * @param json - The file's text, or what it parses to.
 * @throws {@link KeystoreError} on a wrong password, a damaged file, or an unknown cipher
 */
export async function accountFromKeystore(json: string | Keystore, password: string): Promise<LocalAccount> {
  return privateKeyToAccount(await decryptKeystore(json, password))
}

/** The private key itself: see {@link accountFromKeystore}. */
export async function decryptKeystore(json: string | Keystore, password: string): Promise<Hex> {
  const { crypto } = parse(json)
  if (crypto.cipher !== 'aes-128-ctr') throw new KeystoreError(`its cipher ${shown(crypto.cipher)} is not supported`)
  const ciphertext = Buffer.from(crypto.ciphertext, 'hex')
  const derived = await derive(crypto.kdf, crypto.kdfparams, password)
  const mac = Buffer.from(crypto.mac, 'hex')
  const expected = macOf(derived, ciphertext)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected))
    throw new KeystoreError('the password is wrong')
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), Buffer.from(crypto.cipherparams.iv, 'hex'))
  const key = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  if (key.length === 0 || key.length > 32) throw new KeystoreError(`it holds ${key.length} bytes and no key`)
  // Some early wallets dropped leading zeros.
  return pad(bytesToHex(key), { size: 32 })
}

function parse(json: string | Keystore): Keystore {
  let keystore: Partial<Keystore>
  try {
    keystore = typeof json === 'string' ? ((JSON.parse(json) as Partial<Keystore> | null) ?? {}) : json
  } catch {
    throw new KeystoreError('it is not JSON')
  }
  const crypto = keystore.crypto
  const texts = [crypto?.cipher, crypto?.cipherparams?.iv, crypto?.ciphertext, crypto?.kdf, crypto?.mac]
  if (keystore.version !== 3) throw new KeystoreError(`its version is ${shown(keystore.version)} and not 3`)
  if (texts.some((text) => typeof text !== 'string') || typeof crypto?.kdfparams !== 'object') {
    throw new KeystoreError('a field is missing')
  }
  return keystore as Keystore
}

async function derive(kdf: string, parameters: Record<string, string | number>, password: string): Promise<Buffer> {
  const salt = Buffer.from(String(parameters.salt), 'hex')
  const length = Number(parameters.dklen)
  if (length !== 32) throw new KeystoreError(`its derived key has ${length} bytes and not 32`)
  if (kdf === 'pbkdf2' && parameters.prf === 'hmac-sha256') {
    const rounds = Number(parameters.c)
    const isBounded = Number.isSafeInteger(rounds) && rounds >= 1 && rounds <= maximumRounds
    if (!isBounded)
      throw new KeystoreError(`it asks for ${shown(parameters.c)} rounds of PBKDF2, not 1 to ${maximumRounds}`)
    return derivePbkdf2(password, salt, rounds, length, 'sha256')
  }
  if (kdf !== 'scrypt') throw new KeystoreError(`its key derivation ${shown(kdf)} is not supported`)
  const [N, r, p] = [Number(parameters.n), Number(parameters.r), Number(parameters.p)]
  const memory = 128 * N * r + 128 * r * p
  if (!(memory <= maximumMemory)) throw new KeystoreError(`it asks for ${memory} bytes of memory`)
  if (!(N * r * p <= maximumWork))
    throw new KeystoreError(`it asks for more work than any wallet: n·r·p = ${N * r * p}`)
  try {
    return await deriveScrypt(password, salt, length, { N, r, p, maxmem: memory + 2 ** 20 })
  } catch {
    // OpenSSL holds to RFC 7914, N < 2^(16·r), which a few early keystores break.
    throw new KeystoreError(`scrypt does not allow its parameters n = ${N}, r = ${r}, p = ${p}; encrypt the key anew`)
  }
}

/** `keccak256(derivedKey[16..32) ‖ ciphertext)`. */
function macOf(derived: Buffer, ciphertext: Buffer): Buffer {
  return Buffer.from(keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext]), 'bytes'))
}

/** A keystore that cannot be opened. */
export class KeystoreError extends ChainError {
  constructor(reason: string) {
    super(`The keystore cannot be opened: ${reason}. Check file and password.`, false)
  }
}
