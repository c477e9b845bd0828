import type { Outcome } from './outcome.ts'

/** How many mutants of a kind were found, as the page says it. */
export interface Row {
  readonly mutants: number
  readonly bySense: number
  readonly found: number
}

/** The page that tells what the audit finds and what it does not. */
export function page(all: readonly Outcome[]): string {
  const sections = [...Map.groupBy(all, ({ of }) => of)].map(([of, outcomes]) => section(of, outcomes))
  return `${introduction}\n${table([...Map.groupBy(all, ({ of }) => of)].map(([of, outcomes]) => [headings[of] ?? of, sum(outcomes)]).concat([['**all**', sum(all)]]) as [string, Row][])}\n\n${sections.join('\n\n')}\n`
}

/** The shares by kind that a page tells. */
export function rowsOf(page: string): ReadonlyMap<string, Row> {
  return new Map(
    [...page.matchAll(/^\| ([^|]+) \| (\d+) \| (\d+) \([^|]+\) \| (\d+) \([^|]+\) \|$/gm)].map(
      ([, kind = '', mutants, bySense, found]) => [
        kind,
        { mutants: Number(mutants), bySense: Number(bySense), found: Number(found) },
      ],
    ),
  )
}

export function sum(outcomes: readonly Outcome[]): Row {
  const add = (of: (outcome: Outcome) => number) => outcomes.reduce((total, each) => total + of(each), 0)
  return {
    mutants: add(({ mutants }) => mutants),
    bySense: add(({ bySense }) => bySense),
    found: add(({ mutants, survivors }) => mutants - survivors.length),
  }
}

/** Never rounded up to 100 %. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`
}

const introduction = `# The mutation test of the audit

Written by \`node test/audit/mutation/run.ts --write\`. Each mutant is the tree of Tidegauge (its dashboards, rules, a
scrape of the running service, and its catalog) with one thing dropped or bent. It is found when
[tidegauge audit](audit.md) gives a finding above info, which the tree as it is has none of.

**By sense** counts what is found by the checks that know no original: they would say the same of a service whose
dashboards and rules were written by hand. **In all** adds those that compare panels and rules with what the catalog
says (\`--catalog\`): a query that is valid and plausible, but not the one that was meant, only they can tell.

A run takes some two minutes on two cores. \`npm test\` looks at one mutant of each kind, \`npm run e2e\` at all of them,
and both at the tree as it is and as it is when only rewritten, of which nothing may be said.
`

const headings: Readonly<Record<string, string>> = {
  queries: 'Queries of panels, variables and rules',
  rules: 'Alerts and recording rules',
  dashboards: 'Dashboards',
  scrape: 'What the service exposes',
  catalog: 'What the catalog declares',
  source: 'What the code records',
}

function section(of: string, outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((each): [string, Row] => [each.kind, sum([each])])
  return [`## ${headings[of] ?? of}`, table(rows), leftOut(outcomes), notes(outcomes), survivors(outcomes)]
    .filter(Boolean)
    .join('\n\n')
}

function table(rows: readonly (readonly [string, Row])[]): string {
  return [
    '| Bent | Mutants | Found by sense | Found in all |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map(
      ([name, { mutants, bySense, found }]) =>
        `| ${name} | ${mutants} | ${bySense} (${percent(bySense, mutants)}) | ${found} (${percent(found, mutants)}) |`,
    ),
  ].join('\n')
}

function leftOut(outcomes: readonly Outcome[]): string {
  const said = outcomes.filter(({ leftOut }) => leftOut !== undefined)
  if (said.length === 0) return ''
  const lines = said.map(({ kind, leftOut }) => `- ${kind}: ${leftOut}`)
  return `Not counted, because nobody could see a difference:\n\n${lines.join('\n')}`
}

function notes(outcomes: readonly Outcome[]): string {
  const said = outcomes.filter(({ note }) => note !== undefined)
  if (said.length === 0) return ''
  const lines = said.map(({ kind, note }) => `- ${kind}: ${note}`)
  return `Told as a note (info), and counted as found:\n\n${lines.join('\n')}`
}

const maxExamples = 4

function survivors(outcomes: readonly Outcome[]): string {
  const survived = outcomes.filter(({ survivors }) => survivors.length > 0)
  if (survived.length === 0) return ''
  const lines = survived.map(({ kind, survivors }) => {
    const shown = survivors.slice(0, maxExamples).map((what) => `\`${what.replaceAll('`', "'")}\``)
    const rest = survivors.length - shown.length
    return `- ${kind}: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
  })
  return `Not found:\n\n${lines.join('\n')}`
}
