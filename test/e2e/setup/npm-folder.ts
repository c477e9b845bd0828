import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheDir, exists } from './cache.ts'

const files = ['package.json', 'package-lock.json', '.npmrc']

/**
 * Installs the packages of a manifest in this folder, such as `pds`, outside of this repository, unless they are there.
 *
 * @returns the folder whose node_modules has them.
 */
export async function npmFolder(name: string, onInstall: () => void = () => {}): Promise<string> {
  const manifest = join(import.meta.dirname, '..', name)
  return preparedFolder({ name, manifest, files, onInstall }, async (work) => {
    await promisify(execFile)('npm', ['ci', '--loglevel=error'], { cwd: work })
  })
}

export interface PreparedFolder {
  readonly name: string
  /** Folder of the files that say what is to be installed; when they change, so does the folder that is prepared. */
  readonly manifest: string
  readonly files: readonly string[]
  readonly onInstall: () => void
}

/** Prepares a folder of the cache from copies of files, unless it is there. @returns its path. */
export async function preparedFolder(
  { name, manifest, files, onInstall }: PreparedFolder,
  prepare: (work: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) hash.update(await readFile(join(manifest, file)))
  const folder = join(cacheDir, `${name}-${hash.digest('hex').slice(0, 12)}`)
  if (await exists(folder)) return folder
  onInstall()
  await mkdir(cacheDir, { recursive: true })
  const work = await mkdtemp(`${folder}-`)
  try {
    for (const file of files) await copyFile(join(manifest, file), join(work, file))
    await prepare(work)
    await rename(work, folder).catch(async (error) => {
      // Another run may have been first; its folder is as good as ours.
      if (!(await exists(folder))) throw error
    })
    return folder
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
