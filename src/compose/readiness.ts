import type { Readiness as Parts, Trouble } from '../edge/http/status.ts'
import { type Clock, steadyClock } from '../model/clock.ts'
import type { Fault, FindFault } from '../model/fault.ts'
import type { Log } from '../model/log.ts'
import { sleepUnlessAborted } from '../model/repeat.ts'

export interface Check {
  readonly find: FindFault
  /** Whether what is found is logged where it happens. @default false */
  readonly isLogged?: boolean
}

export interface ReadinessOptions {
  /** By the name of the part that they look at. Each is cheap, and may be called once a second. */
  readonly checks: Readonly<Record<string, Check>>
  readonly log: Log
  /** How often it looks while nobody asks, in ms. @default 5000 */
  readonly everyMs?: number
  /** And while something does not work. @default 1000 */
  readonly everyFailingMs?: number
  /** How long a check may take, in ms, before that is a fault. @default 2000 */
  readonly timeoutMs?: number
  /** How long what was found is good for those who ask, in ms. @default 250 */
  readonly freshMs?: number
  /** @default steadyClock */
  readonly now?: Clock
}

/** Whether each part of the service works: looked at again and again, and logged when that changes. */
export class Readiness {
  readonly #options: Required<ReadinessOptions>
  readonly #troubles = new Map<string, Trouble>()
  #looking: Promise<void> | undefined
  #lookedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: ReadinessOptions) {
    this.#options = {
      everyMs: 5000,
      everyFailingMs: 1000,
      timeoutMs: 2000,
      freshMs: 250,
      now: steadyClock,
      ...options,
    }
  }

  /** What each part is now. Many who ask share one look. */
  async parts(): Promise<Parts> {
    if (performance.now() - this.#lookedAtMs >= this.#options.freshMs) await this.#look()
    const names = Object.keys(this.#options.checks)
    return Object.fromEntries(names.map((name) => [name, this.#troubles.get(name) ?? 'ok']))
  }

  /** Looks until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look()
      const { everyMs, everyFailingMs } = this.#options
      await sleepUnlessAborted(this.#troubles.size > 0 ? everyFailingMs : everyMs, signal)
    }
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined
      this.#lookedAtMs = performance.now()
    })
    return this.#looking
  }

  async #lookAtAll(): Promise<void> {
    const checks = Object.entries(this.#options.checks)
    await Promise.all(checks.map(async ([name, check]) => this.#note(name, check, await this.#find(check))))
  }

  /** Never rejects: what cannot be looked at does not work. */
  async #find({ find }: Check): Promise<Fault | undefined> {
    const { timeoutMs } = this.#options
    const timeout = new AbortController()
    const late = sleepUnlessAborted(timeoutMs, timeout.signal).then(
      (): Fault => ({ reason: `it does not answer within ${timeoutMs / 1000} s`, mend: hangingMend }),
    )
    try {
      return await Promise.race([Promise.resolve().then(find), late])
    } catch (error) {
      return { reason: String(error), mend: 'the log says more; restart if it stays' }
    } finally {
      timeout.abort()
    }
  }

  #note(name: string, { isLogged = false }: Check, fault: Fault | undefined): void {
    const { log, now } = this.#options
    const before = this.#troubles.get(name)
    if (fault === undefined) {
      if (before === undefined) return
      this.#troubles.delete(name)
      const seconds = Math.max(0, Math.round((now() - before.sinceMs) / 1000))
      if (!isLogged) log.info(`${name} works again`, { afterSeconds: seconds })
      return
    }
    this.#troubles.set(name, { ...fault, sinceMs: before?.sinceMs ?? fault.sinceMs ?? now() })
    const { reason, mend } = fault
    if (before === undefined && !isLogged) log.error(`${name} does not work`, { reason, mend })
  }
}

const hangingMend = 'what it waits for hangs: the disk, or a file system over the network'
