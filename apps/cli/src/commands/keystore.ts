/** `tutti keystore`: makes a key in an encrypted file (Web3 Secret Storage), and shows whose key a file holds. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { getAddress } from 'viem'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'
import { readPassword } from '../terminal/password.ts'
import { writeNewFile } from '../terminal/whole-file.ts'

interface KeystoreCommandOptions {
  json?: boolean
}

/** Adds the command `keystore` with `new` and `show`. */
export function addKeystore(program: Command): void {
  const keystore = program
    .command('keystore')
    .description('Make an encrypted keystore for --keystore, or show whose key one holds.')
  const make = keystore
    .command('new')
    .description('Make a new key and write it encrypted; the password is asked for, or read from TUTTI_PASSWORD.')
    .argument('<file>', 'the file to write; one that exists is never overwritten')
    .option('--json', 'print one JSON object')
    .action(createKeystore)
  const show = keystore
    .command('show')
    .description('Print the address of a keystore, and nothing else.')
    .argument('<file>', 'the keystore')
    .option('--json', 'print one JSON object')
    .action(showKeystore)
  for (const command of [make, show]) command.exitOverride()
}

async function createKeystore(file: string, options: KeystoreCommandOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  // Checked before the password is asked for; the write itself refuses a file that exists.
  if (existsSync(file)) throw overwriteError(file)
  const password = await readPassword('Password for the new keystore: ', { isNew: true })
  const { generatePrivateKey, privateKeyToAddress } = await import('viem/accounts')
  const { encryptKeystore } = await import('@tutti/chain/local')
  const privateKey = generatePrivateKey()
  const address = privateKeyToAddress(privateKey)
  const text = `${JSON.stringify(await encryptKeystore(privateKey, password), undefined, 2)}\n`
  await writeNew(file, text)
  output.line(`Address: ${address}`)
  output.line(
    `${file} holds its key, encrypted. Keep a copy of the file, and remember the password: if you lose either, you`,
  )
  output.line('lose what the address holds. Send the address some coin of the chain; sign with --keystore.')
  output.result({ file, address })
}

async function showKeystore(file: string, options: KeystoreCommandOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const address = await readAddress(await readFile(file))
  output.line(address)
  output.result({ file, address })
}

/** The address as the file names it; where it names none (the format allows that), the key is decrypted to find it. */
async function readAddress(bytes: Uint8Array): Promise<string> {
  const { accountFromKeystore, readKeystoreAddress } = await import('@tutti/chain/local')
  const address = readKeystoreAddress(bytes)
  if (address !== undefined) return getAddress(address)
  return (await accountFromKeystore(bytes, await readPassword('Password of the keystore: '))).address
}

/** Writes a file that must not exist, readable by its owner alone, and forces it to disk. */
async function writeNew(file: string, text: string): Promise<void> {
  await writeNewFile(file, text, 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? overwriteError(file) : error
  })
}

function overwriteError(file: string): CommandError {
  return new CommandError(
    `${file} exists and may hold a key; nothing was written. Name another file.`,
    exitCodes.badInput,
  )
}
