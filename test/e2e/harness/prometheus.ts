import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { programs } from '../setup/programs.ts'
import { answers, freePort } from './network.ts'
import { type Running, startProcess } from './process.ts'
import { QueryApi } from './query-api.ts'

export interface PrometheusOptions {
  /** `host:port` of what is scraped at /metrics. @default [] */
  readonly targets?: readonly string[]
  /** @default '1s' */
  readonly scrapeInterval?: string
  /** @default [] */
  readonly flags?: readonly string[]
  /** Further settings of the scrape, such as `scrape_protocols`. @default {} */
  readonly scrape?: Readonly<Record<string, unknown>>
  /** Scrapes beside that of `targets`, each with its `job_name`. @default [] */
  readonly jobs?: readonly Readonly<Record<string, unknown>>[]
  /** Texts of rule files. @default [] */
  readonly rules?: readonly string[]
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
  jobs = [],
  rules = [],
}: PrometheusOptions = {}): Promise<Prometheus> {
  const { prometheus } = await programs()
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-prometheus-'))
  const config = {
    global: {
      scrape_interval: scrapeInterval,
      scrape_timeout: scrapeInterval,
      evaluation_interval: scrapeInterval,
    },
    rule_files: rules.map((_, index) => `${folder}/rules-${index}.yaml`),
    storage: { tsdb: { out_of_order_time_window: '1h' } },
    scrape_configs: [{ job_name: 'e2e', static_configs: [{ targets }], ...scrape }, ...jobs],
  }
  for (const [index, text] of rules.entries()) writeFileSync(join(folder, `rules-${index}.yaml`), text)
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
