import { randomBytes } from 'node:crypto'
import { link, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { DashboardError } from './dashboard-error.ts'

/** Reads a dashboard file so that writing it back would give the same bytes. @throws {DashboardError} */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new DashboardError(`${file}: ${reasons[error.code ?? ''] ?? `it cannot be read (${error.code})`}`)
  })
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) {
    throw new DashboardError(`${file}: the file is not UTF-8; convert it, for example with iconv -t UTF-8`)
  }
  return text
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission to read it is missing',
  EISDIR: 'this is a folder; name the file in it',
}

/**
 * Replaces a file in one step, after keeping what it was in `FILE.bak`. A backup with other content is never
 * overwritten: the next one is `FILE.bak.1`. A crash leaves the old file or the new one, never half of it.
 *
 * @returns the path of the backup.
 * @throws {DashboardError} when the folder cannot be written; the file is as it was.
 */
export async function saveWithBackup(
  file: string,
  { before, after }: { before: string; after: string },
): Promise<string> {
  const path = await realpath(file)
  try {
    const { mode } = await stat(path)
    if ((await readFile(path, 'utf8')) !== before) {
      throw new DashboardError(`${file}: somebody changed it in the meantime; run the command once more`)
    }
    const backup = await keep(path, before, mode)
    const fresh = await writeBeside(path, after, mode)
    await rename(fresh, path)
    return backup
  } catch (error) {
    if (error instanceof DashboardError) throw error
    throw new DashboardError(
      `${file}: it cannot be written (${(error as NodeJS.ErrnoException).code}); nothing was changed`,
    )
  }
}

/** Puts the content under the first free name, unless one of them has it already. */
async function keep(path: string, content: string, mode: number): Promise<string> {
  const fresh = await writeBeside(path, content, mode)
  try {
    for (let number = 0; ; number += 1) {
      const backup = `${path}.bak${number === 0 ? '' : `.${number}`}`
      try {
        // A link, unlike a rename, fails when the name is taken.
        await link(fresh, backup)
        return backup
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        if ((await readFile(backup, 'utf8')) === content) return backup
      }
    }
  } finally {
    await rm(fresh, { force: true })
  }
}

/** Writes a file beside another, down to the disk. */
async function writeBeside(path: string, content: string, mode: number): Promise<string> {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const handle = await open(fresh, 'wx', mode & 0o777)
  try {
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
