import { countedThing, splitUnit, units } from './unit.ts'

/**
 * Translates a UCUM unit into the id under which Grafana formats numbers. What is counted (`{event}`) is a plain number
 * that Grafana shortens; of the counts per second or minute, those that Grafana has words for get them.
 */
export function grafanaUnit(unit: string): string {
  const whole = units.get(unit)
  if (whole !== undefined) return whole.grafana
  const { of, per } = splitUnit(unit)
  if (per === undefined) return of === '' ? 'none' : 'short'
  const known = units.get(of)
  // A number of something: a counter of unit 1 counts, and so do symbols that nobody knows.
  if (known === undefined || of === '1') return countsPer(countedThing(of) ?? '', per)
  return (per === 's' ? known.grafanaPerSecond : undefined) ?? `suffix:${unit.replace('{percent}', '%')}`
}

/** What Grafana's ids for counts per second and minute speak of: `reqps` of a `request`; undefined for other ids. */
export function countedByGrafana(id: string): string | undefined {
  return thingOf.get(id)
}

function countsPer(thing: string, per: string): string {
  const { perSecond, perMinute } = counts[thing] ?? anything
  if (per === 's') return perSecond
  return per === 'min' ? (perMinute ?? 'cpm') : `suffix:/${per}`
}

interface CountIds {
  readonly perSecond: string
  readonly perMinute?: string
}

const anything: CountIds = { perSecond: 'cps', perMinute: 'cpm' }

const counts: Readonly<Record<string, CountIds>> = {
  event: { perSecond: 'eps', perMinute: 'epm' },
  request: { perSecond: 'reqps', perMinute: 'reqpm' },
  operation: { perSecond: 'ops', perMinute: 'opm' },
  read: { perSecond: 'rps', perMinute: 'rpm' },
  write: { perSecond: 'wps', perMinute: 'wpm' },
  message: { perSecond: 'mps', perMinute: 'mpm' },
  record: { perSecond: 'recps', perMinute: 'recpm' },
  row: { perSecond: 'rowsps', perMinute: 'rowspm' },
  packet: { perSecond: 'pps' },
}

const thingOf: ReadonlyMap<string, string> = new Map(
  Object.entries(counts).flatMap(([thing, { perSecond, perMinute }]) => [
    [perSecond, thing] as const,
    ...(perMinute === undefined ? [] : [[perMinute, thing] as const]),
  ]),
)
