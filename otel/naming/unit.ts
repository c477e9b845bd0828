import type { MetricDefinition } from '../catalog/metric.ts'

/** A unit of UCUM, as metrics declare it, with what Prometheus and Grafana make of it. */
export interface Unit {
  /** What names of Prometheus end in: `seconds`. */
  readonly word: string
  /** Grafana's id for values in it. */
  readonly grafana: string
  /** Grafana's id for so much of it a second, where Grafana has one. */
  readonly grafanaPerSecond?: string
  /** What it measures, where numbers of it are converted into one another; not so for volts. */
  readonly measures?: Measure
}

export interface Measure {
  /** Seconds, bytes, or nothing: a ratio. */
  readonly base: 's' | 'By' | '1'
  /** How many base units one is: 0.001 for milliseconds. */
  readonly factor: number
}

/**
 * Every unit that is known by name. A catalog may use others, whose symbols then stand in names as they are.
 * Grafana's ids are those of https://github.com/grafana/grafana/blob/v13.2.3/packages/grafana-data/src/valueFormats/categories.ts.
 */
export const units: ReadonlyMap<string, Unit> = new Map(
  Object.entries<Unit>({
    '1': { word: '', grafana: 'percentunit', measures: ratio(1) },
    '%': { word: 'percent', grafana: 'percent', measures: ratio(0.01) },
    // A percentage whose name does not say so.
    '{percent}': { word: '', grafana: 'percent', measures: ratio(0.01) },

    // Seconds of CPU, of garbage collection or of waiting per second: the share of the time that they take.
    s: { word: 'seconds', grafana: 's', grafanaPerSecond: 'percentunit', measures: seconds(1) },
    ms: { word: 'milliseconds', grafana: 'ms', measures: seconds(1e-3) },
    us: { word: 'microseconds', grafana: 'µs', measures: seconds(1e-6) },
    ns: { word: 'nanoseconds', grafana: 'ns', measures: seconds(1e-9) },
    min: { word: 'minutes', grafana: 'm', measures: seconds(60) },
    h: { word: 'hours', grafana: 'h', measures: seconds(3600) },
    d: { word: 'days', grafana: 'd', measures: seconds(86_400) },

    By: { word: 'bytes', grafana: 'bytes', grafanaPerSecond: 'binBps', measures: bytes(1) },
    KiBy: { word: 'kibibytes', grafana: 'kbytes', grafanaPerSecond: 'KiBs', measures: bytes(2 ** 10) },
    MiBy: { word: 'mebibytes', grafana: 'mbytes', grafanaPerSecond: 'MiBs', measures: bytes(2 ** 20) },
    GiBy: { word: 'gibibytes', grafana: 'gbytes', grafanaPerSecond: 'GiBs', measures: bytes(2 ** 30) },
    TiBy: { word: 'tebibytes', grafana: 'tbytes', grafanaPerSecond: 'TiBs', measures: bytes(2 ** 40) },
    kBy: { word: 'kilobytes', grafana: 'deckbytes', grafanaPerSecond: 'KBs', measures: bytes(1e3) },
    // Not UCUM, but what the Collector translates.
    KBy: { word: 'kilobytes', grafana: 'deckbytes', grafanaPerSecond: 'KBs', measures: bytes(1e3) },
    MBy: { word: 'megabytes', grafana: 'decmbytes', grafanaPerSecond: 'MBs', measures: bytes(1e6) },
    GBy: { word: 'gigabytes', grafana: 'decgbytes', grafanaPerSecond: 'GBs', measures: bytes(1e9) },
    TBy: { word: 'terabytes', grafana: 'dectbytes', grafanaPerSecond: 'TBs', measures: bytes(1e12) },
    // The Collector and the exporters have no word for bits, so that names end in the symbol.
    bit: { word: 'bit', grafana: 'bits', grafanaPerSecond: 'bps', measures: bytes(1 / 8) },

    m: { word: 'meters', grafana: 'lengthm', grafanaPerSecond: 'velocityms' },
    g: { word: 'grams', grafana: 'massg' },
    V: { word: 'volts', grafana: 'volt' },
    A: { word: 'amperes', grafana: 'amp' },
    J: { word: 'joules', grafana: 'joule', grafanaPerSecond: 'watt' },
    W: { word: 'watts', grafana: 'watt' },
    Cel: { word: 'celsius', grafana: 'celsius' },
    Hz: { word: 'hertz', grafana: 'hertz' },
  }),
)

