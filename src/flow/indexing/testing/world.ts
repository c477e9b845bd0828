import type { Search } from '../../../state/search/search.ts'
import type { RepoState, Storage } from '../../../state/storage/storage.ts'
import type { Streams } from '../../../state/streams/streams.ts'
import type { Content } from './model-host.ts'

/** The state that outlives a process. */
export interface World extends Disposable {
  readonly storage: Pick<Storage, 'repos' | 'apply' | 'held' | 'withHeld' | 'staged' | 'heldBeyond'>
  readonly search: Pick<Search, 'apply'>
  /** As a new process sees them: what was not acknowledged is delivered again. */
  streams(): Pick<Streams, 'append' | 'read' | 'readable' | 'acknowledge'>
  /** What is stored and what can be found of the only repo there is. */
  look(): Promise<{ readonly repo: RepoState | undefined; readonly content: Content }>
  found(): Promise<readonly string[] | undefined>
}

/** Kills a process at one of its durable steps, before or after it has taken effect: it never gets an answer. */
export class Fuse {
  readonly blown: Promise<void>
  #blow = () => {}
  #left: number
  readonly #takesEffect: boolean

  constructor(steps: number, takesEffect: boolean) {
    this.#left = steps
    this.#takesEffect = takesEffect
    this.blown = new Promise((resolve) => {
      this.#blow = resolve
    })
  }

  async step<Result>(work: () => Promise<Result>): Promise<Result> {
    if (--this.#left > 0) return await work()
    if (this.#left === 0 && this.#takesEffect) await work()
    this.#blow()
    return await new Promise(() => {})
  }
}
