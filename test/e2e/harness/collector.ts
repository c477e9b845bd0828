import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { featureGates } from '../../../tools/collector/run.ts'
import { programs } from '../setup/programs.ts'
import { answers, freePort } from './network.ts'
import { type Running, startProcess } from './process.ts'

const root = join(import.meta.dirname, '../../..')

/** A file of otel/config/collector, without its ending. */
export type CollectorConfig = 'debug' | 'file' | 'otlp-http' | 'prometheus-otlp' | 'remote-write' | 'scrape'

export interface CollectorOptions {
  /** Files that are added to collector-config.yaml. @default [] */
  readonly configs?: readonly CollectorConfig[]
  /** @default {} */
  readonly env?: Readonly<Record<string, string>>
}

/** The real Collector on our own configuration, with a data folder that outlives its process. */
export class Collector implements AsyncDisposable {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'tidegauge-collector-'))
  readonly #ports: Ports
  #configs: readonly CollectorConfig[]
  #env: Readonly<Record<string, string>>
  #process: Running | undefined

  constructor(ports: Ports, { configs = [], env = {} }: CollectorOptions) {
    this.#ports = ports
    this.#configs = configs
    this.#env = env
  }

  /** Where OTLP/HTTP is taken, as OTEL_EXPORTER_OTLP_ENDPOINT wants it. */
  get otlpUrl(): string {
    return `http://127.0.0.1:${this.#ports.otlpHttp}`
  }

  get otlpGrpcUrl(): string {
    return `http://127.0.0.1:${this.#ports.otlpGrpc}`
  }

  /** `host:port` of the Prometheus endpoint. */
  get metrics(): string {
    return `127.0.0.1:${this.#ports.prometheus}`
  }

  /** `host:port` of what it says about itself. */
  get ownMetrics(): string {
    return `127.0.0.1:${this.#ports.own}`
  }

  get file(): string {
    return join(this.dataDir, 'metrics.jsonl')
  }

  /** Also after `stop` or `kill`: on the same ports and data; `configs` and `env` replace those of before. */
  async start({ configs = this.#configs, env = this.#env }: CollectorOptions = {}): Promise<void> {
    this.#configs = configs
    this.#env = env
    const files = [
      join(root, 'collector-config.yaml'),
      ...configs.map((name) => join(root, 'otel/config/collector', `${name}.yaml`)),
    ]
    this.#process = await startProcess({
      name: 'Collector',
      command: (await programs()).otelcol,
      args: [`--feature-gates=${featureGates.join()}`, ...files.flatMap((file) => ['--config', file])],
      env: { ...this.#defaults(), ...env },
      ready: () => answers(`http://127.0.0.1:${this.#ports.health}`),
    })
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
  }

  async kill(): Promise<void> {
    await this.#process?.kill()
  }

  log(): string {
    return this.#process?.log() ?? ''
  }

  memory(): number {
    return this.#process?.memory() ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  #defaults(): Record<string, string> {
    return {
      COLLECTOR_DATA: this.dataDir,
      COLLECTOR_OTLP_HTTP_PORT: String(this.#ports.otlpHttp),
      COLLECTOR_OTLP_GRPC_PORT: String(this.#ports.otlpGrpc),
      COLLECTOR_PROMETHEUS_PORT: String(this.#ports.prometheus),
      COLLECTOR_HEALTH_PORT: String(this.#ports.health),
      COLLECTOR_OWN_METRICS_PORT: String(this.#ports.own),
      COLLECTOR_RELAY_PORT: String(this.#ports.relay),
    }
  }
}

type Ports = Readonly<Record<'otlpHttp' | 'otlpGrpc' | 'prometheus' | 'health' | 'own' | 'relay', number>>

export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const names = ['otlpHttp', 'otlpGrpc', 'prometheus', 'health', 'own', 'relay'] as const
  const ports = await Promise.all(names.map(async (name) => [name, await freePort()] as const))
  const started = new Collector(Object.fromEntries(ports) as Ports, options)
  await started.start()
  return started
}
