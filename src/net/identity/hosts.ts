import { Cache } from './cache.ts'
import { Pace, type PaceOptions } from './pace.ts'

type Bounds = Pick<PaceOptions, 'concurrency' | 'perSecond' | 'burst' | 'maxWaiting'>

export interface StrangerHostsOptions extends Pick<PaceOptions, 'now' | 'sleep' | 'signal'> {
  /** What one host may be asked. */
  readonly each: Bounds
  /** What all of them together may be asked. */
  readonly all: Bounds
}

/** Hosts that strangers chose: bounds what is asked of each, and of all together. */
export class StrangerHosts {
  readonly #options: StrangerHostsOptions
  readonly #all: Pace
  readonly #hosts = new Cache<string, Pace>(maxHosts)

  constructor(options: StrangerHostsOptions) {
    this.#options = options
    this.#all = this.#pace('hosts of all kinds', options.all)
  }

  /** @throws {RateLimitedError} when too many wait already, and what the work throws. */
  run<Result>(host: string, work: () => Promise<Result>): Promise<Result> {
    let pace = this.#hosts.get(host)
    if (!pace) {
      pace = this.#pace(host, this.#options.each)
      this.#hosts.set(host, pace)
    }
    // First its own turn, so that those who wait for a slow host take no place from others.
    return pace.run(anytime, () => this.#all.run(anytime, work))
  }

  #pace(name: string, bounds: Bounds): Pace {
    const { now, signal, sleep } = this.#options
    return new Pace({ name, ...bounds, now, signal, ...(sleep && { sleep }) })
  }
}

const maxHosts = 10_000
const anytime = () => {}
