import { UsageError } from '@tidegauge/otel/usage-error'
import { didYouMean } from './nearest.ts'
import { readHeaders } from './read-headers.ts'
import { readUrl } from './read-url.ts'

type Level = 'error' | 'warning' | 'info'

/** What `tidegauge audit` can be told. The keys are the flags. */
export interface AuditArguments {
  /** Values behind one flag are a list of their own. */
  scrape?: string[][]
  scrapes?: number
  /** In milliseconds. */
  interval?: number
  /** In milliseconds. */
  timeout?: number
  header?: Record<string, string>
  dashboards?: string[]
  rules?: string[]
  prometheus?: string
  'prometheus-header'?: Record<string, string>
  catalog?: string
  'generate-config'?: string
  source?: string[]
  format?: 'table' | 'json' | 'markdown' | 'sarif'
  output?: string
  level?: Level
  'fail-on'?: Level | 'none'
  baseline?: string
  'write-baseline'?: boolean
  config?: string
}

interface Flag {
  /** How the value is called in the help; undefined for a flag without one. */
  readonly value?: string
  readonly help: string
  /** Takes every value up to the next flag. */
  readonly isList?: boolean
  /** May be given again, with another value. A list always may. */
  readonly isRepeatable?: boolean
  readonly apply: (to: AuditArguments, values: readonly [string, ...string[]]) => void
}

const levels = ['error', 'warning', 'info'] as const

const flags: Readonly<Record<string, Flag>> = {
  scrape: {
    value: 'URL|FILE…',
    isList: true,
    help: 'what the service exposes; files behind one flag are scrapes of one target, in order of time',
    apply: (to, values) => (to.scrape = [...(to.scrape ?? []), [...values]]),
  },
  scrapes: {
    value: 'N',
    help: 'scrape each URL so many times (default 1)',
    apply: (to, [text]) => (to.scrapes = whole(text, '--scrapes')),
  },
  interval: {
    value: 'DURATION',
    help: 'pause between two scrapes (default 10s)',
    apply: (to, [text]) => (to.interval = duration(text, '--interval')),
  },
  timeout: {
    value: 'DURATION',
    help: 'longest wait for a scrape (default 30s)',
    apply: (to, [text]) => (to.timeout = duration(text, '--timeout')),
  },
  header: {
    value: "'NAME: VALUE'",
    isRepeatable: true,
    help: 'sent with each scrape; @FILE reads headers from a file; user:password@ in the URL works too',
    apply: (to, [text]) => (to.header = { ...to.header, ...readHeaders([text], '--header') }),
  },
  dashboards: {
    value: 'GLOB…',
    isList: true,
    help: 'Grafana dashboards, JSON of either schema',
    apply: (to, values) => (to.dashboards = [...(to.dashboards ?? []), ...values]),
  },
  rules: {
    value: 'GLOB…',
    isList: true,
    help: 'alerting and recording rules: Prometheus, Mimir, or PrometheusRule of Kubernetes',
    apply: (to, values) => (to.rules = [...(to.rules ?? []), ...values]),
  },
  prometheus: {
    value: 'URL',
    help: 'a Prometheus, or what speaks its HTTP API: every query is asked',
    apply: (to, [text]) => (to.prometheus = readUrl(text, '--prometheus')),
  },
  'prometheus-header': {
    value: "'NAME: VALUE'",
    isRepeatable: true,
    help: 'sent to it with each request; @FILE reads headers from a file',
    apply: (to, [text]) =>
      (to['prometheus-header'] = {
        ...to['prometheus-header'],
        ...readHeaders([text], '--prometheus-header'),
      }),
  },
  catalog: {
    value: 'tidegauge|FILE',
    help: 'what is declared: the catalog of tidegauge, or a module, YAML or JSON file',
    apply: (to, [text]) => (to.catalog = text),
  },
  'generate-config': {
    value: 'FILE',
    help: 'what tidegauge generate --config was given: dashboards and rules are compared with catalog and this',
    apply: (to, [text]) => (to['generate-config'] = text),
  },
  source: {
    value: 'GLOB…',
    isList: true,
    help: 'source code: files, folders or patterns of TypeScript, JavaScript, Rust, Go, Python',
    apply: (to, values) => (to.source = [...(to.source ?? []), ...values]),
  },
  json: { help: 'report as JSON', apply: (to) => setFormat(to, 'json') },
  markdown: { help: 'report for people, as Markdown', apply: (to) => setFormat(to, 'markdown') },
  sarif: { help: 'report for code scanning, as SARIF 2.1.0', apply: (to) => setFormat(to, 'sarif') },
  output: { value: 'FILE', help: 'write the report there', apply: (to, [text]) => (to.output = text) },
  level: {
    value: 'LEVEL',
    help: 'the table shows findings from this level on: error, warning (default), info',
    apply: (to, [text]) => (to.level = oneOf(text, '--level', levels)),
  },
  'fail-on': {
    value: 'LEVEL',
    help: 'exit with 1 from this level on: error (default), warning, info, none',
    apply: (to, [text]) => (to['fail-on'] = oneOf(text, '--fail-on', [...levels, 'none'] as const)),
  },
  baseline: {
    value: 'FILE',
    help: 'findings that are known: only new ones count',
    apply: (to, [text]) => (to.baseline = text),
  },
  'write-baseline': {
    help: 'write what is found to the baseline',
    apply: (to) => (to['write-baseline'] = true),
  },
  config: {
    value: 'FILE',
    help: 'settings and exceptions (default tidegauge-audit.yaml, where there is one)',
    apply: (to, [text]) => (to.config = text),
  },
  'list-checks': { help: 'name every check and what it looks for', apply: () => {} },
}

