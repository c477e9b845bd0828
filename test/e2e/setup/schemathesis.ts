import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheDir, exists } from './cache.ts'

const requirements = join(import.meta.dirname, '..', 'contract', 'requirements.txt')
const execute = promisify(execFile)

/**
 * Installs Schemathesis, which makes requests from an OpenAPI document, into a Python environment of its own outside of
 * this repository, unless it is there.
 *
 * @returns the path of its program.
 */
export async function schemathesisProgram(onInstall: () => void = () => {}): Promise<string> {
  const hash = createHash('sha256').update(await readFile(requirements))
  const folder = join(cacheDir, `schemathesis-${hash.digest('hex').slice(0, 12)}`)
  const program = join(folder, 'bin', 'schemathesis')
  const complete = join(folder, 'complete')
  if (await exists(complete)) return program
  onInstall()
  await mkdir(cacheDir, { recursive: true })
  // The programs of an environment name its folder: it cannot be moved into its place when it is done.
  await rm(folder, { recursive: true, force: true })
  await execute('python3', ['-m', 'venv', folder])
  await execute(join(folder, 'bin', 'pip'), ['install', '--quiet', '--no-deps', '-r', requirements])
  await writeFile(`${complete}.new`, '')
  await rename(`${complete}.new`, complete)
  return program
}
