import type { Check } from '../check.ts'
import { code, table, text } from './markdown-text.ts'

/** The page that lists every check, by what it looks at. */
export function checksReference(checks: readonly Pick<Check, 'name' | 'description'>[]): string {
  const parts = groups.flatMap(({ title, prefixes }) => {
    const of = checks.filter(({ name }) => prefixes.some((prefix) => name.startsWith(`${prefix}-`)))
    const rows = of
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, description }) => [code(name), text(description)])
    return rows.length > 0 ? [`## ${title}`, table(['Check', 'What it finds'], rows)] : []
  })
  return `${[head, ...parts].join('\n\n')}\n`
}

const head = `# The checks of tidegauge audit

Generated from the checks by \`npm run generate\`; \`tidegauge audit --list-checks\` prints the same. How they are used,
and how a finding is accepted, is in [audit.md](audit.md).`

const groups = [
  { title: 'Scrapes', prefixes: ['scrape', 'counter', 'histogram', 'cardinality'] },
  { title: 'Metrics and their names', prefixes: ['metric', 'name'] },
  { title: 'Source', prefixes: ['source'] },
  { title: 'Queries of dashboards and rules', prefixes: ['query'] },
  { title: 'Dashboards', prefixes: ['dashboard'] },
  { title: 'Alerts and recording rules', prefixes: ['rule'] },
  { title: 'Dashboards and rules against the catalog', prefixes: ['catalog'] },
  { title: 'The audit itself', prefixes: ['exception'] },
]
