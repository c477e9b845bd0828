import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, link, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { readTextFile } from '@tidegauge/otel/text-file'
import { UsageError } from '@tidegauge/otel/usage-error'
import { uninterrupted } from './uninterrupted.ts'

/** A dashboard is far smaller; Grafana itself refuses to store one of this size. */
const maxBytes = 32 * 1024 * 1024

/** Reads a dashboard file so that writing it back would give the same bytes. @throws {UsageError} */
export function readText(file: string): Promise<string> {
  return readTextFile(file, { maxBytes, keepsMark: true })
}

/**
 * Replaces a file in one step, after keeping what it was in `FILE.bak`. A backup with other content is never
 * overwritten: the next one is `FILE.bak.1`. A crash leaves the old file or the new one, never half of it; Ctrl-C waits
 * for the moment that this takes.
 *
 * @returns the path of the backup.
 * @throws {UsageError} when file or folder cannot be written, or somebody else writes it; the file is as it was.
 */
export async function saveWithBackup(
  file: string,
  { before, after }: { before: string; after: string },
): Promise<string> {
  try {
    const path = await realpath(file)
    return await uninterrupted(() => replace({ file, path, before, after }))
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new UsageError(`${file}: it cannot be written: ${reasons[code] ?? message}; nothing was changed`, {
      cause: error,
    })
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is missing, for the file or for its folder, which takes the backup',
  EPERM: 'permission is missing, for the file or for its folder, which takes the backup',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENOENT: 'it has been removed',
}

interface Replacing {
  /** As the user names it. */
  readonly file: string
  /** Where it lies, with links resolved. */
  readonly path: string
  readonly before: string
  readonly after: string
}

async function replace({ file, path, before, after }: Replacing): Promise<string> {
  await using _ = await lock(file, path)
  // Renaming asks for permission on the folder alone, and who protects a file means it.
  await access(path, constants.W_OK)
  if ((await readFile(path, 'utf8')) !== before)
    throw new UsageError(`${file}: somebody changed it in the meantime; run the command again`)
  const backup = await keep(path, before)
  const fresh = await writeBeside(path, after)
  try {
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
  return backup
}

/** Two commands at once would each see the old file, and the later one undo the earlier. */
async function lock(file: string, path: string): Promise<AsyncDisposable> {
  const name = `${path}.lock`
  try {
    await (await open(name, 'wx')).close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UsageError(
      `${file}: another command is changing it; run this one once more, or remove ${name} if none is running`,
    )
  }
  return { [Symbol.asyncDispose]: () => rm(name, { force: true }) }
}

/** Puts the content under the first free name, unless one of them has it already. */
async function keep(path: string, content: string): Promise<string> {
  const fresh = await writeBeside(path, content)
  try {
    for (let number = 0; ; number += 1) {
      const backup = `${path}.bak${number === 0 ? '' : `.${number}`}`
      try {
        // A link, unlike a rename, fails when the name is taken.
        await link(fresh, backup)
        return backup
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        if ((await readFile(backup, 'utf8').catch(() => undefined)) === content) return backup
      }
    }
  } finally {
    await rm(fresh, { force: true })
  }
}

/** Writes a file beside another, down to the disk, with its mode and owner. */
async function writeBeside(path: string, content: string): Promise<string> {
  const { mode, uid, gid } = await stat(path)
  const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const handle = await open(fresh, 'wx', mode & 0o777)
  try {
    // Only root may give a file away; whoever else writes it owns it.
    await handle.chown(uid, gid).catch(() => {})
    await handle.chmod(mode & 0o777)
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return fresh
}
