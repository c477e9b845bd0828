import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers, freePort, getJson, request } from './network.ts'
import type { Pds } from './pds.ts'
import { type Running, startProcess } from './process.ts'
import { pages } from './truth.ts'

const main = join(import.meta.dirname, '../../../src/main.ts')

export interface TidegaugeOptions {
  /** The network it follows; its embedded one when none is given. */
  readonly pds?: Pick<Pds, 'url' | 'plc'>
  /** @default one of its own, which is removed in the end */
  readonly dataDir?: string
  /** @default [] */
  readonly args?: readonly string[]
  /** @default {} */
  readonly env?: Readonly<Record<string, string>>
}

export interface ServedRecord {
  readonly uri: string
  readonly cid: string
  readonly rev: string
  readonly value: unknown
  /** In base64, where the value cannot be shown as JSON. */
  readonly bytes?: string
}

/** The service, started as `npm start` starts it, with a data folder that outlives its process. */
export class Tidegauge implements AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  /** `host:port` of the metrics. */
  readonly metrics: string
  readonly #options: TidegaugeOptions
  #process: Running | undefined
  #logs = ''

  constructor(port: number, metricsPort: number, options: TidegaugeOptions) {
    this.url = `http://127.0.0.1:${port}`
    this.metrics = `127.0.0.1:${metricsPort}`
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tidegauge-data-'))
    this.#options = options
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  /** Whether its process has ended, by itself or not. */
  get ended(): boolean {
    return this.#process?.ended ?? true
  }

  get database(): string {
    return join(this.dataDir, 'tidegauge.db')
  }

  /** Also after `stop` or `kill`: on the same ports and data, with what is given here in place of the first options. */
  async start({ env, args }: Pick<TidegaugeOptions, 'env' | 'args'> = {}): Promise<void> {
    const { pds, args: usualArgs = [], env: usualEnv } = this.#options
    const network = pds ? ['--relay', pds.url, '--plc', pds.plc, '--allow-loopback'] : []
    const ports = ['--port', new URL(this.url).port, '--metrics-port', this.metrics.split(':')[1] ?? '']
    this.#process = await startProcess({
      name: 'tidegauge',
      command: process.execPath,
      args: [main, 'serve', '--data', this.dataDir, ...ports, ...network, ...(args ?? usualArgs)],
      env: env ?? usualEnv,
      ready: () => answers(`${this.url}/health`),
    })
  }

  /** Ends it at once, as `kill -9` does. */
  async kill(): Promise<void> {
    await this.#process?.kill()
    this.#logs = this.log()
  }

  async stop(): Promise<number | NodeJS.Signals> {
    const code = (await this.#process?.stop()) ?? 0
    this.#logs = this.log()
    return code
  }

  /** What all its processes wrote. */
  log(): string {
    return this.#logs + (this.#process?.log() ?? '')
  }

  memory(): number {
    return this.#process?.memory() ?? 0
  }

  get<Answer>(path: string): Promise<Answer> {
    return getJson(this.url + path)
  }

  async scrape(): Promise<string> {
    return (await request(`http://${this.metrics}/metrics`)).text()
  }

  /** Calls the API. @returns the answer, whatever its status. */
  async call(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const response = await request(this.url + path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : undefined }
  }

  /** Runs a command on its data folder, with the node running or not. */
  command(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, [main, ...args, '--data', this.dataDir], (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      )
    })
  }

  record(uri: string): Promise<ServedRecord> {
    return this.get(`/records/${uri.slice('at://'.length)}`)
  }

  /** Every record of a repo that it serves, by URI. */
  async records(did: string): Promise<Map<string, ServedRecord>> {
    const page = async (cursor: object) => {
      const response = await request(`${this.url}/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ did, limit: 1000, ...cursor }),
      })
      if (!response.ok) throw new Error(`POST /query: ${response.status} ${await response.text()}`)
      return response.json() as Promise<object>
    }
    const records = new Map<string, ServedRecord>()
    for await (const record of pages<ServedRecord>(page, 'records')) records.set(record.uri, record)
    return records
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

export async function startTidegauge(options: TidegaugeOptions = {}): Promise<Tidegauge> {
  const started = new Tidegauge(await freePort(), await freePort(), options)
  await started.start()
  return started
}
