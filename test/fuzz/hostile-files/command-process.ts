import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMsOf } from './process-time.ts'
import type { Ended, Job } from './runner.ts'
import { maxCpuMs } from './verdict.ts'

/** How often a command is looked at, and what it may take: on the processor, and by the clock where that has much else to do. */
const watch = { everyMs: 500, cpuMs: maxCpuMs * 1.5, wallMs: 600_000 }

/** A process that runs commands, replaced when one of them ends it. */
export class CommandProcess {
  readonly #home: string
  #process: ChildProcess | undefined

  constructor(home: string) {
    this.#home = home
  }

  /** @returns how it ended, or why it did not. */
  async run(job: Job): Promise<Ended | string> {
    const child = this.#process ?? (await this.#start())
    const stop = new AbortController()
    try {
      child.send(job)
      return await Promise.race([
        once(child, 'message', stop).then(([ended]) => ended as Ended),
        once(child, 'exit', stop).then(([code, signal]) => this.#gone(`the process died: ${signal ?? code}`)),
        this.#hang(child, stop.signal),
      ])
    } finally {
      stop.abort()
    }
  }

  /** Ends a process that does not come to an end. @returns what it has taken. */
  async #hang({ pid }: ChildProcess, signal: AbortSignal): Promise<string> {
    const [begunMs, before] = [performance.now(), cpuMsOf(pid)]
    for (;;) {
      await sleep(watch.everyMs, undefined, { signal })
      const [wallMs, cpuMs] = [performance.now() - begunMs, cpuMsOf(pid) - before]
      if (wallMs < watch.wallMs && cpuMs < watch.cpuMs) continue
      // Not waited for, so that this is what is told, and not that the process died.
      void this.renew()
      return `no end after ${Math.round(cpuMs / 1000)} s on the processor, ${Math.round(wallMs / 1000)} s by the clock`
    }
  }

  /** Ends the process; the next command begins in another. */
  async renew(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.renew()
  }

  async #start(): Promise<ChildProcess> {
    const { PATH, HOME, TMPDIR } = process.env
    const child = fork(new URL('runner.ts', import.meta.url), {
      cwd: this.#home,
      env: { PATH, HOME, TMPDIR },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const stop = new AbortController()
    await Promise.race([
      once(child, 'message', stop),
      once(child, 'exit', stop).then(([code, signal]) => {
        throw new Error(`the process that runs commands ended with ${signal ?? code} before it was ready`)
      }),
    ]).finally(() => stop.abort())
    this.#process = child
    return child
  }

  #gone(why: string): string {
    this.#process = undefined
    return why
  }
}
