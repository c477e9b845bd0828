import { infoMetrics, splitSeries } from '@tidegauge/otel/naming'
import type { KnownMetric } from '../metrics/inventory.ts'
import type { Family, Scrape, Target } from '../scrape/scrape.ts'
import type { Inputs } from './inputs.ts'
import type { Place } from './place.ts'

/** A metric of the audited service, rather than one that only Prometheus or a rule knows. */
export interface ServiceMetric {
  readonly metric: KnownMetric
  /** Where to look: the declaration, or else the scrape. */
  readonly place: Place
  /** A library counts it for every service: `go_goroutines`, `process_cpu_seconds_total`. */
  readonly isOfRuntime: boolean
}

/** Metrics that catalog, source or scrape know, in the order in which they were found. */
export function serviceMetrics(inputs: Inputs): readonly ServiceMetric[] {
  const { catalog, source, targets, inventory } = inputs
  const places = new Map<string, Place>()
  for (const { url, scrapes } of targets)
    for (const { families } of scrapes)
      for (const { name, line } of families.values()) places.set(name, { file: url, line })
  for (const declared of [catalog, source])
    for (const { name, file, line } of declared?.metrics ?? [])
      places.set(name, declared === catalog ? { file } : { file, line })
  return [...inventory.metrics.values()].flatMap((metric) => {
    const place = places.get(metric.name)
    return place && !isOfExporter(metric.name) && !isCreationTime(metric.name, inventory.metrics)
      ? [{ metric, place, isOfRuntime: isOfRuntime(metric) }]
      : []
  })
}

/** Whether the source declares it and the product records it nowhere, which is to be fixed before anything else. */
export function isUnrecorded({ source, catalog }: Inputs, name: string): boolean {
  if (catalog?.metrics.some((metric) => metric.name === name)) return false
  const declared = (source?.metrics ?? []).filter((metric) => metric.name === name)
  return (
    declared.length > 0 &&
    declared.every(({ recordings }) => recordings?.every(({ reach }) => reach !== 'product') === true)
  )
}

/** The families of the latest scrape of each target. */
export function latestFamilies(targets: readonly Target[]): readonly (Family & { readonly url: string })[] {
  return targets.flatMap(({ url, scrapes }) =>
    [...(scrapes.at(-1)?.families.values() ?? [])].map((family) => ({ ...family, url })),
  )
}

/** Pairs of scrapes of one target, each with the one after it. */
export function successiveScrapes({
  scrapes,
}: Target): readonly (readonly [before: Scrape, after: Scrape])[] {
  return scrapes.slice(1).map((after, index) => [scrapes[index] as Scrape, after] as const)
}

/** The text of a set of labels, equal for equal sets. */
export function labelsKey(labels: ReadonlyMap<string, string>): string {
  return JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Says something about the exporter itself, and is counted by none. */
function isOfExporter(name: string): boolean {
  return infoMetrics.some((one) => one === name)
}

/** When a series began, as the Python client exports it beside the metric. */
function isCreationTime(name: string, metrics: ReadonlyMap<string, KnownMetric>): boolean {
  const { metric, part } = splitSeries(name)
  return part === 'created' && (metrics.has(metric) || metrics.has(`${metric}_total`))
}

function isOfRuntime({ name, from }: KnownMetric): boolean {
  return !from.has('catalog') && !from.has('source') && ofRuntime.test(name)
}

const ofRuntime =
  /^(go|gc|process|nodejs|python|jvm|jemalloc|tokio|v8js|promhttp|rust|otel_sdk|net_conntrack)_/
