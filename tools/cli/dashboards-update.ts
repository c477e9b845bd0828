import { oneLine } from '@tidegauge/otel/one-line'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { UpdateFileOptions, UpdateFileResult, updateFile } from '../update/update-file.ts'
import type { Command, Program } from './command.ts'
import { type Flag, flagsHelp, readFlags, toggle } from './flags.ts'
import { headersOf } from './headers.ts'
import { InvalidValue, text } from './values.ts'

/** `dashboards update FILE`: panels for what a dashboard does not show. */
export function updateCommand(
  { name, own }: Program,
  update: typeof updateFile = async (options) =>
    (await import('../update/update-file.ts')).updateFile(options),
): Command {
  const flags = updateFlags(own?.name)
  return {
    synopsis: 'FILE --scrape URL|FILE | --catalog FILE | --source GLOB [FLAGS]',
    flags,
    json: '`{"file", "additions": [{"metric", "how", "panel", "line"}], "backup", "page", "problems"}`.',
    details: () => `${flagsHelp(flags)}

Errors come first, then backlogs, throughput and the rest. New panels stand beside related ones and look like them.
What was in the file is kept in FILE.bak. Running it again changes nothing.`,
    examples: [
      {
        type: 'dashboards update service.json --scrape http://localhost:9464/metrics --dry-run',
        toDo: 'Show what would be added, as a difference that patch can apply.',
      },
      {
        type: 'dashboards update service.json --source src --metrics jobs_failed_total,jobs_pending',
        toDo: 'Add two metrics; service.json.bak keeps what was there.',
      },
      {
        type: "dashboards update service.json --catalog metrics.yaml --dashboards 'dashboards/*.json' --guide > todo.md",
        toDo: 'Write for people what is on no dashboard and how to add it.',
      },
    ],
    async run(args, { out, err }) {
      const { json, ...request } = readRequest(args, { name, flags })
      const result = await update({ ...request, own })
      const { additions, page, backup, problems } = result
      if (json) {
        const shown = additions.map(({ metric, how, panel, line }) => ({
          metric: metric.name,
          how,
          panel: [...panel.within, panel.title],
          line,
        }))
        out(`${JSON.stringify({ file: request.file, additions: shown, backup, page, problems })}\n`)
        return problems.length > 0 ? 2 : 0
      }
      for (const problem of problems) err(`${name}: ${oneLine(problem)}\n`)
      const exitCode = problems.length > 0 ? 2 : 0
      if (request.mode !== 'write') {
        out(page)
        if (request.mode === 'dry-run') err(`${oneLine(summary(request.file, result, 'to add'))}\n`)
        return exitCode
      }
      for (const { metric, how, panel, line } of additions) {
        const where = [...panel.within, panel.title].join(' / ')
        out(
          oneLine(
            `${request.file}:${line}: ${metric.name} ${how === 'panel' ? 'has the panel' : 'joins the panel'} "${where}"`,
          ),
        )
        out('\n')
      }
      out(
        `${oneLine(summary(request.file, result, 'added'))}${backup === undefined ? '' : `; ${oneLine(backup)} keeps what was there`}\n`,
      )
      return exitCode
    },
  }
}

function updateFlags(ownCatalog: string | undefined) {
  return {
    scrape: {
      argument: 'URL|FILE',
      help: 'What the service exposes. May be repeated.',
      read: text,
      takes: 'repeated',
    },
    'scrape-header': {
      argument: "'NAME: VALUE'",
      help: 'Sent with each scrape; @FILE reads headers from a file. May be repeated.',
      read: text,
      takes: 'repeated',
      secret: true,
    },
    catalog: {
      argument: ownCatalog === undefined ? 'FILE' : `${ownCatalog}|FILE`,
      help: `A catalog of metrics${ownCatalog === undefined ? '' : `: that of ${ownCatalog}, or`} a module, YAML or JSON. Its thresholds colour the panels.`,
      read: text,
    },
    source: {
      argument: 'GLOB',
      help: 'Source in TypeScript, JavaScript, Go, Python or Rust. May be repeated.',
      read: text,
      takes: 'repeated',
    },
    metrics: {
      argument: 'A,B',
      help: 'Add these. [all that no panel shows, without those of the runtime]',
      read: metricNames,
      takes: 'repeated',
    },
    dashboards: {
      argument: 'GLOB',
      help: 'Other dashboards; what they show is not missing. May be repeated.',
      read: text,
      takes: 'repeated',
    },
    thresholds: {
      argument: 'FILE',
      help: 'YAML or JSON, "thresholds: { queue_length: { warning: 100, critical: 500, bad: above } }".',
      read: text,
    },
    json: toggle('Prints what was added as JSON, for programs.'),
    'dry-run': toggle('Show the difference and change nothing.'),
    guide: toggle('Write a page for people instead, in Markdown: query, priority, settings, place, check.'),
  } as const satisfies Record<string, Flag>
}

interface Typed {
  readonly name: string
  readonly flags: ReturnType<typeof updateFlags>
}

function readRequest(
  args: readonly string[],
  { name, flags }: Typed,
): UpdateFileOptions & { readonly json: boolean } {
  const command = `${name} dashboards update`
  const { values, words } = readFlags({ command, flags, args, allowsWords: true })
  const { scrape: scrapes = [], source: sources = [], catalog, dashboards = [], thresholds, guide } = values
  const [file, ...more] = words
  if (file === undefined || more.length > 0)
    throw new UsageError(`dashboards update takes one file: ${command} FILE --scrape URL`)
  if (scrapes.length === 0 && sources.length === 0 && catalog === undefined)
    throw new UsageError(
      'nothing says which metrics there are; give --scrape URL, --catalog FILE or --source GLOB',
    )
  if (values['dry-run'] && guide)
    throw new UsageError('--dry-run and --guide exclude each other; both leave the file as it is')
  return {
    json: values.json ?? false,
    file,
    scrapes,
    scrapeHeaders: headersOf(values['scrape-header'] ?? [], '--scrape-header'),
    catalog,
    sources,
    dashboards,
    metrics: values.metrics?.flat(),
    thresholds,
    mode: guide ? 'guide' : values['dry-run'] ? 'dry-run' : 'write',
  }
}

function metricNames(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim())
  if (names.every((name) => /^[a-zA-Z_:][\w:]*$/.test(name))) return names
  throw new InvalidValue('must be names of metrics with commas between them')
}

function summary(file: string, { additions, problems }: UpdateFileResult, done: string): string {
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
