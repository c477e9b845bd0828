import { isUtf8 } from 'node:buffer'
import { UsageError } from '../usage-error.ts'
import { readFileBytes } from './file-bytes.ts'

export interface TextFileOptions {
  /** Larger files are refused, in bytes. @default 256 MiB, below which a scrape of a million series stays */
  readonly maxBytes?: number
  /** Keeps a byte order mark, so that the text is the whole file. @default false */
  readonly keepsMark?: boolean
}

/**
 * Reads a file as UTF-8, without a byte order mark.
 *
 * @throws {UsageError} when it cannot be read, is larger than `maxBytes`, or is not text in UTF-8.
 */
export async function readTextFile(
  file: string,
  { maxBytes = 256 * 1024 * 1024, keepsMark = false }: TextFileOptions = {},
): Promise<string> {
  const bytes = await readFileBytes(file, { maxBytes })
  const reason = whyNoText(bytes)
  if (reason !== undefined) throw new UsageError(`${file}: ${reason}`)
  const text = bytes.toString('utf8')
  return !keepsMark && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function whyNoText(bytes: Buffer): string | undefined {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return 'it is UTF-16; save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8'
  if (first === 0x1f && second === 0x8b) return 'it is compressed; unpack it first, with gunzip'
  if (bytes.subarray(0, 8192).includes(0)) return 'it holds binary data; give a text file'
  if (!isUtf8(bytes)) return 'it is not UTF-8; save it so, for example with iconv -f WINDOWS-1252 -t UTF-8'
  return undefined
}
