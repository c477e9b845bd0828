import { decode } from '@atcute/cbor'
import { isDid } from './did.ts'
import { type FieldPath, parsePath } from './field-path.ts'

export type Scalar = string | number | boolean

/**
 * Every `at://` URI and DID that stands alone in a text anywhere in a record, each once.
 *
 * The items of CBOR follow one another, those of containers included, so that one pass over their heads finds every
 * text without building any value. Broken bytes end the search.
 */
export function linksIn(record: Uint8Array): ReadonlySet<string> {
  const links = new Set<string>()
  const end = record.length
  let at = 0
  while (at < end) {
    const head = record[at++] as number
    let length = head & 31
    if (length > 27) break
    if (length > 23) {
      let width = 1 << (length - 24)
      length = 0
      while (width-- > 0) length = length * 256 + (record[at++] ?? 0)
    }
    const major = head >> 5
    if (major === 3 && length >= 7 && startsLikeLink(record, at)) {
      const text = textAt(record, at, length)
      if (isLink(text)) links.add(text)
    }
    if (major === 2 || major === 3) at += length
  }
  return links
}

/** Decodes a record; undefined when it is not a map in DAG-CBOR. */
export function decodeRecord(record: Uint8Array): object | undefined {
  try {
    const value: unknown = decode(record)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * The scalars at a path, those of every element where an array lies on the way.
 * Arrays directly within arrays are not followed, so that hostile nesting costs nothing.
 *
 * @param path as text is taken apart each time: `parsePath` spares that.
 */
export function valuesAt(value: unknown, path: FieldPath | string): readonly Scalar[] {
  const keys = typeof path === 'string' ? parsePath(path) : path
  const found: Scalar[] = []
  if (keys !== undefined)
    collect(value, keys, 0, (one) => {
      if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') found.push(one)
    })
  return found
}

/** Everything at a path, as `valuesAt` finds it, and the maps, links and bytes there as well. */
export function everythingAt(value: unknown, path: FieldPath): readonly unknown[] {
  const found: unknown[] = []
  collect(value, path, 0, (one) => found.push(one))
  return found
}

const atUri = /^at:\/\/[a-zA-Z0-9._:%-]+(?:\/[a-zA-Z0-9.-]+(?:\/[a-zA-Z0-9._:~-]+)?)?$/

/** Longer texts are not links: no AT URI and no DID may be this long. */
const longestLink = 8192

function startsLikeLink(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x61
    ? bytes[at + 1] === 0x74 && bytes[at + 2] === 0x3a && bytes[at + 3] === 0x2f && bytes[at + 4] === 0x2f
    : bytes[at] === 0x64 && bytes[at + 1] === 0x69 && bytes[at + 2] === 0x64 && bytes[at + 3] === 0x3a
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  if (length > longestLink) return ''
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(length, bytes.length - at)).toString(
    'latin1',
  )
}

function isLink(text: string): boolean {
  return text.startsWith('at://') ? atUri.test(text) : isDid(text)
}

function collect(value: unknown, path: FieldPath, depth: number, take: (found: unknown) => void): void {
  if (Array.isArray(value)) {
    for (const element of value) if (!Array.isArray(element)) collect(element, path, depth, take)
  } else if (depth === path.length) {
    take(value)
  } else if (typeof value === 'object' && value !== null) {
    const key = path[depth] as string
    if (Object.hasOwn(value, key)) collect((value as Record<string, unknown>)[key], path, depth + 1, take)
  }
}
