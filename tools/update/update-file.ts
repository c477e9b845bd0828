import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nearest } from '@tidegauge/otel/nearest'
import { UsageError } from '@tidegauge/otel/usage-error'
import { loadNamed } from '../catalog-file/loaded-catalog.ts'
import type { OwnCatalog } from '../catalog-file/own-catalog.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import { readDashboard } from '../dashboards/read.ts'
import { readText, saveWithBackup } from '../dashboards/save.ts'
import { unifiedDiff } from '../dashboards/unified-diff.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { readInputs } from '../inputs/read-inputs.ts'
import { latestFamilies } from '../inputs/service-metrics.ts'
import { unshownMetrics } from '../inputs/unshown-metrics.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
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
 * @throws {UsageError} in one line, when an input cannot be used. The file is as it was then.
 */
export async function updateFile(options: UpdateFileOptions): Promise<UpdateFileResult> {
  const { file, mode, scrapes } = options
  const before = await readText(file)
  const dashboard = readDashboard({ file, text: before })
  const problems: string[] = []
  const inputs = await readAll(options, dashboard, problems)
  const thresholds = options.thresholds === undefined ? new Map() : await readThresholds(options.thresholds)
  const { catalog, source, targets } = inputs
  const metrics = knownMetrics({ catalog, source, families: latestFamilies(targets), thresholds })
  for (const name of thresholds.keys()) {
    if (!metrics.some((metric) => metric.name === name)) {
      problems.push(
        `${options.thresholds}: thresholds.${name}: there is no such metric${hint(name, metrics)}`,
      )
    }
  }
  const only = options.metrics === undefined ? unshown(inputs) : asked(options.metrics, metrics)
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

/**
 * Reads what there is to show, and what other dashboards show.
 *
 * @throws {UsageError} for a scrape that fails: what it would have told is the ground for what is added.
 */
async function readAll(
  { file, scrapes, scrapeHeaders, catalog, own, sources, dashboards }: UpdateFileOptions,
  dashboard: Dashboard,
  problems: string[],
): Promise<Inputs> {
  const read = await readInputs(
    {
      scrape: scrapes,
      scraping: { headers: scrapeHeaders },
      ...(catalog !== undefined && { catalog: await loadNamed(catalog, own) }),
      source: sources,
      dashboards: await Promise.all(dashboards.map(asPattern)),
    },
    (problem, of) => {
      if (of === 'scrape') throw problem
      problems.push(problem.message)
    },
  )
  const others = read.dashboards.filter((other) => resolve(other.file) !== resolve(file))
  return { ...read, dashboards: [dashboard, ...others] }
}

/** A folder stands for the dashboards in it. */
async function asPattern(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return isFolder ? `${path}/**/*.json` : path
}

/** Without what a library measures for every service. */
function unshown(inputs: Inputs): readonly string[] {
  return unshownMetrics(inputs).flatMap(({ metric, isOfRuntime }) => (isOfRuntime ? [] : [metric.name]))
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
