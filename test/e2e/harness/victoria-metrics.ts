import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianProgram } from '../setup/debian.ts'
import { answers, freePort } from './network.ts'
import { type Running, startProcess } from './process.ts'
import { QueryApi } from './query-api.ts'

export class VictoriaMetrics extends QueryApi implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tidegauge-victoria-metrics-'))
  readonly #port: number
  #process: Running | undefined

  constructor(port: number) {
    super(`http://127.0.0.1:${port}`)
    this.#port = port
  }

  /** Where remote writes go. */
  get writeUrl(): string {
    return `${this.url}/api/v1/write`
  }

  /** Also after `stop`: on the same port and data. */
  async start(): Promise<void> {
    this.#process = await startProcess({
      name: 'VictoriaMetrics',
      command: await debianProgram('victoria-metrics'),
      args: [
        `-storageDataPath=${this.#folder}`,
        `-httpListenAddr=127.0.0.1:${this.#port}`,
        // Otherwise what was just written is held back from queries for 30 s.
        '-search.latencyOffset=0s',
      ],
      ready: () => answers(`${this.url}/health`),
    })
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const started = new VictoriaMetrics(await freePort())
  await started.start()
  return started
}
