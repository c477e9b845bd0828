import { open } from 'node:fs/promises'
import { InputError } from './input-error.ts'

/** More than any file has that is worth auditing; a scrape of a million series stays below. */
const maxBytes = 256 * 1024 * 1024

export interface TextFileOptions {
  /** @default 256 MiB */
  readonly maxBytes?: number
}

/**
 * Reads a file as UTF-8, without a byte order mark.
 *
 * @throws {InputError} when it cannot be read, is larger than `maxBytes`, or is no text.
 */
export async function readTextFile(
  file: string,
  { maxBytes: limit = maxBytes }: TextFileOptions = {},
): Promise<string> {
  const bytes = await readBytes(file, limit)
  if (bytes.subarray(0, 8192).includes(0))
    throw new InputError(`${file}: it holds binary data; give a text file`)
  const text = bytes.toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

async function readBytes(file: string, limit: number): Promise<Buffer> {
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    if (size > limit) {
      const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`
      throw new InputError(
        `${file}: ${megabytes(size)} is too large (limit ${megabytes(limit)}); leave the file out`,
      )
    }
    return await handle.readFile()
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(
      `${file}: ${reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error)}`,
      {
        cause: error,
      },
    )
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  EACCES: 'it may not be read; check its permissions',
  EISDIR: 'it is a folder; give a file or a pattern such as folder/*.json',
}
