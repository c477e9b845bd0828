import type { MetricDefinition, Query, QueryPart, Recording, Thresholds } from '@tidegauge/otel/catalog'
import { prometheusName } from '@tidegauge/otel/naming'
import type { GenerateSettings } from './overrides.ts'

/** Writes a query of the catalog as PromQL, with the names of Prometheus and the thresholds as they are set. */
export function renderQuery({ strings, parts }: Query, settings: GenerateSettings): string {
  return strings.reduce((text, next, index) => {
    const part = parts[index - 1]
    return text + (part === undefined ? '' : rendered(part, settings)) + next
  })
}

/** The thresholds of a metric or a recording: those of the catalog, each replaced by what the settings say. */
export function thresholdsOf(
  of: MetricDefinition | Recording,
  { thresholds }: GenerateSettings,
): Thresholds | undefined {
  const set = thresholds[publicName(of)]
  return of.thresholds && set ? { ...of.thresholds, ...set } : of.thresholds
}

/** The name that Prometheus knows it by. */
export function publicName(of: MetricDefinition | Recording): string {
  return 'record' in of ? of.record : prometheusName(of)
}

function rendered(part: QueryPart, settings: GenerateSettings): string {
  if (!('thresholdOf' in part)) return publicName(part)
  const value = thresholdsOf(part.thresholdOf, settings)?.[part.level]
  if (value === undefined)
    throw new Error(`${publicName(part.thresholdOf)} has no threshold for ${part.level}`)
  return String(value)
}
