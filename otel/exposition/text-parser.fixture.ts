// A strict reader of the text formats, for tests: what a scraper might only warn of is an error here. The audit's reader
// (otel/audit/scrape) forgives, and keeps no timestamps and exemplars; that the two agree is a test of both.

export interface ParsedSample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  readonly timestamp: number | undefined
  readonly exemplar:
    | {
        readonly labels: ReadonlyMap<string, string>
        readonly value: number
        readonly time: number | undefined
      }
    | undefined
}

export interface ParsedFamily {
  readonly name: string
  type: string
  help: string
  unit: string
  readonly samples: ParsedSample[]
}

export interface Parsed {
  readonly families: ReadonlyMap<string, ParsedFamily>
  readonly samples: readonly ParsedSample[]
  /** The one sample of this name with at least these labels. */
  sample(name: string, labels?: Record<string, string>): ParsedSample
}

/** @throws {Error} with the line, for whatever the format does not allow, and for two equal series. */
export function parseText(text: string, format: 'text' | 'openmetrics' = 'text'): Parsed {
  const families = new Map<string, ParsedFamily>()
  const seen = new Set<string>()
  const samples: ParsedSample[] = []
  let current: ParsedFamily | undefined
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end')
  const lines = text.split('\n').slice(0, -1)
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no EOF at the end')
  for (const line of lines) {
    const reader = new LineReader(line)
    if (line.startsWith('#')) {
      const [, keyword = ''] = /^# (HELP|TYPE|UNIT) /.exec(line) ?? reader.fail('no comment')
      reader.position = '# HELP '.length
      const name = reader.name(metricName)
      reader.expect(' ')
      if (current?.name !== name) {
        if (families.has(name)) reader.fail('family is not in one piece')
        current = { name, type: '', help: '', unit: '', samples: [] }
        families.set(name, current)
      }
      const key = keyword.toLowerCase() as 'help' | 'type' | 'unit'
      if (current.samples.length > 0 || current[key] !== '') reader.fail('comment comes late or twice')
      const rest = line.slice(reader.position)
      if (key === 'help' && format === 'openmetrics' && /(^|[^\\])(\\\\)*"/.test(rest))
        reader.fail('bare quote in HELP')
      current[key] = key === 'help' ? unescaped(rest, reader) : rest
      continue
    }
    const sample = reader.sample(format)
    if (current === undefined || !belongs(sample, current, format))
      throw new Error(`sample outside of its family: ${line}`)
    const key = JSON.stringify([sample.name, [...sample.labels].sort()])
    if (seen.has(key)) throw new Error(`series twice: ${line}`)
    seen.add(key)
    current.samples.push(sample)
    samples.push(sample)
  }
  for (const family of families.values()) checkFamily(family, format)
  const sample = (name: string, labels: Record<string, string> = {}) => {
    const found = samples.filter(
      (one) =>
        one.name === name && Object.entries(labels).every(([key, value]) => one.labels.get(key) === value),
    )
    if (found.length !== 1) throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`)
    return found[0] as ParsedSample
  }
  return { families, samples, sample }
}

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y

const suffixes: Readonly<Record<string, readonly string[]>> = {
  text: [''],
  'text histogram': ['_bucket', '_sum', '_count'],
  openmetrics: [''],
  'openmetrics counter': ['_total', '_created'],
  'openmetrics histogram': ['_bucket', '_sum', '_count', '_created'],
  'openmetrics info': ['_info'],
}

function belongs({ name }: ParsedSample, family: ParsedFamily, format: string): boolean {
  const allowed = suffixes[`${format} ${family.type}`] ?? suffixes[format] ?? []
  return allowed.some((suffix) => name === family.name + suffix)
}

function checkFamily({ name, type, unit, samples }: ParsedFamily, format: string): void {
  if (!['counter', 'gauge', 'histogram', 'info', 'unknown'].includes(type))
    throw new Error(`${name} is a ${type}`)
  if (unit !== '' && (format === 'text' || !name.endsWith(`_${unit}`)))
    throw new Error(`${name} has unit ${unit}`)
  if (type !== 'histogram') return
  const buckets = Map.groupBy(
    samples.filter((sample) => sample.name === `${name}_bucket`),
    ({ labels }) => JSON.stringify([...labels].filter(([label]) => label !== 'le').sort()),
  )
  for (const group of buckets.values()) {
    const bounds = group.map(({ labels }) => number(labels.get('le') ?? ''))
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new Error(`${name} has no bucket for everything`)
    for (let i = 1; i < group.length; i++) {
      if ((bounds[i] as number) <= (bounds[i - 1] as number)) throw new Error(`${name}: bounds do not rise`)
      if ((group[i] as ParsedSample).value < (group[i - 1] as ParsedSample).value)
        throw new Error(`${name}: counts fall`)
    }
  }
}

class LineReader {
  position = 0
  readonly #line: string

  constructor(line: string) {
    this.#line = line
  }

  sample(format: string): ParsedSample {
    const quoted = this.#line[0] === '{'
    let name = quoted ? '' : this.name(metricName)
    const labels = new Map<string, string>()
    if (this.#line[this.position] === '{') {
      this.position++
      for (let first = true; this.#line[this.position] !== '}'; first = false) {
        if (!first) this.expect(',')
        const label = this.name(labelName)
        if (quoted && first) name = label
        else {
          this.expect('=')
          if (labels.has(label) || label === '__name__' || label === '') this.fail('label twice or reserved')
          labels.set(label, this.#quoted())
        }
      }
      this.expect('}')
    }
    if (name === '') this.fail('no name')
    this.expect(' ')
    const value = number(this.#word())
    const [timestamp] = /^ -?[0-9.]+/.exec(this.#line.slice(this.position)) ?? []
    this.position += timestamp?.length ?? 0
    const exemplar =
      format === 'openmetrics' && this.position < this.#line.length ? this.#exemplar() : undefined
    if (this.position !== this.#line.length) this.fail('more than a value')
    return {
      name,
      labels,
      value,
      timestamp: timestamp === undefined ? undefined : Number(timestamp),
      exemplar,
    }
  }

  #exemplar(): ParsedSample['exemplar'] {
    this.expect(' # {')
    const labels = new Map<string, string>()
    while (this.#line[this.position] !== '}') {
      if (labels.size > 0) this.expect(',')
      const label = this.name(labelName)
      this.expect('=')
      labels.set(label, this.#quoted())
    }
    this.expect('} ')
    const value = number(this.#word())
    const [time] = /^ [0-9.]+$/.exec(this.#line.slice(this.position)) ?? []
    this.position += time?.length ?? 0
    const length = [...labels].flat().join('').length
    if (length > 128) this.fail('labels of the exemplar are too long')
    return { labels, value, time: time === undefined ? undefined : Number(time) }
  }

  name(classic: RegExp): string {
    if (this.#line[this.position] === '"') return this.#quoted()
    classic.lastIndex = this.position
    const [name] = classic.exec(this.#line) ?? this.fail('no name')
    this.position += name.length
    return name
  }

  #quoted(): string {
    this.expect('"')
    const start = this.position
    while (this.#line[this.position] !== '"') {
      if (this.position >= this.#line.length) this.fail('quotes do not end')
      this.position += this.#line[this.position] === '\\' ? 2 : 1
    }
    this.position++
    return unescaped(this.#line.slice(start, this.position - 1), this)
  }

  #word(): string {
    const [word] = /^[^ ]+/.exec(this.#line.slice(this.position)) ?? this.fail('no value')
    this.position += word.length
    return word
  }

  expect(text: string): void {
    if (!this.#line.startsWith(text, this.position)) this.fail(`"${text}" expected`)
    this.position += text.length
  }

  fail(problem: string): never {
    throw new Error(`${problem} at ${this.position}: ${this.#line}`)
  }
}

function unescaped(text: string, reader: LineReader): string {
  if (!text.isWellFormed()) reader.fail('broken characters')
  return text.replace(/\\(.?)/g, (_, character: string) => {
    const plain = { n: '\n', '\\': '\\', '"': '"' }[character]
    return plain ?? reader.fail('unknown escape')
  })
}

function number(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text !== 'NaN' && !/^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/.test(text)) throw new Error(`no number: ${text}`)
  return Number(text)
}
