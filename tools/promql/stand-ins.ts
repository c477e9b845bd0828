import { findVariables, mayHaveVariables, referencePattern, type VariableReference } from './variables.ts'

/** A query in which other text of the same length stands for each Grafana variable. */
export interface Substituted {
  readonly text: string
  readonly variables: readonly PlacedVariable[]
}

export interface PlacedVariable extends VariableReference {
  readonly role: VariableRole
}

/** What a variable is, as far as its place tells; `guess` where it does not. */
export type VariableRole =
  | 'in text'
  | 'duration'
  | 'name'
  | 'value'
  | 'matchers'
  | 'operand'
  | 'function'
  | 'guess'

/**
 * Puts a stand-in for each variable, so that the grammar of PromQL can read the rest, and spaces for
 * comments. Each is as long as what it stands for: offsets remain true.
 */
export function substitute(query: string): Substituted {
  if (!mayHaveVariables(query)) return { text: withoutComments(query), variables: [] }
  const scan: Scan = { query, at: 0, open: [], before: '', beforeThat: '' }
  const variables: PlacedVariable[] = []
  let text = ''
  while (scan.at < query.length) {
    const pattern = scan.open.at(-1) === '[' ? tokenOfRange : tokenOutside
    pattern.lastIndex = scan.at
    const found = pattern.exec(query)
    const piece = found?.[0] ?? query.charAt(scan.at)
    const isText = /^["'`]/.test(piece)
    const inside = isText || isRun(piece) ? findVariables(piece) : []
    const from = scan.at
    const place = (role: VariableRole) => {
      for (const { name, ...span } of inside)
        variables.push({ name, from: from + span.from, to: from + span.to, role })
    }
    if (inside.length === 0 || isText) {
      place('in text')
      text += piece.startsWith('#') ? ' '.repeat(piece.length) : piece
      step(scan, piece)
    } else {
      const { standIn, role } = choose(scan, piece, inside)
      place(role)
      text += standIn
      step(scan, standIn.trim() === '' ? '' : standIn.trim(), piece.length)
    }
  }
  return { text, variables }
}

/** Puts spaces for comments. */
export function withoutComments(query: string): string {
  if (!query.includes('#')) return query
  return query.replace(textOrComment, (piece) => (piece.startsWith('#') ? ' '.repeat(piece.length) : piece))
}

const textOrComment = /#[^\n]*|"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?|`[^`]*`?/g

interface Scan {
  readonly query: string
  at: number
  /** Brackets that are open, `l` for those around a list of labels. */
  readonly open: string[]
  /** The last two tokens, spaces and comments left out. */
  before: string
  beforeThat: string
}

// Inside of a range the colon parts range and step, elsewhere it belongs to names.
const tokenOfRange = token('[\\w.]')
const tokenOutside = token('[\\w:.]')

function token(word: string): RegExp {
  const texts = `"(?:[^"\\\\]|\\\\[\\s\\S])*"?|'(?:[^'\\\\]|\\\\[\\s\\S])*'?|\`[^\`]*\`?`
  return new RegExp(`\\s+|#[^\\n]*|${texts}|(?:${referencePattern}|${word})+|[\\s\\S]`, 'y')
}

function isRun(piece: string): boolean {
  return /^[\w:.$[]/.test(piece)
}

function step(scan: Scan, piece: string, length = piece.length): void {
  scan.at += length
  if (piece === '' || /^[\s#]/.test(piece)) return
  if (piece === '(') scan.open.push(listsLabels.test(scan.before) ? 'l' : '(')
  else if (piece === '{' || piece === '[') scan.open.push(piece)
  let closed = ''
  if (piece === ')' || piece === '}' || piece === ']') closed = scan.open.pop() ?? ''
  scan.beforeThat = scan.before
  // After the labels of `by (…)` an operand begins, after other brackets one has ended.
  scan.before = closed === 'l' ? 'by' : piece
}

const listsLabels = /^(by|without|on|ignoring|group_left|group_right)$/i

function choose(
  scan: Scan,
  run: string,
  inside: readonly VariableReference[],
): { readonly standIn: string; readonly role: VariableRole } {
  const length = run.length
  const next = /^\s*(?:#[^\n]*\n\s*)*(\w+|[^\w\s])?/.exec(scan.query.slice(scan.at + length))?.[1] ?? ''
  const isWhole = inside.length === 1 && inside[0]?.from === 0 && inside[0].to === length
  const name = 'v'.repeat(length)
  switch (scan.open.at(-1)) {
    case '[':
      return { standIn: duration(length), role: 'duration' }
    case 'l':
      return { standIn: name, role: 'name' }
    case '{':
      if (scan.before === '=' || scan.before === '~') return { standIn: quoted(length), role: 'value' }
      if (next === '=' || next === '!') return { standIn: name, role: 'name' }
      if (/[{,]/.test(scan.before) && /^[,}]/.test(next)) return { standIn: quoted(length), role: 'matchers' }
      if (next === '}') return { standIn: ','.padEnd(length), role: 'matchers' }
      return { standIn: ' '.repeat(length), role: 'matchers' }
  }
  if (/^offset$/i.test(scan.before) || (scan.before === '-' && /^offset$/i.test(scan.beforeThat)))
    return { standIn: duration(length), role: 'duration' }
  if (scan.before === '@') return { standIn: '1'.repeat(length), role: 'duration' }
  if (/^\d/.test(run)) return { standIn: '1'.repeat(length), role: 'operand' }
  if (endsOperand(scan.before)) {
    if (next === '' || /^[),+\-*/%^=!<>]/.test(next) || /^(and|or|unless|by|without)$/i.test(next))
      return { standIn: ' '.repeat(length), role: 'guess' }
    return { standIn: '+'.padEnd(length), role: 'guess' }
  }
  if (next === '(' || /^(by|without)$/i.test(next))
    return { standIn: (length > 2 ? 'sum' : 'ln').padEnd(length), role: 'function' }
  return { standIn: name, role: isWhole ? 'operand' : 'name' }
}

function endsOperand(before: string): boolean {
  if (/^[)\]}]/.test(before) || /^["'`\d]/.test(before)) return true
  return (
    /^[a-z_:]/i.test(before) &&
    !/^(by|without|on|ignoring|group_left|group_right|and|or|unless|bool|offset|atan2)$/i.test(before)
  )
}

function quoted(length: number): string {
  return `"${'v'.repeat(length - 2)}"`
}

function duration(length: number): string {
  return `${'1'.repeat(length - 1)}s`
}
