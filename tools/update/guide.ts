import type { Dashboard } from '../dashboards/dashboard.ts'
import { severityColors, thresholdSteps } from '../dashboards/threshold-steps.ts'
import type { Addition } from './additions.ts'

export interface GuideOptions {
  readonly file: string
  readonly dashboard: Dashboard
  readonly additions: readonly Addition[]
  /** Where the metrics are scraped from, for the commands; otherwise a Prometheus is asked. */
  readonly scrape: string | undefined
}

/** Writes what there is to add as a page for a person who does it by hand or reviews it. Markdown. */
export function writeGuide({ file, dashboard, additions, scrape }: GuideOptions): string {
  const title = dashboard.title || file
  if (additions.length === 0) {
    return `# ${markdown(title)}: nothing to add\n\nEvery metric that is asked for is shown by ${code(file)}.\n`
  }
  const sections = ([1, 2, 3, 4] as const).flatMap((priority) => {
    const own = additions.filter((addition) => addition.priority === priority)
    return own.length === 0
      ? []
      : [`## ${headings[priority]}\n`, ...own.map((each) => section(each, { file, scrape }))]
  })
  return [
    `# ${markdown(title)}: ${additions.length} ${additions.length === 1 ? 'metric' : 'metrics'} to add\n`,
    `For ${code(file)}. The most urgent come first. \`tidegauge dashboards update ${shell(file)}\` does all of this; \`--dry-run\` shows the exact change.\n`,
    overview(additions),
    ...sections,
  ].join('\n')
}

const headings = {
  1: 'Priority 1: errors',
  2: 'Priority 2: backlogs',
  3: 'Priority 3: throughput',
  4: 'Priority 4: the rest',
}

function overview(additions: readonly Addition[]): string {
  const rows = [...additions]
    .sort((a, b) => a.priority - b.priority)
    .map(({ metric, priority, how, panel }) => {
      const where = [...panel.within, panel.title].map(markdown).join(' / ')
      return `| ${priority} | ${code(metric.name)} | ${metric.type} | ${how === 'target' ? 'query of' : 'new panel'} ${where} |`
    })
  return ['| priority | metric | type | goes to |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}

function section(addition: Addition, { file, scrape }: Pick<GuideOptions, 'file' | 'scrape'>): string {
  const { metric, how, panel, queries, line } = addition
  const where = [...panel.within, panel.title].map(markdown).join(' / ')
  const place = panel.grid
  const settings = [
    how === 'target'
      ? `Add a query to the panel **${where}** (id ${panel.id ?? 'none'}).`
      : `Add the panel **${where}** (id ${panel.id ?? 'none'}).`,
    how === 'panel' && `Visualisation: ${panel.type === 'stat' ? 'Stat' : 'Time series'}`,
    how === 'panel' && `Unit: ${code(panel.unit ?? 'none')}`,
    how === 'panel' && place && `Position: x ${place.x}, y ${place.y}, width ${place.w}, height ${place.h}`,
    how === 'panel' && thresholdText(addition),
    how === 'panel' &&
      metric.meanings?.length &&
      `Value mappings: ${metric.meanings.map(({ value, text, severity }) => `${value} → ${markdown(text)} (${severityColors[severity]})`).join(', ')}`,
    `Legend: ${queries.map(({ legend }) => code(legend || 'automatic')).join(', ')}`,
    `In the file: \`${shell(file)}\`, line ${line} of the finished file (${code(panel.path.join('.'))})`,
  ].filter((each) => typeof each === 'string')
  return [
    `### ${code(metric.name)}\n`,
    metric.help ? `${markdown(oneLine(metric.help))}\n` : '',
    ...queries.map(({ expr }) => `\`\`\`promql\n${expr}\n\`\`\`\n`),
    `${settings.map((setting) => `- ${setting}`).join('\n')}\n`,
    'Verify that the metric is there:\n',
    `\`\`\`sh\n${verify(addition, scrape)}\n\`\`\`\n`,
  ].join('\n')
}

function thresholdText({ metric: { thresholds } }: Addition): string | false {
  if (thresholds === undefined) return false
  const steps = thresholdSteps(thresholds).map(({ value, color }) =>
    value === null ? color : `${color} from ${value}`,
  )
  return `Thresholds: ${steps.join(', ')}`
}

/** A scrape can be searched; without one, Prometheus is asked for the query with its variables left out. */
function verify({ metric, queries }: Addition, scrape: string | undefined): string {
  const pattern = `^${metric.name}`
  if (scrape !== undefined) {
    return /^https?:/.test(scrape)
      ? `curl -s ${shell(scrape)} | grep '${pattern}'`
      : `grep '${pattern}' ${shell(scrape)}`
  }
  const query = queries[0]?.expr.replaceAll(/\{[^{}]*\}/g, '').replaceAll(/\[\$\w+\]/g, '[5m]') ?? metric.name
  return `promtool query instant http://localhost:9090 ${shell(query)}`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Names and titles come from strangers: they shall not become markup. */
function markdown(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_{}[\]<>#|!]/g, '\\$&')
}

function code(text: string): string {
  return `\`${oneLine(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``
}

function shell(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
