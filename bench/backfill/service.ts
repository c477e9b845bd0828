import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'
import type { Load } from './load.ts'
import type { Watched } from './watched.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface RunningLoad extends AsyncDisposable {
  readonly load: Load
  readonly lines: Interface
  readonly pid: number | undefined
  /** Gives it a command. */
  tell(line: string): void
}

export interface LoadSize {
  readonly repos: number
  readonly records: number
  readonly rate?: number
}

/** Starts the PDS, whose files stay in a temporary folder for the next time. */
export async function startLoad(
  { repos, records, rate = 0 }: LoadSize,
  folder = join(tmpdir(), `bench-backfill-${repos}-${records}`),
): Promise<RunningLoad> {
  const args = ['bench/backfill/load.ts', folder, repos, records, rate].map(String)
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const [first] = (await once(lines, 'line')) as [string]
  return {
    load: JSON.parse(first),
    lines,
    pid: child.pid,
    tell: (line) => child.stdin.write(`${line}\n`),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

/** Tidegauge as a service, on an empty data folder. */
export interface Service extends AsyncDisposable {
  readonly url: string
  readonly pid: number | undefined
  readonly data: string
  /** The largest of what was told since `watch` was called last. */
  watch(): Peak
}

export interface Peak {
  delayMs: number
  workMs: number
  rssBytes: number
  /** The delays of each quarter of a second. */
  readonly delays: number[]
}

export async function startService(
  { url }: Load,
  flags: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<Service> {
  const data = await mkdtemp(join(tmpdir(), 'bench-backfill-data-'))
  const [port, metricsPort] = [await freePort(), await freePort()]
  const args = `serve --relay ${url} --plc ${url} --allow-loopback --data ${data} --port ${port} --metrics-port ${metricsPort} --log-level warn`
  const child = spawn(
    process.execPath,
    [...nodeFlags, '--import', './bench/backfill/watched.ts', 'src/main.ts', ...args.split(' '), ...flags],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  let peak = newPeak()
  child.on('message', ({ delayMs, workMs, rssBytes }: Watched) => {
    peak.delays.push(delayMs)
    peak.delayMs = Math.max(peak.delayMs, delayMs)
    peak.workMs = Math.max(peak.workMs, workMs)
    peak.rssBytes = Math.max(peak.rssBytes, rssBytes)
  })
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    data,
    watch() {
      const before = peak
      peak = newPeak()
      return before
    },
    async [Symbol.asyncDispose]() {
      await ended(child)
      await rm(data, { recursive: true })
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill()
  await once(child, 'exit')
}

const newPeak = (): Peak => ({ delayMs: 0, workMs: 0, rssBytes: 0, delays: [] })
