import { glob, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '@tidegauge/otel/usage-error'
import { metricNoPanel } from '../audit/checks/metrics/metric-no-panel.ts'
import type { Planes } from '../audit/planes.ts'
import { declaredCatalog } from '../catalog/declared-catalog.ts'
import { loadCatalog } from '../catalog/load.ts'
import type { OwnCatalog } from '../catalog/own-catalog.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import { readDashboard } from '../dashboards/read.ts'
import { readText, saveWithBackup } from '../dashboards/save.ts'
import { unifiedDiff } from '../dashboards/unified-diff.ts'
import { nearest } from '../files/nearest.ts'
import { buildInventory } from '../metrics/build-inventory.ts'
import type { Declared, DeclaredMetric } from '../metrics/declared-metric.ts'
import { latestFamilies } from '../metrics/service-metrics.ts'
import { readTarget } from '../scrape/target.ts'
import { readSource } from '../source/read-source.ts'
import type { Addition } from './additions.ts'
import { writeGuide } from './guide.ts'
import { knownMetrics } from './known-metrics.ts'
import { readThresholds } from './thresholds-file.ts'
import { updateDashboard } from './update.ts'

export interface UpdateFileOptions {
  readonly file: string
  /** URLs and files of scrapes. */
  readonly scrapes: readonly string[]
  readonly scrapeHeaders: Readonly<Record<string, string>>
  readonly catalog: string | undefined
  /** A catalog that goes by a name. @default none */
  readonly own?: OwnCatalog | undefined
  readonly sources: readonly string[]
  /** Further dashboards: what they show is not missing. Files, folders and globs. */
  readonly dashboards: readonly string[]
  /** Only these metrics. Undefined for all that the audit finds on no panel. */
  readonly metrics: readonly string[] | undefined
  readonly thresholds: string | undefined
  readonly mode: 'write' | 'dry-run' | 'guide'
}

export interface UpdateFileResult {
  readonly additions: readonly Pick<Addition, 'metric' | 'how' | 'panel' | 'line' | 'priority'>[]
  /** The difference or the guide, as asked for. */
  readonly page: string
  readonly backup: string | undefined
  /** What could not be read, a line each. The rest was used. */
  readonly problems: readonly string[]
}

/**
 * Adds to a dashboard file what it does not show, or says what there is to add.
 *
 * @throws {UsageError | UsageError} in one line, when an input cannot be used. The file is as it was then.
 */
export async function updateFile(options: UpdateFileOptions): Promise<UpdateFileResult> {
  const { file, mode, scrapes } = options
  const before = await readText(file)
  const dashboard = readDashboard({ file, text: before })
  const problems: string[] = []
  const planes = await readPlanes(options, dashboard, problems)
  const thresholds = options.thresholds === undefined ? new Map() : await readThresholds(options.thresholds)
  const { catalog, source, targets } = planes
  const metrics = knownMetrics({ catalog, source, families: latestFamilies(targets), thresholds })
  for (const name of thresholds.keys()) {
    if (!metrics.some((metric) => metric.name === name)) {
      problems.push(
        `${options.thresholds}: thresholds.${name}: there is no such metric${hint(name, metrics)}`,
      )
    }
  }
  const only = options.metrics === undefined ? await unshown(planes) : asked(options.metrics, metrics)
  const { text: after, additions } = updateDashboard({ file, text: before, metrics, only })
  const isChanged = after !== before
  if (mode === 'guide') {
    const finished = readDashboard({ file, text: after })
    const page = writeGuide({ file, dashboard: finished, additions, scrape: scrapes[0] })
    return { additions, page, backup: undefined, problems }
  }
  if (mode === 'dry-run') {
    return { additions, page: unifiedDiff({ file, before, after }), backup: undefined, problems }
  }
  const backup = isChanged ? await saveWithBackup(file, { before, after }) : undefined
  return { additions, page: '', backup, problems }
}

async function readPlanes(
  { scrapes, scrapeHeaders, catalog, own, sources, dashboards, file }: UpdateFileOptions,
  dashboard: Dashboard,
  problems: string[],
): Promise<Planes> {
  const source = sources.length === 0 ? undefined : await readSource({ files: sources })
  for (const problem of source?.problems ?? []) problems.push(`${problem.file}: ${problem.reason}`)
  const planes = {
    catalog: catalog === undefined ? undefined : await declaredIn(catalog, own),
    source: source?.declared,
    targets: await Promise.all(scrapes.map((from) => readTarget(from, { headers: scrapeHeaders }))),
    dashboards: [dashboard, ...(await readOthers(dashboards, file, problems))],
    rules: [],
    prometheus: undefined,
  }
  return { ...planes, inventory: buildInventory(planes) }
}

/** A file, or by its name the catalog of this program's own service. */
async function declaredIn(catalog: string, own: OwnCatalog | undefined): Promise<Declared> {
  if (catalog !== own?.name) return declaredCatalog({ file: catalog, components: await loadCatalog(catalog) })
  return declaredCatalog({ file: own.file, components: await own.load() })
}

/** A file among the others that is no dashboard does not stop the work. */
async function readOthers(
  patterns: readonly string[],
  file: string,
  problems: string[],
): Promise<Dashboard[]> {
  const read: Dashboard[] = []
  for (const pattern of patterns) {
    const isFolder = await stat(pattern).then(
      (found) => found.isDirectory(),
      () => false,
    )
    let isEmpty = true
    for await (const other of glob(isFolder ? `${pattern}/**/*.json` : pattern)) {
      isEmpty = false
      if (resolve(other) === resolve(file)) continue
      try {
        read.push(readDashboard({ file: other, text: await readText(other) }))
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        problems.push(error.message)
      }
    }
    if (isEmpty)
      problems.push(`${pattern}: no file matches this pattern; check it, and quote it in the shell`)
  }
  return read
}

/** What the audit finds on no panel, without what a library measures for every service. */
async function unshown(planes: Planes): Promise<readonly string[]> {
  const findings = [...(await metricNoPanel.run(planes))]
  return findings.filter(({ level }) => level !== 'info').map(({ subject }) => subject)
}

function asked(names: readonly string[], metrics: readonly DeclaredMetric[]): readonly string[] {
  const unknown = names.find((name) => !metrics.some((metric) => metric.name === name))
  if (unknown === undefined) return names
  throw new UsageError(
    `--metrics ${unknown}: neither catalog, scrape nor source knows this metric${hint(unknown, metrics)}`,
  )
}

function hint(name: string, metrics: readonly DeclaredMetric[]): string {
  const found = nearest(
    name,
    metrics.map((metric) => metric.name),
  )
  return found === undefined ? '' : `; did you mean ${found}?`
}
