import { UsageError } from '@tidegauge/otel/usage-error'
import { declaredCatalog } from '../catalog/declared-catalog.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import { readDashboard } from '../dashboards/read.ts'
import { expandFiles } from '../files/expand-files.ts'
import { isUrl } from '../files/http-text.ts'
import { readTextFile } from '../files/text-file.ts'
import { buildInventory } from '../metrics/build-inventory.ts'
import type { Declared } from '../metrics/declared-metric.ts'
import { throughViews } from '../metrics/through-views.ts'
import { isRuleTest, readRules } from '../rules/read.ts'
import type { RuleFile } from '../rules/rule-file.ts'
import type { Target } from '../scrape/scrape.ts'
import { readTarget, type TargetOptions } from '../scrape/target.ts'
import { type ConnectedPrometheus, connectPrometheus } from '../server/client.ts'
import { PrometheusError } from '../server/prometheus-error.ts'
import { type CatalogToExpect, type Expected, expectedFrom } from './expected.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { Planes } from './planes.ts'

/** What to look at; what is left out is not looked at. */
export interface PlaneOptions {
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
  /** What is declared, the file that says so, which findings name, and how its dashboards and rules are to be. */
  readonly catalog?: CatalogToExpect
  /** Files, folders and patterns of source code. @default [] */
  readonly source?: readonly string[]
  /** From what on cardinality counts as too high. */
  readonly limits?: Partial<Limits>
}

export interface ReadPlanes {
  readonly planes: Planes
  /** What could not be read, a line each, in the order in which it was met. */
  readonly problems: readonly string[]
}

/** Reads everything that was asked for. What cannot be read becomes a problem; the others are read all the same. */
export async function readPlanes(options: PlaneOptions): Promise<ReadPlanes> {
  const problems: string[] = []
  const onProblem = (error: unknown) => {
    if (!isForeseen(error)) throw error
    problems.push(error.message)
  }
  const connecting = connect(options, onProblem)
  const [targets, prometheus] = [await readTargets(options, onProblem), await connecting]
  const catalog = options.catalog && declaredCatalog(options.catalog)
  const source = await readDeclaredSource(options.source ?? [], problems)
  const read = {
    catalog,
    source: source && throughViews(source, catalog),
    targets,
    dashboards: await readDashboards(options.dashboards ?? [], onProblem),
    rules: await readRuleFiles(options.rules ?? [], onProblem),
    prometheus,
    limits: { ...defaultLimits, ...options.limits },
  }
  const expected = await readExpected(options, read, onProblem)
  const server = prometheus && (await serverMetrics(prometheus, onProblem))
  return { planes: { ...read, expected, inventory: buildInventory(read, server) }, problems }
}

type OnProblem = (error: unknown) => void

/** What the world may do wrong, as against a mistake in this program. */
export function isForeseen(error: unknown): error is Error {
  return error instanceof UsageError || error instanceof PrometheusError
}

async function readExpected(
  { catalog }: PlaneOptions,
  read: Pick<Planes, 'dashboards' | 'rules'>,
  onProblem: OnProblem,
): Promise<Expected | undefined> {
  if (catalog === undefined || read.dashboards.length + read.rules.length === 0) return undefined
  try {
    return await expectedFrom({ ...read, catalog })
  } catch (error) {
    onProblem(error)
    return undefined
  }
}

async function connect(
  { prometheus, prometheusHeaders = {} }: PlaneOptions,
  onProblem: OnProblem,
): Promise<ConnectedPrometheus | undefined> {
  if (prometheus === undefined) return undefined
  try {
    return await connectPrometheus({ url: prometheus, headers: prometheusHeaders })
  } catch (error) {
    onProblem(error)
    return undefined
  }
}

/** Names of the last day: what is older has been lost, or was renamed. */
async function serverMetrics(prometheus: ConnectedPrometheus, onProblem: OnProblem) {
  try {
    const to = new Date()
    const from = new Date(to.getTime() - 24 * 3_600_000)
    const [names, metadata] = await Promise.all([
      prometheus.labelValues('__name__', { from, to }),
      prometheus.metadata(),
    ])
    return { names, metadata }
  } catch (error) {
    onProblem(error)
    return undefined
  }
}

async function readTargets(
  { scrape = [], scraping = {} }: PlaneOptions,
  onProblem: OnProblem,
): Promise<readonly Target[]> {
  const read = await Promise.all(
    scrape.map(async (given) => {
      const list = typeof given === 'string' ? [given] : given
      const urls = list.filter(isUrl)
      const files = await expandFiles(
        list.filter((one) => !isUrl(one)),
        onProblem,
      )
      const targets = await Promise.all(
        [...urls, ...files.map(({ file }) => file)].map((from) =>
          readTarget(from, scraping).catch((error) => onProblem(error)),
        ),
      )
      const scraped = targets.filter((target) => target !== undefined)
      return [...scraped.filter(({ url }) => isUrl(url)), ...inTime(scraped.filter(({ url }) => !isUrl(url)))]
    }),
  )
  return read.flat()
}

/** Files of one list are one target, which is called by the latest. */
function inTime(targets: readonly Target[]): readonly Target[] {
  const last = targets.at(-1)
  return last ? [{ url: last.url, scrapes: targets.flatMap(({ scrapes }) => scrapes) }] : []
}

/** No dashboard or rule file is larger. */
const maxBytes = 32 * 1024 * 1024

async function readDashboards(given: readonly string[], onProblem: OnProblem): Promise<readonly Dashboard[]> {
  return readFiles(given, onProblem, (file, text) => readDashboard({ file, text }))
}

async function readRuleFiles(given: readonly string[], onProblem: OnProblem): Promise<readonly RuleFile[]> {
  return readFiles(given, onProblem, (file, text, isPattern) =>
    isPattern && isRuleTest(text) ? undefined : readRules({ file, text }),
  )
}

async function readFiles<Content>(
  given: readonly string[],
  onProblem: OnProblem,
  read: (file: string, text: string, isPattern: boolean) => Content | undefined,
): Promise<readonly Content[]> {
  const contents: Content[] = []
  for (const { file, isPattern } of await expandFiles(given, onProblem)) {
    try {
      const content = read(file, await readTextFile(file, { maxBytes }), isPattern)
      if (content !== undefined) contents.push(content)
    } catch (error) {
      onProblem(error)
    }
  }
  return contents
}

async function readDeclaredSource(
  files: readonly string[],
  problems: string[],
): Promise<Declared | undefined> {
  if (files.length === 0) return undefined
  // The grammars are megabytes of WebAssembly: loaded only for those who give source.
  const { readSource } = await import('../source/read-source.ts')
  const read = await readSource({ files })
  problems.push(...read.problems.map(({ file, reason }) => `${file}: ${reason}`))
  return read.declared
}
