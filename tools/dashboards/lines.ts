/** The lines of a text, found by halving; their beginnings are looked for at the first question. */
export class Lines {
  readonly #text: string
  #starts: number[] | undefined
  /** Beginnings of the first lines, to which the others are added. */
  readonly #first: number[]

  private constructor(text: string, first: number[]) {
    this.#text = text
    this.#first = first
  }

  static of(text: string): Lines {
    return new Lines(text, [0])
  }

  /** Line of an offset, beginning at 1. */
  lineOf(offset: number): number {
    const starts = this.#all()
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  /** Lines of another text, whose first `same` characters are those of this one. */
  continued(text: string, same: number): Lines {
    return new Lines(text, this.#all().slice(0, this.lineOf(same)))
  }

  #all(): readonly number[] {
    if (this.#starts === undefined) {
      const starts = this.#first
      let at = this.#text.indexOf('\n', starts.at(-1))
      for (; at !== -1; at = this.#text.indexOf('\n', at + 1)) starts.push(at + 1)
      this.#starts = starts
    }
    return this.#starts
  }
}
