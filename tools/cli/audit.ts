import { UsageError } from '@tidegauge/otel/usage-error'
import type { AuditFlags } from '../audit/command.ts'
import type { Command, Program } from './command.ts'
import { type Flag, type FlagValues, flagsHelp, readFlags, toggle } from './flags.ts'
import { headersOf } from './headers.ts'
import { duration, httpUrl, oneOf, text, wholeNumber } from './values.ts'

/** `audit`. The room of the audit is loaded when there is something to do. */
export function auditCommand(program: Program, load: () => Promise<AuditRoom> = loadRoom): Command {
  const { name, version, own } = program
  const flags = auditFlags(own?.name)
  return {
    synopsis: '[FLAGS]',
    flags,
    json: 'The findings, with their counts; `--list-checks` and `--sarif` have forms of their own.',
    details: () =>
      [
        'Looks at what the catalog and the source declare, the service exposes, the dashboards show and the',
        'alerts watch, as far as each is given, and tells what does not fit together.',
        ...(own ? [`With nothing given it audits the ${own.name} that runs on this machine.`] : []),
        '',
        flagsHelp(flags),
        '',
        'Exit code 0: nothing new as grave as --fail-on, 1: something is, 2: something could not be read.',
      ].join('\n'),
    examples: [
      ...(own
        ? [
            {
              type: 'audit',
              toDo: `Audit the running ${own.name} with the dashboards and rules in dashboards/.`,
            },
          ]
        : []),
      {
        type: "audit --scrape http://shop:8080/metrics --dashboards 'grafana/**/*.json' --rules 'rules/*.yaml'",
        toDo: 'Audit another service, in whatever language it is written.',
      },
      {
        type: 'audit --scrape http://shop:8080/metrics --source src --markdown --output audit.md',
        toDo: 'Write a report for people, with where each metric is recorded.',
      },
      {
        type: 'audit --baseline audit-baseline.json --fail-on warning',
        toDo: 'In CI: exit with 1 when something new is found.',
      },
    ],
    async run(args, terminal) {
      const { values } = readFlags({ command: `${name} audit`, flags, args })
      if (values['list-checks'] === true) {
        if (args.length > 1) throw new UsageError('--list-checks takes no other flags; leave them out')
        terminal.out((await load()).listChecks())
        return 0
      }
      const request = auditRequest(values)
      const { out, err, isInteractive } = terminal
      return (await load()).auditCommand(request, {
        program: name,
        version,
        own,
        out,
        err,
        hasColor: isInteractive,
      })
    },
  }
}

type AuditRoom = Pick<typeof import('../audit/command.ts'), 'auditCommand' | 'listChecks'>

const loadRoom = () => import('../audit/command.ts')

const levels = ['error', 'warning', 'info'] as const

function auditFlags(ownCatalog: string | undefined) {
  const files = { argument: 'GLOB…', read: text, takes: 'list' } as const
  const file = { argument: 'FILE', read: text } as const
  return {
    scrape: {
      argument: 'URL|FILE…',
      help: 'what the service exposes; files after one flag are scrapes of one target, in order of time',
      read: text,
      takes: 'list',
    },
    scrapes: {
      argument: 'N',
      help: 'how many times to scrape each URL (default 1)',
      read: wholeNumber(1, 999_999_999),
    },
    interval: { argument: 'DURATION', help: 'pause between two scrapes (default 10s)', read: duration },
    timeout: { argument: 'DURATION', help: 'longest wait for a scrape (default 30s)', read: duration },
    header: {
      argument: "'NAME: VALUE'",
      help: 'sent with each scrape; @FILE reads headers from a file; user:password@ in the URL works too',
      read: text,
      takes: 'repeated',
      secret: true,
    },
    dashboards: { ...files, help: 'Grafana dashboards, JSON of either schema' },
    rules: {
      ...files,
      help: 'alerting and recording rules: Prometheus, Mimir, or PrometheusRule of Kubernetes',
    },
    prometheus: {
      argument: 'URL',
      help: 'a Prometheus, or what speaks its HTTP API: every query is asked',
      read: httpUrl,
    },
    'prometheus-header': {
      argument: "'NAME: VALUE'",
      help: 'sent to it with each request; @FILE reads headers from a file',
      read: text,
      takes: 'repeated',
      secret: true,
    },
    catalog: {
      argument: ownCatalog === undefined ? 'FILE' : `${ownCatalog}|FILE`,
      help: `what is declared: ${ownCatalog === undefined ? '' : `the catalog of ${ownCatalog}, or `}a module, YAML or JSON file`,
      read: text,
    },
    'generate-config': {
      ...file,
      help: 'what generate --config was given: dashboards and rules are compared with catalog and this',
    },
    source: {
      ...files,
      help: 'source code: files, folders or patterns of TypeScript, JavaScript, Rust, Go, Python',
    },
    json: toggle('report as JSON'),
    markdown: toggle('report for people, as Markdown'),
    sarif: toggle('report for code scanning, as SARIF 2.1.0'),
    output: { ...file, help: 'write the report there' },
    level: {
      argument: 'LEVEL',
      help: 'the table shows findings from this level on: error, warning (default), info',
      read: oneOf(levels),
    },
    'fail-on': {
      argument: 'LEVEL',
      help: 'exit with 1 from this level on: error (default), warning, info, none',
      read: oneOf([...levels, 'none']),
    },
    baseline: { ...file, help: 'findings that are known: only new ones count' },
    'write-baseline': toggle('write what is found to the baseline'),
    config: { ...file, help: 'settings and exceptions (default tidegauge-audit.yaml, where there is one)' },
    'list-checks': toggle('name every check and what it looks for'),
  } as const satisfies Record<string, Flag>
}

/** Leaves out what was not typed: it is laid over the settings file. */
function auditRequest(values: FlagValues<ReturnType<typeof auditFlags>>): AuditFlags {
  const { scrape, scrapes, interval, timeout, header, dashboards, rules, prometheus, catalog, source } =
    values
  const { output, level, baseline, config, json, markdown, sarif } = values
  const asked = Object.entries({ json, markdown, sarif }).filter(([, isAsked]) => isAsked)
  const [format, other] = asked.map(([name]) => name as 'json' | 'markdown' | 'sarif')
  if (other !== undefined)
    throw new UsageError(`--${format} and --${other} exclude each other; audit twice for two reports`)
  return {
    ...(scrape && { scrape: scrape.map((files) => [...files]) }),
    ...(scrapes !== undefined && { scrapes }),
    ...(interval !== undefined && { interval }),
    ...(timeout !== undefined && { timeout }),
    ...(header && { header: headersOf(header, '--header') }),
    ...(dashboards && { dashboards: dashboards.flat() }),
    ...(rules && { rules: rules.flat() }),
    ...(prometheus !== undefined && { prometheus }),
    ...(values['prometheus-header'] && {
      'prometheus-header': headersOf(values['prometheus-header'], '--prometheus-header'),
    }),
    ...(catalog !== undefined && { catalog }),
    ...(values['generate-config'] !== undefined && { 'generate-config': values['generate-config'] }),
    ...(source && { source: source.flat() }),
    ...(format && { format }),
    ...(output !== undefined && { output }),
    ...(level && { level }),
    ...(values['fail-on'] && { 'fail-on': values['fail-on'] }),
    ...(baseline !== undefined && { baseline }),
    ...(values['write-baseline'] !== undefined && { 'write-baseline': values['write-baseline'] }),
    ...(config !== undefined && { config }),
  }
}
