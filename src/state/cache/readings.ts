/**
 * Look-ups under way, each of which has to know whether what it reads may have changed meanwhile. Bounded by what is
 * under way: once a look-up or a change has ended, nothing is left of it.
 */
export class Readings {
  readonly #underWay = new Map<string, Set<Reading>>()
  /** How many changes of an owner are under way. */
  readonly #barred = new Map<string, number>()
  #everyoneBarred = 0

  /** Begins a look-up of what belongs to these owners. */
  begin(owners: readonly string[]): Reading {
    const reading = new Reading(new Set(owners), (ended) => {
      for (const owner of ended.owners) this.#leave(owner, ended)
    })
    for (const owner of reading.owners) {
      if (this.#everyoneBarred > 0 || this.#barred.has(owner)) reading.lapse(owner)
      else this.#enter(owner, reading)
    }
    return reading
  }

  /** Begins a change: what is read from before it, or while it goes on, is not current. @returns ends it. */
  bar(owners: readonly string[] | 'everyone'): () => void {
    if (owners === 'everyone') {
      this.#everyoneBarred++
      for (const owner of [...this.#underWay.keys()]) this.#lapse(owner)
      return () => {
        this.#everyoneBarred--
      }
    }
    for (const owner of owners) {
      this.#barred.set(owner, (this.#barred.get(owner) ?? 0) + 1)
      this.#lapse(owner)
    }
    return () => {
      for (const owner of owners) {
        const left = (this.#barred.get(owner) ?? 0) - 1
        if (left > 0) this.#barred.set(owner, left)
        else this.#barred.delete(owner)
      }
    }
  }

  #enter(owner: string, reading: Reading): void {
    const readings = this.#underWay.get(owner)
    if (readings === undefined) this.#underWay.set(owner, new Set([reading]))
    else readings.add(reading)
  }

  #leave(owner: string, reading: Reading): void {
    const readings = this.#underWay.get(owner)
    if (readings?.delete(reading) && readings.size === 0) this.#underWay.delete(owner)
  }

  #lapse(owner: string): void {
    for (const reading of this.#underWay.get(owner) ?? []) reading.lapse(owner)
    this.#underWay.delete(owner)
  }
}

/** One look-up. */
export class Reading {
  readonly owners: ReadonlySet<string>
  readonly #onEnd: (reading: Reading) => void
  readonly #lapsed = new Set<string>()

  constructor(owners: ReadonlySet<string>, onEnd: (reading: Reading) => void) {
    this.owners = owners
    this.#onEnd = onEnd
  }

  /** Whether nothing of the owner can have changed since it began. */
  isCurrent(owner: string): boolean {
    return !this.#lapsed.has(owner)
  }

  lapse(owner: string): void {
    this.#lapsed.add(owner)
  }

  end(): void {
    this.#onEnd(this)
  }
}
