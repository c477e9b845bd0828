import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheDir, exists } from './cache.ts'

const manifest = join(import.meta.dirname, '..', 'pds')
const files = ['package.json', 'package-lock.json', '.npmrc']

/**
 * Installs the real PDS and PLC outside of this repository, unless they are there.
 *
 * @returns the folder whose node_modules has both.
 */
export async function pdsFolder(onInstall: () => void = () => {}): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) hash.update(await readFile(join(manifest, file)))
  const folder = join(cacheDir, `pds-${hash.digest('hex').slice(0, 12)}`)
  if (await exists(folder)) return folder
  onInstall()
  await mkdir(cacheDir, { recursive: true })
  const work = await mkdtemp(`${folder}-`)
  try {
    for (const file of files) await copyFile(join(manifest, file), join(work, file))
    await promisify(execFile)('npm', ['ci', '--loglevel=error'], { cwd: work })
    await rename(work, folder).catch(async (error) => {
      // Another run may have been first; its folder is as good as ours.
      if (!(await exists(folder))) throw error
    })
    return folder
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
