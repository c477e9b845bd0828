import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { changeable } from '../edge/contract/config.ts'
import { SetupError } from '../model/errors.ts'

/** Settings that `PATCH /config` was asked to keep: they win over flags and variables when the service starts. */
export type KeptConfig = z.output<typeof keptConfig>

const keptConfig = z.strictObject(changeable).partial()

/** Where they are kept. */
export function keptConfigPath(dir: string): string {
  return join(dir, 'config.json')
}

/** @throws {SetupError} for a file that cannot be read, or does not hold such settings; the message says how to mend it. */
export async function readKeptConfig(dir: string): Promise<KeptConfig> {
  const path = keptConfigPath(dir)
  const mend = 'correct it, or remove it and start again'
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // Without a folder there is nothing in it either.
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw new SetupError(`${path} cannot be read (${code}): let this user read it`, { cause })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new SetupError(`${path} is not JSON: ${mend}`, { cause })
  }
  const { data, error } = keptConfig.safeParse(json)
  if (data !== undefined) return data
  const [issue] = error.issues
  throw new SetupError(`${path}: ${issue?.path.join('.') || 'it'}: ${issue?.message}; ${mend}`)
}

/** Replaces what is kept, at once, so that nobody reads half of it. */
export async function writeKeptConfig(dir: string, kept: KeptConfig): Promise<void> {
  const path = keptConfigPath(dir)
  if (Object.keys(kept).length === 0) return rm(path, { force: true })
  await writeFile(`${path}.new`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
}
