import { LineReader, MalformedLine } from './line.ts'
import type { Family, MetricType, Sample, Scrape, ScrapeProblem } from './scrape.ts'

/**
 * Reads what an endpoint answered: the Prometheus text format 0.0.4 or OpenMetrics 1.0, names in UTF-8 included. A line that
 * cannot be read is told as a problem and left out; the others are kept.
 */
export function parseScrape(text: string, atMs?: number): Scrape {
  const families = new Map<string, OpenFamily>()
  const problems: ScrapeProblem[] = []
  const isOpenMetrics = /^# EOF$/m.test(text.slice(-20))
  let parts = 0
  let timestamped: { name: string; line: number } | undefined
  let current: OpenFamily | undefined
  let line = 0
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    line++
    const from = start
    start = end + 1
    const to = text[end - 1] === '\r' ? end - 1 : end
    if (to <= from) continue
    try {
      const reader = new LineReader(text, from, to)
      if (text[from] === '#') {
        const comment = reader.comment()
        if (comment !== undefined) current = note(families, comment, line, problems, isOpenMetrics)
        continue
      }
      const { name, labels, value, hasTime } = reader.sample()
      if (hasTime) timestamped ??= { name, line }
      if (current === undefined || !belongs(name, current)) current = familyOf(families, name, line)
      current.samples.push({ name, labels, value, line })
      parts += 1 + labels.size
      if (parts > mostParts || families.size > mostFamilies) return { ...nothing, atMs, tooLarge }
    } catch (error) {
      if (!(error instanceof MalformedLine)) throw error
      problems.push({ line, reason: error.message })
    }
    if (problems.length > mostProblems) {
      problems.push({ line, reason: 'the lines after this one were not read: too many before it cannot be' })
      break
    }
  }
  return { atMs, families: named(families), problems, ...(timestamped && { timestamped }) }
}

/** What is no scrape has a problem in every line; nobody reads more of them. */
const mostProblems = 1000

/** Series and their labels: a million series with four labels each take close to a gigabyte. */
const mostParts = 5_000_000

/** Some kilobytes each, for all that is said about a metric. */
const mostFamilies = 100_000

const tooLarge = `it holds more than ${mostFamilies} metrics, or ${mostParts / 1e6} million series and labels; scrape less of it, by its parameters or by relabelling`

const nothing = { families: new Map<string, Family>(), problems: [] }

/** A family while its lines are read; `key` is its name as `# TYPE` has it. */
interface OpenFamily extends Family {
  readonly key: string
  type: MetricType
  help: string | undefined
  unit: string | undefined
  /** The word after `# TYPE`. */
  typeWord: string | undefined
  readonly samples: Sample[]
}

const types: Readonly<Record<string, MetricType>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  gaugehistogram: 'unknown',
  summary: 'summary',
  info: 'gauge',
  stateset: 'gauge',
  untyped: 'unknown',
  unknown: 'unknown',
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['', '_total', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['', '_sum', '_count', '_created'],
  info: ['_info', ''],
}

function belongs(name: string, { key, typeWord }: OpenFamily): boolean {
  if (name === key) return typeWord !== 'histogram'
  if (!name.startsWith(key)) return false
  return suffixes[typeWord ?? '']?.includes(name.slice(key.length)) ?? false
}

function familyOf(families: Map<string, OpenFamily>, name: string, line: number): OpenFamily {
  const known = families.get(name)
  if (known) return known
  const stem = name.replace(/_(bucket|sum|count|total|created|info|gsum|gcount)$/, '')
  const whole = families.get(stem)
  if (whole && belongs(name, whole)) return whole
  return open(families, name, line)
}

function open(families: Map<string, OpenFamily>, key: string, line: number): OpenFamily {
  const family: OpenFamily = {
    key,
    name: key,
    type: 'unknown',
    typeWord: undefined,
    help: undefined,
    unit: undefined,
    line,
    samples: [],
  }
  families.set(key, family)
  return family
}

function note(
  families: Map<string, OpenFamily>,
  { keyword, name, rest }: { keyword: 'HELP' | 'TYPE' | 'UNIT'; name: string; rest: string },
  line: number,
  problems: ScrapeProblem[],
  isOpenMetrics: boolean,
): OpenFamily {
  const family = families.get(name) ?? open(families, name, line)
  const problem = (reason: string) => {
    problems.push({ line, reason })
  }
  if (family.samples.length > 0) problem(`# ${keyword} of ${name} comes after its samples`)
  if (keyword === 'TYPE') {
    if (family.typeWord !== undefined) problem(`${name} has a second # TYPE`)
    const type = types[rest]
    if (type === undefined || (!isOpenMetrics && ['info', 'stateset'].includes(rest)))
      problem(`${name} has the type ${JSON.stringify(rest)}, which this format does not know`)
    family.typeWord = rest
    family.type = type ?? 'unknown'
  } else if (keyword === 'HELP') {
    if (family.help !== undefined) problem(`${name} has a second # HELP`)
    family.help = rest
  } else {
    family.unit = rest
  }
  return family
}

/** Under the names that their samples have: OpenMetrics leaves `_total` and `_info` off the name of the family. */
function named(families: Map<string, OpenFamily>): ReadonlyMap<string, Family> {
  const renamed = [...families.values()].map((family): Family => {
    const suffix = family.typeWord === 'counter' ? '_total' : family.typeWord === 'info' ? '_info' : ''
    const full = family.key + suffix
    const isLonger = suffix !== '' && family.samples.some(({ name }) => name === full)
    const { help, line, samples, type, unit } = family
    return { name: isLonger ? full : family.key, help, line, samples, type, unit }
  })
  return new Map(renamed.map((family) => [family.name, family]))
}
