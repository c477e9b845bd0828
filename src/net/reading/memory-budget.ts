/** Memory that several readers share. */
export class MemoryBudget {
  #free: number

  constructor(bytes: number) {
    this.#free = bytes
  }

  /** @returns whether there was so much left; otherwise nothing is taken. */
  take(bytes: number): boolean {
    if (bytes > this.#free) return false
    this.#free -= bytes
    return true
  }

  give(bytes: number): void {
    this.#free += bytes
  }
}
