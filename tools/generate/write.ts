import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** How a folder differs from the files that should be in it, by path. */
export interface Drift {
  readonly path: string
  readonly how: 'missing' | 'different' | 'left over'
}

/** Folders that hold nothing but generated files: what else is in them was generated once. */
const ownFolders = [
  { folder: 'dashboards/alerts', ending: '.yaml' },
  { folder: 'dashboards/alerts/tests', ending: '.test.yaml' },
]

/** Compares files with what a folder holds. Files of rules that no component has any more count as drift. */
export async function findDrift(dir: string, files: ReadonlyMap<string, string>): Promise<Drift[]> {
  const drift: Drift[] = []
  for (const [path, text] of files) {
    const present = await readFile(join(dir, path), 'utf8').catch(() => undefined)
    if (present !== text) drift.push({ path, how: present === undefined ? 'missing' : 'different' })
  }
  for (const { folder, ending } of ownFolders) {
    const names = await readdir(join(dir, folder)).catch(() => [])
    for (const name of names.filter((one) => one.endsWith(ending)).sort()) {
      const path = `${folder}/${name}`
      if (!files.has(path) && (await isGenerated(join(dir, path)))) drift.push({ path, how: 'left over' })
    }
  }
  return drift
}

/** Brings a folder in line with the files: writes what differs, removes rules that are left over. */
export async function writeFiles(dir: string, files: ReadonlyMap<string, string>): Promise<Drift[]> {
  const drift = await findDrift(dir, files)
  for (const { path, how } of drift) {
    const file = join(dir, path)
    if (how === 'left over') {
      await rm(file)
    } else {
      await makeFolder(dirname(file))
      await writeFile(file, files.get(path) ?? '')
    }
  }
  return drift
}

/** Does without the `recursive` of Node, which never returns where a file system refuses with ENOENT, as /proc does. */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(dir)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(dir) === dir) throw error
    await makeFolder(dirname(dir))
    await mkdir(dir)
  }
}

/** Rules that a person put beside the generated ones are left alone. */
async function isGenerated(file: string): Promise<boolean> {
  return (await readFile(file, 'utf8')).startsWith('# Generated from the catalog')
}
