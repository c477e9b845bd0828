import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../usage-error.ts'

export interface FileBytesOptions {
  /** Larger files are refused, in bytes. */
  readonly maxBytes: number
  /** Longest wait for the next part of a pipe, in milliseconds. @default 30_000 */
  readonly waitMs?: number
}

/**
 * Reads a file, or a pipe such as `<(curl …)` of a shell. Never more than the limit, whatever a device gives, and never
 * waits without end.
 *
 * @throws {UsageError} in one line, when it cannot be read or is larger.
 */
export async function readFileBytes(
  file: string,
  { maxBytes, waitMs = 30_000 }: FileBytesOptions,
): Promise<Buffer> {
  try {
    // A pipe that nobody writes to would block the open, and with it a thread and the end of the process.
    await using handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const found = await handle.stat()
    if (found.isDirectory()) throw new UsageError(`${file}: ${reasons.EISDIR}`)
    if (found.size > maxBytes) throw new UsageError(`${file}: ${tooLarge(found.size, maxBytes)}`)
    const bytes = found.isFile() && found.size > 0 ? await handle.readFile() : undefined
    return bytes ?? (await readToEnd(handle, { file, maxBytes, waitMs }))
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(`${file}: ${reasons[code ?? ''] ?? `it cannot be read: ${message}`}`, {
      cause: error,
    })
  }
}

/** What tells its size only by its end: pipes, devices, what the kernel makes up. */
async function readToEnd(
  handle: FileHandle,
  { file, maxBytes, waitMs }: FileBytesOptions & { readonly file: string; readonly waitMs: number },
): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  let waitedMs = 0
  for (;;) {
    const part = await handle.read({ buffer: Buffer.allocUnsafe(65_536), position: null }).catch(notYet)
    if (part === undefined) {
      if (waitedMs >= waitMs)
        throw new UsageError(`${file}: it is a pipe that gave nothing for ${waitMs / 1000} s; give a file`)
      await sleep(pauseMs)
      waitedMs += pauseMs
      continue
    }
    if (part.bytesRead === 0) return Buffer.concat(parts)
    waitedMs = 0
    size += part.bytesRead
    if (size > maxBytes) throw new UsageError(`${file}: ${tooLarge(undefined, maxBytes)}`)
    parts.push(part.buffer.subarray(0, part.bytesRead))
  }
}

const pauseMs = 20

function notYet(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EAGAIN') throw error
}

function tooLarge(size: number | undefined, limit: number): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`
  const said =
    size === undefined ? `it is larger than ${megabytes(limit)}` : `${megabytes(size)} is too large`
  return `${said}${size === undefined ? '' : ` (limit ${megabytes(limit)})`}; leave the file out`
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  ENOTDIR: 'there is no such file; a part of its path is not a folder',
  EACCES: 'it may not be read; check its permissions',
  EPERM: 'it may not be read; check its permissions',
  EISDIR: 'it is a folder; give a file, or, where several are read, a pattern such as folder/*.json',
  ENXIO: 'it is a socket, not a file; give a file, or the http:// address of what answers there',
  ELOOP: 'it is a symbolic link that leads back to itself; fix the link',
  ENAMETOOLONG: 'the path is longer than any file has; check it',
}
