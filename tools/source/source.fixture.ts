import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readSource, type SourceRead } from './read-source.ts'

/** Reads files that are written out here, by their paths. */
export async function readWritten(files: Readonly<Record<string, string | Uint8Array>>): Promise<SourceRead> {
  const folder = await mkdtemp(join(tmpdir(), 'source-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
    }
    return await readSource({ files: ['.'], cwd: folder })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
