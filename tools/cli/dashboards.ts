import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command } from './command.ts'
import { parseFlags } from './parse-flags.ts'
import { readHeaders } from './read-headers.ts'

/** What was asked for, checked as far as that is possible without the files. */
export interface UpdateRequest {
  readonly file: string
  readonly scrapes: readonly string[]
  readonly scrapeHeaders: Readonly<Record<string, string>>
  readonly catalog: string | undefined
  readonly sources: readonly string[]
  readonly dashboards: readonly string[]
  readonly metrics: readonly string[] | undefined
  readonly thresholds: string | undefined
  readonly mode: 'write' | 'dry-run' | 'guide'
}

export interface UpdateResult {
  readonly additions: readonly {
    readonly metric: { readonly name: string }
    readonly how: 'panel' | 'target'
    readonly panel: { readonly title: string; readonly within: readonly string[] }
    readonly line: number
  }[]
  readonly page: string
  readonly backup: string | undefined
  readonly problems: readonly string[]
}

export interface UpdateCommandOptions {
  readonly update: (request: UpdateRequest) => Promise<UpdateResult>
}

/** `tidegauge dashboards update FILE`: panels for what a dashboard does not show. */
export function updateCommand({ update }: UpdateCommandOptions): Command {
  return {
    name: 'dashboards update',
    summary:
      'Add panels for the metrics that a Grafana dashboard does not show; the rest of it stays as it is.',
    synopsis: 'FILE --scrape URL|FILE | --catalog FILE | --source GLOB [FLAGS]',
    details: () => flagsHelp,
    examples: [
      {
        type: 'tidegauge dashboards update service.json --scrape http://localhost:9464/metrics --dry-run',
        toDo: 'Show what would be added, as a difference that patch can apply.',
      },
      {
        type: 'tidegauge dashboards update service.json --source src --metrics jobs_failed_total,jobs_pending',
        toDo: 'Add two metrics; service.json.bak keeps what was there.',
      },
      {
        type: "tidegauge dashboards update service.json --catalog metrics.yaml --dashboards 'dashboards/*.json' --guide > todo.md",
        toDo: 'Write for people what is on no dashboard and how to add it.',
      },
    ],
    async run(args, { out, err }) {
      const request = readRequest(args)
      const result = await update(request)
      const { additions, page, backup, problems } = result
      for (const problem of problems) err(`tidegauge: ${clean(problem)}\n`)
      const exitCode = problems.length > 0 ? 2 : 0
      if (request.mode !== 'write') {
        out(page)
        if (request.mode === 'dry-run') err(`${clean(summary(request.file, result, 'to add'))}\n`)
        return exitCode
      }
      for (const { metric, how, panel, line } of additions) {
        const where = [...panel.within, panel.title].join(' / ')
        out(
          clean(
            `${request.file}:${line}: ${metric.name} ${how === 'panel' ? 'has the panel' : 'joins the panel'} "${where}"`,
          ),
        )
        out('\n')
      }
      out(
        `${clean(summary(request.file, result, 'added'))}${backup === undefined ? '' : `; ${clean(backup)} keeps what was there`}\n`,
      )
      return exitCode
    },
  }
}

const flagsHelp = `What there is to show, from one or more of:
  --scrape URL|FILE          What the service exposes. May be repeated.
  --scrape-header 'N: V'     Sent with each scrape, such as 'Authorization: Bearer …'; @FILE reads them from a file. May be repeated.
  --catalog tidegauge|FILE   A catalog of metrics: that of tidegauge, or a module, YAML or JSON. Its thresholds and meanings colour the panels.
  --source GLOB              Source in TypeScript, JavaScript, Go, Python or Rust. May be repeated.

What to add:
  --metrics A,B              These metrics. Otherwise all that no panel shows, without those of the runtime.
  --dashboards GLOB          Other dashboards; what they show is not missing. May be repeated.
  --thresholds FILE          YAML or JSON, "thresholds: { queue_length: { warning: 100, critical: 500, bad: above } }".

What to do with it:
  --dry-run                  Show the difference and change nothing.
  --guide                    Write a page for people instead, in Markdown: query, priority, settings, place, check.

Errors come first, then backlogs, throughput and the rest. New panels stand beside related ones and look like them.
What was in the file is kept in FILE.bak. Running it again changes nothing.`

function readRequest(args: readonly string[]): UpdateRequest {
  const { values, positionals } = parse(args)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0)
    throw new UsageError('dashboards update takes one file: tidegauge dashboards update FILE --scrape URL')
  const [scrapes = [], sources = []] = [values.scrape, values.source]
  if (scrapes.length === 0 && sources.length === 0 && values.catalog === undefined)
    throw new UsageError(
      'nothing says which metrics there are; give --scrape URL, --catalog FILE or --source GLOB',
    )
  if (values['dry-run'] && values.guide)
    throw new UsageError('--dry-run and --guide exclude each other; both leave the file as it is')
  const metrics = values.metrics?.flatMap((list) => list.split(',')).map((name) => name.trim())
  if (metrics?.some((name) => !/^[a-zA-Z_:][\w:]*$/.test(name)))
    throw new UsageError(
      `--metrics ${values.metrics?.join(',')}: give names of metrics with commas between them`,
    )
  return {
    file,
    scrapes,
    scrapeHeaders: readHeaders(values['scrape-header'] ?? [], '--scrape-header'),
    catalog: values.catalog,
    sources,
    dashboards: values.dashboards ?? [],
    metrics,
    thresholds: values.thresholds,
    mode: values.guide ? 'guide' : values['dry-run'] ? 'dry-run' : 'write',
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const list = { type: 'string', multiple: true } as const
  const flag = { type: 'boolean' } as const
  return parseFlags({
    command: 'dashboards update',
    args: [...args],
    allowPositionals: true,
    options: {
      scrape: list,
      'scrape-header': list,
      catalog: text,
      source: list,
      dashboards: list,
      metrics: list,
      thresholds: text,
      'dry-run': flag,
      guide: flag,
    },
  })
}

function summary(file: string, { additions, problems }: UpdateResult, done: string): string {
  if (additions.length === 0 && problems.length > 0) return `${file}: nothing to add of what could be read`
  if (additions.length === 0) return `${file}: nothing to add, all of these metrics are shown`
  const count = (how: 'panel' | 'target') => additions.filter((addition) => addition.how === how).length
  const parts = [
    [count('panel'), 'panel'],
    [count('target'), 'query'],
  ] as const
  const told = parts
    .filter(([number]) => number > 0)
    .map(([number, what]) =>
      number === 1 ? `1 ${what}` : `${number} ${what === 'query' ? 'queries' : 'panels'}`,
    )
  return `${file}: ${told.join(' and ')} ${done}`
}

/** Titles are written by strangers: nothing in them shall steer the terminal. */
function clean(text: string): string {
  return text.replaceAll(/[\s\p{C}]+/gu, ' ')
}