/** The list of flags for the help. */
export function auditFlags(): string {
  const shown = Object.entries(flags).map(
    ([name, { value, help }]) => [`  --${name}${value ? ` ${value}` : ''}`, help] as const,
  )
  const width = Math.max(...shown.map(([flag]) => flag.length))
  return [
    'Looks at what the catalog and the source declare, the service exposes, the dashboards show and the',
    'alerts watch, as far as each is given, and tells what does not fit together. With nothing given it',
    'audits the tidegauge that runs on this machine.',
    '',
    'Flags:',
    ...shown.map(([flag, help]) => `${flag.padEnd(width)}  ${help}`),
    '',
    'Exit code 0: nothing new as grave as --fail-on, 1: something is, 2: something could not be read.',
  ].join('\n')
}

/** @throws {UsageError} for a flag that there is not, or a value that does not fit. */
export function parseAuditArguments(args: readonly string[]): AuditArguments {
  const parsed: AuditArguments = {}
  const seen = new Set<string>()
  for (let at = 0; at < args.length; ) {
    const arg = args[at++] ?? ''
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? []
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (flag === undefined) throw new UsageError(unknownText(arg, name))
    const values = inline === undefined ? [] : [inline]
    if (flag.value === undefined) {
      if (inline !== undefined) throw new UsageError(`--${name} takes no value`)
      flag.apply(parsed, [''])
      continue
    }
    if (seen.has(name) && !flag.isList && !flag.isRepeatable)
      throw new UsageError(`--${name} is given more than once; give it once`)
    seen.add(name)
    const most = flag.isList ? Number.POSITIVE_INFINITY : 1
    while (inline === undefined && values.length < most && at < args.length && !args[at]?.startsWith('--'))
      values.push(args[at++] ?? '')
    const [first, ...more] = values
    if (first === undefined || first === '')
      throw new UsageError(`--${name} needs a value: --${name} ${flag.value}`)
    flag.apply(parsed, [first, ...more])
  }
  return parsed
}

function unknownText(arg: string, name: string): string {
  if (name === '')
    return `"${arg}" stands behind no flag that takes it; say what it is: --scrape, --dashboards, --rules or --source`
  const near = didYouMean(name, Object.keys(flags)).replace('mean ', 'mean --')
  return `audit has no flag --${name}${near}; tidegauge audit --help lists the flags`
}

function setFormat(to: AuditArguments, format: NonNullable<AuditArguments['format']>): void {
  if (to.format !== undefined && to.format !== format)
    throw new UsageError(`--${to.format} and --${format} exclude each other; audit twice for two reports`)
  to.format = format
}

function whole(text: string, flag: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`${flag} is "${text}"; write a whole number from 1 on`)
  return Number(text)
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function duration(text: string, flag: string): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  if (count === undefined || Number(count) === 0)
    throw new UsageError(`${flag} is "${text}"; write a duration like 10s or 1m`)
  return Number(count) * (units[unit] ?? 1000)
}

function oneOf<Word extends string>(text: string, flag: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text)
  if (word === undefined)
    throw new UsageError(`${flag} is "${text}"${didYouMean(text, words)}; write one of ${words.join(', ')}`)
  return word
}
