import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePrivateMultikey, Secp256k1PrivateKeyExportable } from '@atcute/crypto'
import { SetupError } from '../../model/errors.ts'

/** The file of the data folder that holds the private key of the node's own repo: one line, a multikey (`z…`). */
export const keyFileName = 'repo.key'

/**
 * Reads the key. One that other users could read is this user's alone from then on.
 *
 * @param onExposed called with the path where they could. Must not throw.
 * @returns the private key, 32 bytes; undefined where the folder has none.
 * @throws {SetupError} for one that cannot be used.
 */
export async function readKeyFile(
  dir: string,
  onExposed: (path: string) => void = () => {},
): Promise<Uint8Array | undefined> {
  const path = join(dir, keyFileName)
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable(path, `cannot be read (${(error as Error).message})`, 'give this user the rights to it')
  }
  try {
    const { mode } = await file.stat()
    if ((mode & 0o077) !== 0) {
      // A backup, or a volume that is mounted for a group, comes back like that.
      await file.chmod(0o600).catch((error: Error) => {
        throw unusable(
          path,
          `can be read by other users (${error.message})`,
          `as its owner: chmod 600 ${path}`,
        )
      })
      onExposed(path)
    }
    return parseKey(path, await file.readFile('utf8'))
  } finally {
    await file.close()
  }
}

/**
 * Makes a key, and the file that holds it, for this user alone. It is on the disk when this resolves.
 *
 * @returns the private key, 32 bytes.
 * @throws {SetupError} when it cannot be written.
 */
export async function makeKeyFile(dir: string): Promise<Uint8Array> {
  const path = join(dir, keyFileName)
  const partial = `${path}.new`
  const key = await Secp256k1PrivateKeyExportable.createKeypair()
  try {
    // What a process left behind that was killed here is no key of anybody's yet.
    await rm(partial, { force: true })
    await using file = await open(partial, 'wx', 0o600)
    await file.writeFile(`${await key.exportPrivateKey('multikey')}\n`)
    await file.sync()
    await rename(partial, path)
    await using folder = await open(dir, 'r')
    await folder.sync()
  } catch (error) {
    throw unusable(path, `cannot be written (${(error as Error).message})`, 'name another folder with --data')
  }
  return await key.exportPrivateKey('raw')
}

function parseKey(path: string, text: string): Uint8Array {
  try {
    const { type, privateKeyBytes } = parsePrivateMultikey(text.trim())
    if (type === 'secp256k1') return privateKeyBytes
  } catch (cause) {
    throw unusable(path, 'does not hold a private key', fix, cause)
  }
  throw unusable(path, 'holds a key of another curve than k256', fix)
}

const fix = 'put back the file that this node has made'

function unusable(path: string, what: string, mend: string, cause?: unknown): SetupError {
  return new SetupError(`the key of the own repo, ${path}, ${what}: ${mend}`, { cause })
}
