import type { Ending } from './queue.ts'

interface Waiting {
  readonly ending: Ending
  readonly resolve: (isEnded: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Jobs that end in the same turn of the event loop, each by itself, and are committed together: a commit takes longer
 * than what it holds.
 */
export class SharedCommit {
  readonly #end: (endings: readonly Ending[]) => readonly boolean[]
  #waiting: Waiting[] = []

  /** @param end ends several jobs in one transaction, or throws and ends none. */
  constructor(end: (endings: readonly Ending[]) => readonly boolean[]) {
    this.#end = end
  }

  /** Resolves once the job has ended, with what `end` says of it. Where it alone fails, it alone rejects. */
  add(ending: Ending): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ ending, resolve, reject }) === 1) setImmediate(() => this.#commit())
    })
  }

  #commit(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let at = 0; at < waiting.length; at += most) this.#commitSome(waiting.slice(at, at + most))
  }

  #commitSome(waiting: readonly Waiting[]): void {
    try {
      const ended = this.#end(waiting.map(({ ending }) => ending))
      for (const [at, { resolve }] of waiting.entries()) resolve(ended[at] === true)
    } catch (error) {
      if (waiting.length === 1) waiting[0]?.reject(error)
      // One of them may be what fails; the others have a transaction of their own then.
      else for (const one of waiting) this.#commitSome([one])
    }
  }
}

/** More take a transaction too long for those who wait for their turn. */
const most = 100
