import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type FaultyHost, type HostFault, startFaultyDirectory } from './faulty-host.ts'
import { type Fault as EventFault, type FaultyRelay, startFaultyRelay } from './faulty-relay.ts'
import { hurriedRules } from './hurried-rules.ts'
import { type Load, startLoad } from './load.ts'
import { askAllTheWhile } from './observed.ts'
import { type Pds, startPds } from './pds.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'
import { createRandom, type Random } from './random.ts'
import { startTidegauge, type Tidegauge } from './tidegauge.ts'

/** A fault, the alerts that are there for it, and what it does. What it leaves on the stack is undone at its end. */
export interface Fault {
  readonly is: string
  readonly fires: readonly string[]
  readonly provoke: (stack: AsyncDisposableStack) => Promise<void> | void
}

export interface AlertStageOptions {
  /** Bounds of size, which a test does not reach, as a user sets them. */
  readonly sizes: Parameters<typeof hurriedRules>[0]
  readonly args: readonly string[]
}

/** A service under traffic, everything between it and the network that can be faulty, and the alerts on it. */
export class AlertStage implements AsyncDisposable {
  readonly random: Random = createRandom()
  readonly pds: Pds
  /** The relay; and where the directory says that the repos are. */
  readonly relay: FaultyRelay
  readonly directory: FaultyHost
  readonly service: Tidegauge
  readonly prometheus: Prometheus
  readonly #folder: string
  readonly #everything: AsyncDisposableStack
  #load: Load

  private constructor(parts: Parts) {
    this.pds = parts.pds
    this.relay = parts.relay
    this.directory = parts.directory
    this.service = parts.service
    this.prometheus = parts.prometheus
    this.#folder = parts.folder
    this.#everything = parts.everything
    this.#load = parts.load
    this.#everything.defer(() => this.#load[Symbol.asyncDispose]())
    this.#everything.use(askAllTheWhile(this.service, this.random))
    console.log(`E2E_SEED=${this.random.seed}`)
  }

  static async start({ sizes, args }: AlertStageOptions): Promise<AlertStage> {
    await using everything = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'tidegauge-alerts-'))
    everything.defer(() => rmSync(folder, { recursive: true, force: true }))
    const pds = everything.use(await startPds())
    const relay = everything.use(await startFaultyRelay(pds.url))
    const directory = everything.use(await startFaultyDirectory(pds.plc, pds.url, relay.url))
    const network = { url: relay.url, plc: directory.url }
    const service = everything.use(await startTidegauge({ pds: network, args }))
    const job = (name: string, interval: string) => ({
      job_name: name,
      scrape_interval: interval,
      scrape_timeout: interval,
      file_sd_configs: [{ files: [`${folder}/${name}.json`], refresh_interval: '1s' }],
      relabel_configs: [{ target_label: 'job', replacement: 'tidegauge' }],
    })
    writeTargets(folder, 'quick', [service.metrics])
    writeTargets(folder, 'calm', [])
    writeTargets(folder, 'patient', [])
    const prometheus = everything.use(
      await startPrometheus({
        jobs: [job('quick', '1s'), job('calm', '2s'), job('patient', '4s')],
        rules: hurriedRules(sizes),
      }),
    )
    const load = await startLoad(pds, writing)
    const parts = { pds, relay, directory, service, prometheus, load, folder }
    return new AlertStage({ ...parts, everything: everything.move() })
  }

  /** The alerts that fire now. */
  async firing(): Promise<string[]> {
    const alerts = await this.prometheus.query('ALERTS{alertstate="firing"}')
    return [...new Set(alerts.map(({ metric }) => metric.alertname ?? ''))]
  }

  /** Has Prometheus scrape other addresses in a job. It reads the file anew when it changes; it must never see half of it. */
  targets(job: 'quick' | 'calm' | 'patient', addresses: readonly string[]): void {
    writeTargets(this.#folder, job, addresses)
  }

  /** Stops the PDS, and what writes there. */
  async withoutPds(stack: AsyncDisposableStack): Promise<void> {
    await this.#load.end()
    await this.pds.stop()
    stack.defer(async () => {
      await this.pds.start()
      this.#load = await startLoad(this.pds, writing)
    })
  }

  /** Has new accounts write. */
  async newcomers(stack: AsyncDisposableStack, accounts: number): Promise<void> {
    stack.use(await startLoad(this.pds, { ...writing, random: createRandom(), accounts }))
  }

  eventFault(stack: AsyncDisposableStack, fault: EventFault): void {
    this.relay.fault = fault
    stack.defer(() => {
      this.relay.fault = undefined
    })
  }

  hostFault(stack: AsyncDisposableStack, host: FaultyHost, fault: HostFault): void {
    host.fault = fault
    stack.defer(() => {
      host.fault = undefined
    })
  }

  /** What has gone wrong in the data is mended by reading everything again. */
  anew(stack: AsyncDisposableStack): void {
    stack.defer(async () => {
      this.relay.fault = undefined
      this.relay.host.fault = undefined
      await this.startAnew()
    })
  }

  /** Starts the service with no data, and with other arguments where they are given. */
  async startAnew(args?: readonly string[]): Promise<void> {
    await this.service.stop()
    rmSync(this.service.dataDir, { recursive: true })
    await this.service.start(args && { args })
  }

  /** A second connection to the database, as of somebody who meddles with it. */
  database(stack: AsyncDisposableStack): DatabaseSync {
    const other = new DatabaseSync(this.service.database, { timeout: 10_000 })
    stack.defer(() => other.close())
    return other
  }

  async restart(stack: AsyncDisposableStack, env: Record<string, string>): Promise<void> {
    await this.service.stop()
    await this.service.start({ env })
    stack.defer(async () => {
      await this.service.stop()
      await this.service.start()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#everything.disposeAsync()
  }
}

interface Parts extends Pick<AlertStage, 'pds' | 'relay' | 'directory' | 'service' | 'prometheus'> {
  readonly folder: string
  readonly everything: AsyncDisposableStack
  readonly load: Load
}

const writing = { random: createRandom(), accounts: 3, pauseMs: 300 }

function writeTargets(folder: string, job: string, addresses: readonly string[]): void {
  const file = join(folder, `${job}.json`)
  writeFileSync(`${file}.new`, JSON.stringify([{ targets: addresses }]))
  renameSync(`${file}.new`, file)
}

/** The flag of Node for code that runs inside of the service. */
export function imported(code: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(code)}`
}
