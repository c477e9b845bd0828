import type { Audit } from '../audit.ts'
import type { Check } from '../check.ts'
import { type Finding, type Level, levels } from '../finding.ts'
import { counted, inputsInWords } from '../input-counts.ts'
import { coverageOf } from '../metric-reports.ts'
import { type Alike, alike, nameOf } from './alike.ts'
import { code, percent, table, text } from './markdown-text.ts'
import { metricTables } from './metric-tables.ts'
import { countsInWords } from './table.ts'

export interface MarkdownOptions {
  readonly checks: readonly Pick<Check, 'name' | 'description'>[]
}

/** The report for people: coverage, what to do first, a table of metrics per component, and every finding. */
export function markdownReport(audit: Audit, { checks }: MarkdownOptions): string {
  const descriptions = new Map(checks.map(({ name, description }) => [name, description]))
  const parts = [
    '# Audit of the metrics',
    summary(audit),
    coverage(audit),
    ...toDo(audit.findings, descriptions),
    ...metricTables(audit.metrics, audit.inputs),
    ...findings(audit.findings),
    ...rest(audit),
  ]
  return `${parts.join('\n\n')}\n`
}

function summary({ inputs, findings, known, problems }: Audit): string {
  const words = inputsInWords(inputs).map(text)
  const seen = words.length > 0 ? `This audit covers ${inList(words)}.` : 'This audit had nothing to cover.'
  const beside =
    known.length > 0 ? ` Beside them stand ${counted(known.length, 'finding')} that the baseline knows.` : ''
  const unread =
    problems.length > 0
      ? ` **${counted(problems.length, 'input')} could not be read**; they are listed at the end.`
      : ''
  return `${seen} It found **${countsInWords(findings)}**.${beside}${unread} ${judgement(findings)}`.trim()
}

