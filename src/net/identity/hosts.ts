import { Cache } from './cache.ts'
import { Pace, type PaceOptions } from './pace.ts'

type Bounds = Pick<PaceOptions, 'concurrency' | 'perSecond' | 'burst' | 'maxWaiting'>

export interface StrangerHostsOptions<Lane extends string>
  extends Pick<PaceOptions, 'now' | 'sleep' | 'signal'> {
  /** What one host may be asked. */
  readonly each: Bounds
  /** What all of them together may be asked, in each lane. */
  readonly all: Readonly<Record<Lane, Bounds>>
}

/**
 * Hosts that strangers chose: bounds what is asked of each, and of all together. Those that are expected to take long
 * have a lane of their own, so that they take no place from others.
 */
export class StrangerHosts<Lane extends string> {
  readonly #options: StrangerHostsOptions<Lane>
  readonly #lanes: ReadonlyMap<string, Pace>
  readonly #hosts = new Cache<string, Pace>(maxHosts)

  constructor(options: StrangerHostsOptions<Lane>) {
    this.#options = options
    const lanes = Object.entries<Bounds>(options.all)
    this.#lanes = new Map(lanes.map(([lane, bounds]) => [lane, this.#pace('hosts of all kinds', bounds)]))
  }

  /** @throws {RateLimitedError} when too many wait already, and what the work throws. */
  run<Result>(host: string, lane: Lane, work: () => Promise<Result>): Promise<Result> {
    let pace = this.#hosts.get(host)
    if (!pace) {
      pace = this.#pace(host, this.#options.each)
      this.#hosts.set(host, pace)
    }
    const all = this.#lanes.get(lane) as Pace
    // First its own turn, so that those who wait for a slow host take no place from others.
    return pace.run(anytime, () => all.run(anytime, work))
  }

  #pace(name: string, bounds: Bounds): Pace {
    const { now, signal, sleep } = this.#options
    return new Pace({ name, ...bounds, now, signal, ...(sleep && { sleep }) })
  }
}

const maxHosts = 10_000
const anytime = () => {}
