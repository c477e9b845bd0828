import type { DeclaredMetric } from './declared-metric.ts'

/** UCUM unit of a metric: the declared one, or what its name tells. Undefined when nothing tells. */
export function unitOf({ name, unit }: Pick<DeclaredMetric, 'name' | 'unit'>): string | undefined {
  if (unit !== undefined && unit !== '') return wordUnits[unit] ?? unit
  const words = name
    .replace(/_total$/, '')
    .replace(/(_(?:bytes|bits))_(in|out|read|written|received|sent|transmitted|used|free|available)$/, '$1')
    .split('_')
  const word = words.at(-1) ?? ''
  // Something per hour is no number of hours.
  if (words.at(-2) === 'per') return undefined
  for (const units of [wordUnits, shortUnits]) if (Object.hasOwn(units, word)) return units[word]
  return undefined
}

/** Grafana's id for a UCUM unit, or for so much of it a second. */
export function grafanaUnit(unit: string | undefined, per: 'whole' | 'second' = 'whole'): string {
  if (per === 'second') return rates[unit ?? ''] ?? 'cps'
  return wholes[unit ?? ''] ?? 'short'
}

/** OpenMetrics writes units as words, as names do. */
const wordUnits: Readonly<Record<string, string>> = {
  seconds: 's',
  milliseconds: 'ms',
  microseconds: 'us',
  nanoseconds: 'ns',
  minutes: 'min',
  hours: 'h',
  days: 'd',
  bytes: 'By',
  kibibytes: 'KiBy',
  mebibytes: 'MiBy',
  gibibytes: 'GiBy',
  bits: 'bit',
  ratio: '1',
  percent: '%',
  celsius: 'Cel',
  volts: 'V',
  amperes: 'A',
  watts: 'W',
  joules: 'J',
  hertz: 'Hz',
}

/** What names say that do without base units. `us` and `min` are left out: they stand for other things as often. */
const shortUnits: Readonly<Record<string, string>> = {
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
  kilobytes: 'kBy',
  megabytes: 'MBy',
  gigabytes: 'GBy',
  kib: 'KiBy',
  mib: 'MiBy',
  gib: 'GiBy',
  pct: '%',
  percentage: '%',
}

const wholes: Readonly<Record<string, string>> = {
  s: 's',
  ms: 'ms',
  us: 'µs',
  ns: 'ns',
  min: 'm',
  h: 'h',
  d: 'd',
  By: 'bytes',
  KiBy: 'kbytes',
  MiBy: 'mbytes',
  GiBy: 'gbytes',
  kBy: 'deckbytes',
  MBy: 'decmbytes',
  GBy: 'decgbytes',
  bit: 'bits',
  '1': 'percentunit',
  '%': 'percent',
  Cel: 'celsius',
  V: 'volt',
  A: 'amp',
  W: 'watt',
  J: 'joule',
  Hz: 'hertz',
  'By/s': 'Bps',
  'bit/s': 'bps',
}

const rates: Readonly<Record<string, string>> = {
  // Seconds a second are a share of the time.
  s: 'percentunit',
  By: 'Bps',
  KiBy: 'KiBs',
  MiBy: 'MiBs',
  bit: 'bps',
  '{request}': 'reqps',
  '{operation}': 'ops',
  '{read}': 'rps',
  '{write}': 'wps',
  '{event}': 'eps',
  '{message}': 'mps',
  '{record}': 'recps',
  '{row}': 'rowsps',
  '{packet}': 'pps',
}