function judgement(findings: readonly Finding[]): string {
  const checks = (prefix: string) =>
    new Set(
      findings
        .filter(({ check, level }) => level === 'error' && check.startsWith(prefix))
        .map(({ place }) => place.file),
    ).size
  const alerts = findings.filter(({ level, place }) => level === 'error' && place.rule !== undefined).length
  const parts = [
    [
      checks('scrape-') + checks('counter-') + checks('histogram-'),
      'Prometheus cannot take the scrape as it is',
    ],
    [alerts, 'alerts do not do what they are for'],
    [checks('source-') + checks('metric-'), 'code, declarations and exposed metrics contradict each other'],
    [checks('query-'), 'queries find something else than they say, or nothing'],
    [checks('dashboard-'), 'dashboards are broken where Grafana reads them'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([, words]) => words)
  if (said.length > 0) return `In short: ${said.join('; ')}.`
  return findings.some(({ level }) => level === 'warning')
    ? 'Nothing is broken; the warnings are places where somebody will be misled one day.'
    : 'What is declared, exposed, shown and watched fits together.'
}

function coverage({ metrics, inputs }: Audit): string {
  const { metrics: count, recorded, exposed, moved, shown, watched } = coverageOf(metrics, inputs)
  const rows = [
    ['recorded by the source', recorded],
    ['in the scrape', exposed],
    ['with a value other than 0 so far', moved],
    ['on a panel', shown],
    ['watched by an alert', watched],
  ] as const
  const known = rows.filter(([, share]) => share !== undefined)
  const ofRuntime = metrics.length - count
  return [
    '## Coverage',
    `The service has ${counted(count, 'metric')} of its own${ofRuntime > 0 ? `, and ${ofRuntime} that its runtime brings` : ''}. A metric for which the catalog says why it has no panel or alert counts as covered.`,
    table(
      ['Of its metrics', 'Share'],
      known.map(([what, share]) => [what, percent(share ?? 0)]),
    ),
  ].join('\n\n')
}

const most = 10
const examples = 3

/**
 * What is lost while nobody looks comes first: a scrape that Prometheus refuses, then alerts, then what the service does not
 * record; a wrong panel is seen by whoever looks at it.
 */
function weightOf(findings: readonly Finding[]): number {
  const level = Math.max(...findings.map((finding) => levels.indexOf(finding.level)))
  const [{ check } = { check: '' }] = findings
  if (check.startsWith('scrape-')) return level * 10 + 5
  if (/^(counter|histogram)-/.test(check)) return level * 10 + 4
  if (findings.some(({ place }) => place.rule !== undefined)) return level * 10 + 3
  if (/^(source|metric|cardinality|catalog)-/.test(check)) return level * 10 + 2
  return level * 10 + (check.startsWith('query-') ? 1 : 0)
}

/** Findings of one check are one task; the most severe come first, and of these what is in most places. */
function toDo(findings: readonly Finding[], descriptions: ReadonlyMap<string, string>): string[] {
  const tasks = [
    ...Map.groupBy(
      findings.filter(({ level }) => level !== 'info'),
      ({ check }) => check,
    ),
  ]
    .map(([check, of]) => ({ check, of, weight: weightOf(of) }))
    .sort((a, b) => b.weight - a.weight || b.of.length - a.of.length)
  if (tasks.length === 0) return []
  const items = tasks.slice(0, most).map(({ check, of }, index) => {
    const groups = of.length === 1 ? [] : alike(of)
    const shown = groups
      .slice(0, examples)
      .map(({ findings: [first, ...others], mend }) =>
        others.length > 0
          ? `   - ${namesOf([first, ...others])}: ${text(mend)}`
          : `   - ${where(first)}: ${text(mend)}`,
      )
    const left = groups.slice(examples).reduce((sum, group) => sum + group.findings.length, 0)
    const more = left > 0 ? [`   - … and ${left} more, below.`] : []
    const [only] = of
    const title = (descriptions.get(check) ?? check).replace(/\.$/, '')
    return [
      of.length === 1 && only
        ? `${index + 1}. ${where(only)}: **${text(only.reason)}** ${text(only.mend)} (${code(check)})`
        : `${index + 1}. **${text(title)}** (${code(check)}, ${counted(of.length, 'place')})`,
      ...shown,
      ...more,
    ].join('\n')
  })
  const left = tasks.length - most
  return [
    '## What to do first',
    items.join('\n'),
    ...(left > 0 ? [`Then ${counted(left, 'more kind')} of findings, below.`] : []),
  ]
}

const titles: Readonly<Record<Level, string>> = { error: 'Errors', warning: 'Warnings', info: 'Notes' }

function findings(all: readonly Finding[]): string[] {
  return levels.toReversed().flatMap((level) => {
    const of = all.filter((finding) => finding.level === level)
    if (of.length === 0) return []
    const lists = [...Map.groupBy(of, ({ place }) => place.file)].map(([file, found]) =>
      [`**${text(file)}**`, alike(found).map(item).join('\n')].join('\n\n'),
    )
    return [`## ${titles[level]} (${of.length})`, ...lists]
  })
}

/** So many names are listed; the others are counted. */
const mostNames = 30

function item({ findings: [first, ...more], reason, mend }: Alike): string {
  const said = `${text(reason)} *${text(mend)}* (${code(first.check)})`
  if (more.length > 0) return `- ${namesOf([first, ...more])}: ${said}`
  const { line, panel, rule } = first.place
  const place = [line === undefined ? '' : `line ${line}`, panel && `panel ${panel}`, rule && `rule ${rule}`]
    .filter(Boolean)
    .join(', ')
  return `- ${place ? `${text(place)}: ` : ''}${said}`
}

function namesOf(of: readonly Finding[]): string {
  const names = of.slice(0, mostNames).map((finding) => {
    const { line } = finding.place
    return `${code(nameOf(finding))}${line === undefined ? '' : ` (line ${line})`}`
  })
  const left = of.length - names.length
  return left > 0 ? `${names.join(', ')} and ${left} more` : inList(names)
}

function where(finding: Finding): string {
  const { file, line } = finding.place
  const at = text(`${file}${line === undefined ? '' : `:${line}`}`)
  // A line that cannot be read is about nothing that has a name.
  return finding.subject === finding.reason || finding.check === 'scrape-syntax'
    ? at
    : `${code(nameOf(finding))} in ${at}`
}

function rest({ known, gone, excepted, problems }: Audit): string[] {
  const parts: string[] = []
  if (problems.length > 0)
    parts.push('## Could not be read', problems.map((line) => `- ${text(line)}`).join('\n'))
  if (excepted.length > 0)
    parts.push(
      '## Accepted',
      table(
        ['What', 'Check', 'Why it is accepted'],
        excepted.map(({ finding, exception }) => [
          code(finding.subject),
          code(finding.check),
          text(exception.reason),
        ]),
      ),
    )
  if (known.length > 0)
    parts.push(
      '## Known before',
      `The baseline knows ${counted(known.length, 'finding')} that still ${known.length === 1 ? 'stands' : 'stand'}: ${countsInWords(known)}.`,
    )
  if (gone.length > 0)
    parts.push(
      '## Fixed since the baseline',
      gone
        .map(({ check, file, subject }) => `- ${code(subject)} in ${text(file)} (${code(check)})`)
        .join('\n'),
    )
  return parts
}

function inList(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : (words[0] ?? '')
}
