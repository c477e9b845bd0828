import { isPart } from '@tidegauge/otel/naming'
import { consumersOf } from '../inputs/consumers.ts'
import type { Place } from '../inputs/place.ts'
import { type ServiceMetric, serviceMetrics } from '../inputs/service-metrics.ts'
import type { DeclaredMetric, Recorded } from '../metrics/declared-metric.ts'
import type { MetricType } from '../scrape/scrape.ts'
import type { AuditInputs } from './check.ts'
import { type Finding, levels } from './finding.ts'

/** What an audit knows of one metric. */
export interface MetricReport {
  readonly name: string
  readonly type: MetricType
  /** Of the catalog; otherwise the first word of its name, or `Runtime`. */
  readonly component: string
  /** A library counts it for every service; it is left out of the coverage. */
  readonly isOfRuntime: boolean
  readonly declaredAt: Place | undefined
  /** Where the product records it; undefined where no source was read, or none that declares it. */
  readonly recordings: readonly Recorded[] | undefined
  /** Who records it where that is not the code of the service, where the catalog says so. */
  readonly recordedBy: string | undefined
  /** Whether a scrape has it; undefined where none was read. */
  readonly isExposed: boolean | undefined
  /** Whether a scrape has a value other than 0 of it; undefined where none has it. */
  readonly hasMoved: boolean | undefined
  readonly panels: readonly Place[]
  readonly alerts: readonly Place[]
  /** Why it is on no panel, or has no alert, where the catalog says so. */
  readonly noPanel: string | undefined
  readonly noAlert: string | undefined
  /** What was found about this metric, the most severe first. */
  readonly findings: readonly Finding[]
}

/** Every metric of the service, component by component. */
export function metricReports(inputs: AuditInputs, findings: readonly Finding[]): readonly MetricReport[] {
  const { catalog, source, targets } = inputs
  const inCatalog = byName(catalog?.metrics)
  const inSource = byName(source?.metrics)
  const moved = movedMetrics(inputs)
  const { panels, alerts } = consumersOf(inputs)
  const about = Map.groupBy(findings, ({ subject }) => subject.split(' ')[0] ?? '')
  const reports = serviceMetrics(inputs).map((one): MetricReport => {
    const { metric, isOfRuntime } = one
    const { name, type, from } = metric
    const code = inSource.get(name)
    const declared = inCatalog.get(name) ?? code
    return {
      name,
      type,
      component: componentOf(one, declared),
      isOfRuntime,
      declaredAt: declared && { file: declared.file, line: declared.line },
      recordings: code?.recordings?.filter(({ reach }) => reach === 'product'),
      recordedBy: declared?.recordedBy,
      isExposed: targets.length > 0 ? from.has('scrape') : undefined,
      hasMoved: moved.get(name),
      panels: panels.get(name) ?? [],
      alerts: alerts.get(name) ?? [],
      noPanel: declared?.noPanel,
      noAlert: declared?.noAlert,
      findings: (about.get(name) ?? []).toSorted((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level)),
    }
  })
  return [...Map.groupBy(reports, ({ component }) => component).values()].flat()
}

/** Shares of the metrics of the service itself, from 0 to 1; undefined where the input was not looked at. */
export interface Coverage {
  readonly metrics: number
  readonly recorded: number | undefined
  readonly exposed: number | undefined
  readonly moved: number | undefined
  /** On a panel, or excused. */
  readonly shown: number | undefined
  /** Watched by an alert, or excused. */
  readonly watched: number | undefined
}

export function coverageOf(
  reports: readonly MetricReport[],
  inputs: { readonly dashboards: number; readonly ruleFiles: number },
): Coverage {
  const own = reports.filter(({ isOfRuntime }) => !isOfRuntime)
  const share = (
    of: (report: MetricReport) => boolean | undefined,
    among = own.filter((report) => of(report) !== undefined),
  ) => (among.length > 0 ? among.filter(of).length / among.length : undefined)
  return {
    metrics: own.length,
    recorded: share(({ recordings }) => recordings && recordings.length > 0),
    exposed: share(({ isExposed }) => isExposed),
    moved: share(({ hasMoved }) => hasMoved),
    shown:
      inputs.dashboards > 0
        ? share(({ panels, noPanel }) => panels.length > 0 || noPanel !== undefined)
        : undefined,
    watched:
      inputs.ruleFiles > 0
        ? share(({ alerts, noAlert }) => alerts.length > 0 || noAlert !== undefined)
        : undefined,
  }
}

function byName(metrics: readonly DeclaredMetric[] = []): ReadonlyMap<string, DeclaredMetric> {
  return new Map(metrics.map((metric) => [metric.name, metric]))
}

/** By name, whether any series of any scrape is other than 0. */
function movedMetrics({ targets }: AuditInputs): ReadonlyMap<string, boolean> {
  const moved = new Map<string, boolean>()
  for (const { scrapes } of targets)
    for (const { families } of scrapes)
      for (const { name, samples } of families.values())
        if (!moved.get(name)) moved.set(name, samples.some(isMoved))
  return moved
}

function isMoved({ name, value }: { readonly name: string; readonly value: number }): boolean {
  return value !== 0 && !isPart(name, 'created')
}

function componentOf({ metric, isOfRuntime }: ServiceMetric, declared: DeclaredMetric | undefined): string {
  if (declared?.component !== undefined) return declared.component
  if (isOfRuntime) return 'Runtime'
  const [word = ''] = metric.name.split(/[_:.]/)
  return word.charAt(0).toUpperCase() + word.slice(1)
}
