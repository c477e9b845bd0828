export interface DiffOptions {
  readonly file: string
  readonly before: string
  readonly after: string
  /** Lines shown around a change. @default 3 */
  readonly context?: number
}

/**
 * Writes the difference between a text and the same text with insertions as a unified diff, as `patch` reads it.
 * Changes of any other kind are shown as well, as one replacement.
 */
export function unifiedDiff({ file, before, after, context = 3 }: DiffOptions): string {
  if (before === after) return ''
  const old = before.split('\n')
  const now = after.split('\n')
  const changes = insertions(old, now) ?? replacement(old, now)
  const header = `--- ${file}\n+++ ${file}\n`
  return header + hunksOf(changes, context).map(hunkText).join('')
}

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
  /** Number in the old and in the new text, beginning at 1; what comes next where the line is not there. */
  readonly old: number
  readonly now: number
  /** The last line of its text, and without a line end. */
  readonly isOpen: boolean
}

/**
 * Since nothing is taken away, every old line is there in order, itself or with something inserted; the first
 * that fits is as good as any.
 */
function insertions(old: readonly string[], now: readonly string[]): readonly Line[] | undefined {
  const lines: Line[] = []
  let at = 0
  const [oldEnd, nowEnd] = [old.length - 1, now.length - 1]
  for (const [index, text] of now.entries()) {
    const before = old[at]
    const place = { old: at + 1, now: index + 1 }
    const isOpen = index === nowEnd
    if (before === text && (at === oldEnd) === isOpen) {
      lines.push({ sign: ' ', text, ...place, isOpen })
      at += 1
    } else if (before !== undefined && before !== text && isWidened(before, text)) {
      lines.push({ sign: '-', text: before, ...place, isOpen: at === oldEnd })
      lines.push({ sign: '+', text, old: at + 2, now: index + 1, isOpen })
      at += 1
    } else lines.push({ sign: '+', text, ...place, isOpen })
  }
  return at === old.length ? lines : undefined
}

/** A comma more at the end, or much inserted into a long line. */
function isWidened(before: string, after: string): boolean {
  if (after.replace(/,(\r?)$/, '$1') === before) return true
  if (before.length < 20 || after.length <= before.length) return false
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  let end = 0
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  return start + end >= before.length
}

function replacement(old: readonly string[], now: readonly string[]): readonly Line[] {
  return [
    ...old.map((text, index) => ({
      sign: '-' as const,
      text,
      old: index + 1,
      now: 1,
      isOpen: index === old.length - 1,
    })),
    ...now.map((text, index) => ({
      sign: '+' as const,
      text,
      old: old.length + 1,
      now: index + 1,
      isOpen: index === now.length - 1,
    })),
  ].filter(({ text, isOpen }) => !(isOpen && text === ''))
}

function hunksOf(all: readonly Line[], context: number): readonly (readonly Line[])[] {
  // A text that ends in a line end has no line after it.
  const lines = all.filter(({ text, isOpen }) => !(isOpen && text === ''))
  const shown = new Set<number>()
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue
    for (let near = index - context; near <= index + context; near += 1) shown.add(near)
  }
  const hunks: Line[][] = []
  let last = -2
  for (const [index, line] of lines.entries()) {
    if (!shown.has(index)) continue
    if (index !== last + 1) hunks.push([])
    hunks.at(-1)?.push(line)
    last = index
  }
  return hunks
}

function hunkText(lines: readonly Line[]): string {
  const [first] = lines
  const count = (without: Line['sign']) => lines.filter(({ sign }) => sign !== without).length
  const [oldCount, nowCount] = [count('+'), count('-')]
  const start = (number: number | undefined, size: number) => (size === 0 ? (number ?? 1) - 1 : number)
  const header = `@@ -${start(first?.old, oldCount)},${oldCount} +${start(first?.now, nowCount)},${nowCount} @@\n`
  const body = lines.map(
    ({ sign, text, isOpen }) => `${sign}${text}\n${isOpen ? '\\ No newline at end of file\n' : ''}`,
  )
  return header + body.join('')
}
