import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessOptions {
  /** What messages call it. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Asked until it answers true; a rejection counts as false. */
  readonly ready: () => Promise<boolean>
  /** @default 30_000 */
  readonly readyMs?: number
}

/** Where all of them write. */
const logs = mkdtempSync(join(tmpdir(), 'tidegauge-logs-'))
let count = 0

/** A program in a process group of its own, which ends with the test however the test ends. */
export class Running implements AsyncDisposable {
  readonly name: string
  readonly exited: Promise<number | NodeJS.Signals>
  readonly #child: ChildProcess
  readonly #log = join(logs, `${++count}.log`)
  #ended = false

  constructor({ name, command, args, env }: Omit<ProcessOptions, 'ready'>) {
    this.name = name
    const log = openSync(this.#log, 'a')
    this.#child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    })
    closeSync(log)
    this.exited = new Promise((resolve) => {
      this.#child.on('error', () => resolve(127))
      this.#child.on('exit', (code, signal) => resolve(signal ?? code ?? 0))
    })
    this.exited.then((how) => {
      this.#ended = true
      lastLines.push(`--- ${this.name} ended with ${how}; its last lines:\n${this.lastLines()}`)
      running.delete(this)
    })
    running.add(this)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get ended(): boolean {
    return this.#ended
  }

  /** What it has written, both streams together. */
  log(): string {
    return readFileSync(this.#log, 'utf8')
  }

  lastLines(): string {
    return this.log().trim().split('\n').slice(-20).join('\n')
  }

  /** Signals the whole group. */
  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal)
    } catch {
      // It has ended already.
    }
  }

  /** Ends it at once, as a power failure would, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.exited
  }

  /** Asks it to end, and ends it when it has not after 15 s. @returns its exit code or the signal that ended it. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.signal('SIGTERM')
    await Promise.race([this.exited, sleep(15_000, undefined, { ref: false })])
    this.signal('SIGKILL')
    return this.exited
  }

  /** Resident memory in bytes. */
  memory(): number {
    const pages = readFileSync(`/proc/${this.pid}/statm`, 'utf8').split(' ')[1]
    return Number(pages) * 4096
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** Starts a program and waits until it is ready. @throws {Error} with the end of its log when it does not get there. */
export async function startProcess(options: ProcessOptions): Promise<Running> {
  const started = new Running(options)
  const { name, ready, readyMs = 30_000 } = options
  const deadline = Date.now() + readyMs
  while (!(await ready().catch(() => false))) {
    if (started.ended || Date.now() > deadline) {
      const how = started.ended ? `ended with ${await started.exited}` : `was not ready after ${readyMs} ms`
      await started.kill()
      throw new Error(`${name} ${how}:\n${started.lastLines()}`)
    }
    await sleep(50)
  }
  return started
}

const running = new Set<Running>()

/** How each process ended, for a failure that is only known when all is over. */
const lastLines: string[] = []

// A test file that ends early, by a failure in a hook or by Ctrl-C, leaves nothing behind.
process.on('exit', (code) => {
  for (const started of running) {
    started.signal('SIGKILL')
    lastLines.push(`--- ${started.name} was running; its last lines:\n${started.lastLines()}`)
  }
  if (code !== 0) console.log(lastLines.join('\n'))
  rmSync(logs, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
