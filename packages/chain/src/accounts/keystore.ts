/**
 * Private keys on disk, encrypted: Web3 Secret Storage, version 3 (scrypt or PBKDF2, AES-128-CTR, keccak256 MAC).
 *
 * @see https://ethereum.org/en/developers/docs/data-structures-and-encoding/web3-secret-storage/
 * @example
 * ```ts
 * import { accountFromKeystore, encryptKeystore, readKeystoreAddress } from '@tutti/chain/local'
 *
 * const weak = { n: 2, r: 8, p: 1 } // for an example alone: leave it out
 * const keystore = await encryptKeystore(`0x${'11'.repeat(32)}`, 'a password', weak)
 * const { address } = await accountFromKeystore(keystore, 'a password')
 * readKeystoreAddress(keystore) // → address.toLowerCase()
 * await accountFromKeystore(keystore, 'another') // throws KeystoreError
 * ```
 */

import { createCipheriv, createDecipheriv, pbkdf2, randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { JsonEncodingError, parseJsonBytes } from '@tutti/core'
import { type Address, bytesToHex, type Hex, hexToBytes, keccak256, type LocalAccount, pad } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { ChainError } from '../client/errors.ts'

/** The JSON of a keystore file, as this module writes it; what it reads may be in any of the dialects of `parseKeystore`. */
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
 * @param json - The file's bytes or text, or what it parses to.
 * @throws {@link KeystoreError} on a wrong password, a damaged file, or an unknown cipher
 */
export async function accountFromKeystore(json: KeystoreSource, password: string): Promise<LocalAccount> {
  return privateKeyToAccount(await decryptKeystore(json, password))
}

/** A keystore as it lies on the disk, or parsed. */
export type KeystoreSource = string | Uint8Array | Keystore

/** The private key itself: see {@link accountFromKeystore}. */
export async function decryptKeystore(json: KeystoreSource, password: string): Promise<Hex> {
  const { crypto } = parseKeystore(json)
  if (crypto.cipher !== 'aes-128-ctr') throw new KeystoreError(`its cipher ${shown(crypto.cipher)} is not supported`)
  const ciphertext = fromHex(crypto.ciphertext)
  const mac = fromHex(crypto.mac)
  // Most wallets take a password as it is typed; some bring its letters into one form first.
  for (const typed of new Set([password, password.normalize('NFKC')])) {
    const derived = await derive(crypto.kdf, crypto.kdfparams, typed)
    const expected = macOf(derived, ciphertext)
    if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) continue
    const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), fromHex(crypto.cipherparams.iv))
    const key = Buffer.concat([decipher.update(ciphertext), decipher.final()])
    if (key.length === 0 || key.length > 32) throw new KeystoreError(`it holds ${key.length} bytes and no key`)
    // Some early wallets dropped leading zeros.
    return pad(bytesToHex(key), { size: 32 })
  }
  throw new KeystoreError('the password is wrong')
}

/** Names of algorithms, which wallets write in either case. */
const NAMES = ['cipher', 'kdf', 'prf'] as const

/**
 * A keystore in the words of the standard, from any wallet's dialect: keys in other cases (`Crypto`, `cipherText`),
 * numbers as texts, hexadecimal with `0x` or in capitals, no address, fields of the wallet's own, UTF-16, a byte order mark.
 *
 * @throws {@link KeystoreError}
 */
function parseKeystore(json: KeystoreSource): Keystore {
  const keystore = readFields(json)
  const { crypto } = keystore
  if (Number(keystore.version) !== 3) throw new KeystoreError(`its version is ${shown(keystore.version)} and not 3`)
  const texts = [crypto?.cipher, crypto?.cipherparams?.iv, crypto?.ciphertext, crypto?.kdf, crypto?.mac]
  if (texts.some((text) => typeof text !== 'string') || typeof crypto?.kdfparams !== 'object') {
    throw new KeystoreError('a field is missing')
  }
  for (const part of [crypto, crypto.kdfparams] as Record<string, unknown>[]) {
    for (const name of NAMES) if (typeof part[name] === 'string') part[name] = part[name].toLowerCase()
  }
  return keystore as Keystore
}

/**
 * The address that a keystore names, `0x` and 40 digits in lower case; undefined where it names none, as the format allows.
 *
 * @throws {@link KeystoreError}
 */
export function readKeystoreAddress(json: KeystoreSource): Address | undefined {
  const { address, crypto } = readFields(json)
  if (typeof crypto !== 'object') throw new KeystoreError('it is no Web3 Secret Storage')
  if (address === undefined || address === '') return undefined
  const digits = String(address).trim().replace(/^0x/i, '').toLowerCase()
  if (!/^[0-9a-f]{40}$/.test(digits)) throw new KeystoreError('its address is none')
  return `0x${digits}`
}

/** The object of a keystore with its keys in lower case. */
function readFields(json: KeystoreSource): Partial<Keystore> {
  let found: unknown = json
  try {
    if (json instanceof Uint8Array) found = parseJsonBytes(json)
    else if (typeof json === 'string') found = JSON.parse(json.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new KeystoreError(error instanceof JsonEncodingError ? error.message : 'it is not JSON')
  }
  const keystore = withLowerKeys(found) as Partial<Keystore> & { encseed?: unknown }
  if (keystore.encseed !== undefined) {
    throw new KeystoreError('it is a wallet of the presale of 2014; have a wallet turn it into Web3 Secret Storage')
  }
  return keystore
}

/** A copy of an object whose keys, at every depth, are in lower case. */
function withLowerKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? {}
  if (Array.isArray(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key.toLowerCase(),
      typeof entry === 'object' && entry !== null ? withLowerKeys(entry) : entry,
    ]),
  )
}

function fromHex(text: unknown): Buffer {
  return Buffer.from(String(text).trim().replace(/^0x/i, ''), 'hex')
}

/** Bytes of a derived key: 32 are used, and some wallets ask for more. */
const MOST_DERIVED = 64

async function derive(kdf: string, parameters: Record<string, string | number>, password: string): Promise<Buffer> {
  const salt = fromHex(parameters.salt)
  const length = Number(parameters.dklen ?? 32)
  if (!(length >= 32 && length <= MOST_DERIVED)) {
    throw new KeystoreError(`its derived key has ${shown(parameters.dklen)} bytes and not 32`)
  }
  if (kdf === 'pbkdf2' && (parameters.prf ?? 'hmac-sha256') === 'hmac-sha256') {
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
