import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { programs } from '../setup/programs.ts'
import { answers, freePort, getJson } from './network.ts'
import { type Running, startProcess } from './process.ts'

export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** Anything that answers Prometheus queries. */
export class QueryApi {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async query(promql: string): Promise<Series[]> {
    const { data } = await getJson<Answer>(`${this.url}/api/v1/query?query=${encodeURIComponent(promql)}`)
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }))
  }

  /** The value of a query that gives one series. `undefined` when it gives none. */
  async number(promql: string): Promise<number | undefined> {
    const series = await this.query(promql)
    if (series.length > 1) throw new Error(`${promql} gives ${series.length} series`)
    return series[0]?.value
  }

  /** The values of a query by the value of one label. */
  async byLabel(promql: string, label: string): Promise<Record<string, number>> {
    const series = await this.query(promql)
    return Object.fromEntries(series.map(({ metric, value }) => [metric[label] ?? '', value]))
  }

  /** Every sample between two times in seconds, one list for each series. */
  async samples(selector: string, from: number, to: number): Promise<Samples[]> {
    const query = encodeURIComponent(`${selector}[${Math.ceil(to - from)}s]`)
    const { data } = await getJson<Answer>(`${this.url}/api/v1/query?query=${query}&time=${to}`)
    return data.result.map(({ metric, values = [] }) => ({
      metric,
      samples: values.map(([time, value]) => ({ time, value: Number(value) })),
    }))
  }
}

export interface Samples {
  readonly metric: Readonly<Record<string, string>>
  readonly samples: readonly { readonly time: number; readonly value: number }[]
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
    }[]
  }
}

export interface PrometheusOptions {
  /** `host:port` of what is scraped at /metrics. @default [] */
  readonly targets?: readonly string[]
  /** @default '1s' */
  readonly scrapeInterval?: string
  /** @default [] */
  readonly flags?: readonly string[]
  /** Further settings of the scrape, such as `scrape_protocols`. @default {} */
  readonly scrape?: Readonly<Record<string, unknown>>
}

export class Prometheus extends QueryApi implements AsyncDisposable {
  readonly #folder: string
  readonly #start: (port: number) => Promise<Running>
  readonly #port: number
  #process: Running | undefined

  constructor(port: number, folder: string, start: (port: number) => Promise<Running>) {
    super(`http://127.0.0.1:${port}`)
    this.#port = port
    this.#folder = folder
    this.#start = start
  }

  /** Also after `kill`: on the same port and data. */
  async start(): Promise<void> {
    this.#process = await this.#start(this.#port)
  }

  async kill(): Promise<void> {
    await this.#process?.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export async function startPrometheus({
  targets = [],
  scrapeInterval = '1s',
  flags = [],
  scrape = {},
}: PrometheusOptions = {}): Promise<Prometheus> {
  const { prometheus } = await programs()
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-prometheus-'))
  const config = {
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval },
    storage: { tsdb: { out_of_order_time_window: '1h' } },
    scrape_configs: [{ job_name: 'e2e', static_configs: [{ targets }], ...scrape }],
  }
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const started = new Prometheus(await freePort(), folder, (port) =>
    startProcess({
      name: 'Prometheus',
      command: prometheus,
      args: [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...flags,
      ],
      ready: () => answers(`http://127.0.0.1:${port}/-/ready`),
    }),
  )
  await started.start()
  return started
}

/** Runs promtool. @returns what it printed, and its exit code. */
export async function promtool(
  args: readonly string[],
  input = '',
): Promise<{ code: number; output: string }> {
  const child = spawn((await programs()).promtool, args)
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code, output: stdout + stderr }
}