/**
 * Spells out a UCUM unit as the words of a Prometheus name: `By/s` becomes `bytes` and `per_second`.
 * Annotations such as `{event}` say nothing to Prometheus and fall away, and so does `1`.
 */
export function unitWords(unit: string): string[] {
  const { of, per } = splitUnit(unit)
  const mainWord = spell(of, (symbol) => units.get(symbol)?.word)
  const perWord = spell(per ?? '', (symbol) => perWords.get(symbol))
  return [...(mainWord ? [mainWord] : []), ...(perWord ? [`per_${perWord}`] : [])]
}

/** Takes a unit apart: `By/s` is bytes per second. `per` is undefined where there is no slash. */
export function splitUnit(unit: string): { readonly of: string; readonly per: string | undefined } {
  const slash = unit.indexOf('/')
  return slash < 0 ? { of: unit, per: undefined } : { of: unit.slice(0, slash), per: unit.slice(slash + 1) }
}

/** The unit that the values of a metric have: a counter of unit `1` counts things, a gauge of it is a ratio. */
export function valueUnit({ unit, instrument }: Pick<MetricDefinition, 'unit' | 'instrument'>): string {
  return unit === '1' && (instrument === 'counter' || instrument === 'upDownCounter') ? '' : unit
}

/** What a unit counts: `event` for `{event}`, `''` for no unit; undefined for a unit that measures. */
export function countedThing(unit: string): string | undefined {
  return /^(?:\{([^}]*)\})?$/
    .exec(unit)
    ?.slice(1)
    .map((thing) => thing ?? '')[0]
}

/** The unit that a word of a name stands for: `seconds`, as OpenMetrics has it too, or `msec`, as people write it. */
export function unitOfWord(word: string): string | undefined {
  return byWord.get(word)
}

const perWords = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
])

/** What names say that do without base units. `us` and `min` are left out: they stand for other things as often. */
const abbreviations: Readonly<Record<string, string>> = {
  ratio: '1',
  pct: '%',
  percentage: '%',
  secs: 's',
  ms: 'ms',
  msec: 'ms',
  msecs: 'ms',
  millis: 'ms',
  micros: 'us',
  usec: 'us',
  usecs: 'us',
  nanos: 'ns',
  nsec: 'ns',
  nsecs: 'ns',
  mins: 'min',
  hrs: 'h',
  kb: 'kBy',
  mb: 'MBy',
  gb: 'GBy',
  kib: 'KiBy',
  mib: 'MiBy',
  gib: 'GiBy',
  bits: 'bit',
}

/** Of two symbols for one word, `kBy` and `KBy`, the one that UCUM has comes first and stays. */
const byWord: ReadonlyMap<string, string> = new Map([
  ...Object.entries(abbreviations),
  ...[...units]
    .reverse()
    .flatMap(([symbol, { word }]) => (word === '' || word === symbol ? [] : [[word, symbol] as const])),
])

function spell(unit: string, wordOf: (symbol: string) => string | undefined): string {
  const symbol = unit.trim()
  if (/[{}]/.test(symbol)) return ''
  return wordOf(symbol) ?? symbol.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_+|_+$/g, '')
}

function seconds(factor: number): Measure {
  return { base: 's', factor }
}

function bytes(factor: number): Measure {
  return { base: 'By', factor }
}

function ratio(factor: number): Measure {
  return { base: '1', factor }
}
