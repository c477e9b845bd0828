import type { Audit } from '../audit.ts'
import { type Finding, type Level, levels } from '../finding.ts'
import { counted, inputsInWords } from '../input-counts.ts'
import { type Alike, alike, nameOf } from './alike.ts'
import { plain, wrap } from './wrap.ts'

export interface TableOptions {
  /** Findings below are only counted. @default 'warning' */
  readonly level?: Level
  /** Whether a terminal shows it. @default false */
  readonly hasColor?: boolean
}

const width = 100
const indent = 10

/** The report for a terminal: findings by file, the most severe files first, in 100 columns. */
export function tableReport(
  audit: Audit,
  { level = 'warning', hasColor = false }: TableOptions = {},
): string {
  const paint = painter(hasColor)
  const shown = audit.findings.filter((finding) => levels.indexOf(finding.level) >= levels.indexOf(level))
  const byFile = Map.groupBy(shown, ({ place }) => place.file)
  const blocks = [...byFile].map(([file, findings]) =>
    [paint('bold', plain(file)), ...alike(findings).flatMap((group) => entry(group, paint))].join('\n'),
  )
  return `${[...blocks, ending(audit, level, paint)].join('\n\n')}\n`
}

/** `3 errors, 1 warning and 12 notes`. */
export function countsInWords(findings: readonly Finding[]): string {
  const parts = levels.toReversed().flatMap((level) => {
    const count = findings.filter((finding) => finding.level === level).length
    return count > 0 ? [counted(count, level === 'info' ? 'note' : level)] : []
  })
  return parts.length > 1
    ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
    : (parts[0] ?? 'no findings')
}

/** So many names are shown; the others are counted, and in the other reports. */
const mostNames = 12

function entry({ findings: [first, ...more], reason, mend }: Alike, paint: Paint): string[] {
  const { check, level, place } = first
  const { line, panel, rule } = place
  const all = [first, ...more]
  const names = all.slice(0, mostNames).map(nameOf)
  const where =
    more.length > 0
      ? linesOf(all)
      : [line === undefined ? '' : `line ${line}`, panel ?? '', rule ?? ''].filter(Boolean).join(', ')
  const left = all.length - names.length
  const about = more.length > 0 ? `${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}: ` : ''
  const head = `  ${paint(level, level.padEnd(indent - 2))}${plain(where)}`
  const room = width - indent
  const said = wrap(plain(about + reason), room).map((text) => ' '.repeat(indent) + text)
  const mended = wrap(plain(mend), room - 2).map(
    (text, index) => `${' '.repeat(indent)}${index === 0 ? '→ ' : '  '}${text}`,
  )
  const name = ' '.repeat(indent) + paint('dim', check)
  if (where !== '') return [head, ...said, ...mended, name]
  return [
    `  ${paint(level, level.padEnd(indent - 2))}${said[0]?.trimStart() ?? ''}`,
    ...said.slice(1),
    ...mended,
    name,
  ]
}

function linesOf(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ place }) => (place.line === undefined ? [] : [place.line]))
  if (lines.length === 0) return ''
  const shown = [...new Set(lines)].slice(0, mostNames)
  return `lines ${shown.join(', ')}${shown.length < lines.length ? ', …' : ''}`
}

function ending(audit: Audit, level: Level, paint: Paint): string {
  const { findings, known, gone, excepted, inputs } = audit
  const words = inputsInWords(inputs)
  const lines = [
    words.length > 0 ? `Audited ${words.join(', ')}.` : 'Nothing was audited.',
    `Found ${countsInWords(findings)}${known.length > 0 || gone.length > 0 ? ' that the baseline does not know' : ''}.`,
  ]
  const hidden = findings.filter((finding) => levels.indexOf(finding.level) < levels.indexOf(level)).length
  if (hidden > 0)
    lines.push(`${counted(hidden, 'finding')} below ${level} not shown (--level info shows all).`)
  if (known.length > 0) lines.push(`The baseline knows ${counted(known.length, 'finding')} of before.`)
  if (gone.length > 0)
    lines.push(
      `Fixed since the baseline: ${gone.map(({ check, subject }) => `${subject} (${check})`).join(', ')}.`,
    )
  if (excepted.length > 0) lines.push(`${counted(excepted.length, 'finding')} excepted with a reason.`)
  const worst = findings[0]?.level
  return lines
    .flatMap((line, index) => {
      const wrapped = wrap(plain(line), width)
      return index === 1 ? wrapped.map((text) => paint(worst ?? 'good', text)) : wrapped
    })
    .join('\n')
}

const colors = { error: 31, warning: 33, info: 36, good: 32, bold: 1, dim: 2 } as const

type Paint = (how: keyof typeof colors, text: string) => string

function painter(hasColor: boolean): Paint {
  return (how, text) => (hasColor ? `\u001b[${colors[how]}m${text}\u001b[0m` : text)
}
