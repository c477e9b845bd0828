import type { JsonNode } from '../dashboards/json-text.ts'

/** Puts something at one place of a text; all else stays as it is. */
export interface Insertion {
  readonly offset: number
  readonly text: string
}

/** Applies insertions; those at the same place in the order given. */
export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  let result = ''
  let at = 0
  for (const { offset, text: inserted } of insertions.toSorted((a, b) => a.offset - b.offset)) {
    result += text.slice(at, offset) + inserted
    at = offset
  }
  return result + text.slice(at)
}

/** Writes a value after an item of an array, or as its only one, the way its neighbours are written. */
export function insertItem(
  text: string,
  { array, after, value }: { readonly array: JsonNode; readonly after: number; readonly value: unknown },
): Insertion {
  const item = array.items?.[Math.min(after, (array.items?.length ?? 0) - 1)]
  if (item === undefined) return insertFirst(text, array, (indent) => format(value, text, indent))
  const space = spaceBefore(text, item.start)
  return { offset: item.end, text: `,${space}${format(value, text, indentOf(space))}` }
}

/** Writes a member after the last one of an object. */
export function insertMember(
  text: string,
  { object, key, value }: { readonly object: JsonNode; readonly key: string; readonly value: unknown },
): Insertion {
  const last = [...(object.members?.values() ?? [])].at(-1)
  const written = (indent: string | undefined, colon: string) =>
    `${JSON.stringify(key)}${colon}${format(value, text, indent)}`
  if (last?.keyStart === undefined) {
    return insertFirst(text, object, (indent) => written(indent, indent === undefined ? ':' : ': '))
  }
  const space = spaceBefore(text, last.keyStart)
  const colon = /:\s*$/.exec(text.slice(last.keyStart, last.start))?.[0] ?? ': '
  return { offset: last.end, text: `,${space}${written(indentOf(space), colon)}` }
}

function insertFirst(
  text: string,
  container: JsonNode,
  write: (indent: string | undefined) => string,
): Insertion {
  const unit = indentUnit(text)
  // Space inside of the brackets stays where it is, after what is inserted.
  const inside = text.slice(container.start + 1, container.end - 1)
  if (unit === undefined) return { offset: container.start + 1, text: write(undefined) }
  const outer = /[ \t]*/.exec(text.slice(text.lastIndexOf('\n', container.start) + 1))?.[0] ?? ''
  const end = lineEnd(text)
  const closing = inside.includes('\n') ? '' : `${end}${outer}`
  return { offset: container.start + 1, text: `${end}${outer}${unit}${write(outer + unit)}${closing}` }
}

/** On one line when the neighbours are, or when the whole file is; otherwise indented as the file is. */
function format(value: unknown, text: string, indent: string | undefined): string {
  const unit = indentUnit(text)
  if (unit === undefined || indent === undefined) return JSON.stringify(value)
  return JSON.stringify(value, null, unit).replaceAll('\n', `${lineEnd(text)}${indent}`)
}

/** The indentation after the last line end; undefined when there is none. */
function indentOf(space: string): string | undefined {
  const newline = space.lastIndexOf('\n')
  return newline === -1 ? undefined : space.slice(newline + 1)
}

function spaceBefore(text: string, offset: number): string {
  let from = offset
  while (from > 0 && /[ \t\r\n]/.test(text.charAt(from - 1))) from -= 1
  return text.slice(from, offset)
}

/** The space before the first key: one step of indentation. Undefined for a file of one line. */
function indentUnit(text: string): string | undefined {
  const match = /^\ufeff?\s*[{[]\s*\n([ \t]*)\S/.exec(text)
  if (match !== null) return match[1] || '  '
  return /\n[ \t]*"/.test(text) ? '  ' : undefined
}

function lineEnd(text: string): string {
  return /\r\n/.test(text.slice(0, 10_000)) ? '\r\n' : '\n'
}
