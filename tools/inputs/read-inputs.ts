import { UsageError } from '@tidegauge/otel/usage-error'
import { declaredCatalog } from '../catalog-file/declared-catalog.ts'
import type { LoadedCatalog } from '../catalog-file/loaded-catalog.ts'
import { buildInventory } from '../metrics/build-inventory.ts'
import type { Declared } from '../metrics/declared-metric.ts'
import { throughViews } from '../metrics/through-views.ts'
import type { TargetOptions } from '../scrape/target.ts'
import { PrometheusError } from '../server/prometheus-error.ts'
import type { Inputs } from './inputs.ts'
import { readDashboards, readRuleFiles } from './read-files.ts'
import { connect, serverMetrics } from './read-prometheus.ts'
import { readTargets } from './read-targets.ts'

/** What to read; what is left out is not looked at. */
export interface InputOptions {
  /** URLs, files and patterns. The files of one list are scrapes of one target, in order of time. @default [] */
  readonly scrape?: readonly (string | readonly string[])[]
  /** How each URL is scraped. */
  readonly scraping?: TargetOptions
  /** Files and patterns of Grafana dashboards. @default [] */
  readonly dashboards?: readonly string[]
  /** Files and patterns of Prometheus rules. @default [] */
  readonly rules?: readonly string[]
  /** Address of a Prometheus HTTP API. */
  readonly prometheus?: string
  /** Sent to it with each request. @default {} */
  readonly prometheusHeaders?: Readonly<Record<string, string>>
  /** What is declared, and the file that says so, which findings name. */
  readonly catalog?: LoadedCatalog
  /** Files, folders and patterns of source code. @default [] */
  readonly source?: readonly string[]
}

/** Is told what cannot be read; the rest is read all the same, unless it throws. */
export type OnProblem = (
  problem: Error,
  of: 'scrape' | 'dashboards' | 'rules' | 'prometheus' | 'source',
) => void

/**
 * Reads everything that was asked for.
 *
 * @param onProblem is told of each input that cannot be read, in the order in which it was met.
 */
export async function readInputs(options: InputOptions, onProblem: OnProblem): Promise<Inputs> {
  const { scrape = [], scraping = {}, dashboards = [], rules = [], source: files = [] } = options
  const refuse = (of: Parameters<OnProblem>[1]) => (error: unknown) => {
    if (!isForeseen(error)) throw error
    onProblem(error, of)
  }
  const connecting = connect(options.prometheus, options.prometheusHeaders ?? {}, refuse('prometheus'))
  const [targets, prometheus] = [await readTargets(scrape, scraping, refuse('scrape')), await connecting]
  const catalog = options.catalog && declaredCatalog(options.catalog)
  const source = await readDeclaredSource(files, refuse('source'))
  const read = {
    catalog,
    source: source && throughViews(source, catalog),
    targets,
    dashboards: await readDashboards(dashboards, refuse('dashboards')),
    rules: await readRuleFiles(rules, refuse('rules')),
    prometheus,
  }
  const server = prometheus && (await serverMetrics(prometheus, refuse('prometheus')))
  return { ...read, inventory: buildInventory(read, server) }
}

/** What the world may do wrong, as against a mistake in this program. */
export function isForeseen(error: unknown): error is Error {
  return error instanceof UsageError || error instanceof PrometheusError
}

async function readDeclaredSource(
  files: readonly string[],
  onProblem: (problem: UsageError) => void,
): Promise<Declared | undefined> {
  if (files.length === 0) return undefined
  // The grammars are megabytes of WebAssembly: loaded only for those who give source.
  const { readSource } = await import('../source/read-source.ts')
  const { declared, problems } = await readSource({ files })
  for (const { file, reason } of problems) onProblem(new UsageError(`${file}: ${reason}`))
  return declared
}
