import * as units from '@grafana/grafana-foundation-sdk/units'

/**
 * Translates a UCUM unit into the id under which Grafana formats numbers. What is counted (`{event}`) is a plain
 * number that Grafana shortens; of the counts per second, those that Grafana has words for get them.
 */
export function grafanaUnit(unit: string): string {
  const known = grafanaUnits[unit]
  if (known !== undefined) return known
  if (/^\{[^}]*\}$/.test(unit)) return units.Short
  if (unit.endsWith('/s')) return units.CountsPerSecond
  if (unit.endsWith('/min')) return units.CountsPerMinute
  return units.Short
}

const grafanaUnits: Readonly<Record<string, string>> = {
  '': units.NoUnit,
  '1': units.PercentUnit,
  '%': units.Percent,
  '{percent}': units.Percent,
  s: units.Seconds,
  ms: units.Milliseconds,
  us: units.Microseconds,
  ns: units.Nanoseconds,
  Hz: units.Hertz,
  By: units.BytesIEC,
  'By/s': units.BytesPerSecondIEC,
  // Seconds of CPU, of garbage collection or of waiting per second: the share of the time that they take.
  's/s': units.PercentUnit,
  '{event}/s': units.EventsPerSecond,
  '{request}/s': units.RequestsPerSecond,
  '{operation}/s': units.OpsPerSecond,
  '{record}/s': units.RecordsPerSecond,
  '{message}/s': units.MessagesPerSecond,
  '{row}/s': units.RowsPerSecond,
  '{event}/min': units.EventsPerMinute,
  '{request}/min': units.RequestsPerMinute,
  '{operation}/min': units.OpsPerMinute,
  '{record}/min': units.RecordsPerMinute,
}
