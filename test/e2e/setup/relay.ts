import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../../tools/collector/build.ts'
import { cacheDir, exists } from './cache.ts'

const manifest = join(import.meta.dirname, '..', 'relay')
const files = ['go.mod', 'go.sum']
const source = 'github.com/bluesky-social/indigo/cmd/relay'

/**
 * Path of the real relay, built with Go outside of this repository unless it is there.
 *
 * @throws {Error} when Go is missing or the build fails.
 */
export async function relayProgram(onBuild: () => void = () => {}): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) hash.update(await readFile(join(manifest, file)))
  const folder = join(cacheDir, `relay-${hash.digest('hex').slice(0, 12)}`)
  const program = join(folder, 'relay')
  if (await exists(program)) return program
  onBuild()
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(folder, 'build-'))
  try {
    for (const file of files) await copyFile(join(manifest, file), join(work, file))
    await run('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', 'relay', source], work)
    // It appears under its name only when it is whole.
    await rename(join(work, 'relay'), program)
    return program
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
