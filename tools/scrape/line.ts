/** A line that the format does not allow; its message says what was expected. */
export class MalformedLine extends Error {
  override readonly name = 'MalformedLine'
}

const [quote, backslash, brace, closing, comma, equals, space, tab, hash] = [...'"\\{},= \t#'].map((one) =>
  one.charCodeAt(0),
)

/** Reads one line of an exposition, from `from` up to `to` of a text; nothing but what is kept is copied. */
export class LineReader {
  readonly #text: string
  readonly #to: number
  #at: number

  constructor(text: string, from: number, to: number) {
    this.#text = text
    this.#at = from
    this.#to = to
  }

  /** @returns undefined for a comment that means nothing, `# EOF` included. */
  comment(): { keyword: 'HELP' | 'TYPE' | 'UNIT'; name: string; rest: string } | undefined {
    const keyword = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+/.exec(this.#text.slice(this.#at, this.#at + 80))
    if (keyword === null) return undefined
    this.#at += keyword[0].length
    const name = this.#is(quote) ? this.#quoted() : this.#bare('the name of a metric')
    this.#blanks()
    const rest = this.#text.slice(this.#at, this.#to)
    return {
      keyword: keyword[1] as 'HELP',
      name,
      rest: keyword[1] === 'HELP' ? unescaped(rest) : rest.trim(),
    }
  }

  sample(): { name: string; labels: ReadonlyMap<string, string>; value: number; hasTime: boolean } {
    const labels = new Map<string, string>()
    let name = this.#is(brace) ? '' : this.#bare('the name of a metric')
    this.#blanks()
    if (this.#is(brace)) name = this.#labels(labels) ?? name
    if (name === '') throw new MalformedLine('a sample has no name')
    this.#blanks()
    const value = this.#number()
    this.#blanks()
    const hasTime = this.#at < this.#to && !this.#is(hash)
    if (hasTime) {
      this.#timestamp()
      this.#blanks()
    }
    if (this.#at < this.#to && !this.#is(hash))
      throw new MalformedLine(`${shown(this.#text.slice(this.#at, this.#to))} stands after the sample`)
    return { name, labels, value, hasTime }
  }

  /** @returns the name of the metric, where it stands quoted among the labels. */
  #labels(labels: Map<string, string>): string | undefined {
    let name: string | undefined
    this.#at++
    for (;;) {
      this.#blanks()
      if (this.#is(closing)) break
      const isQuoted = this.#is(quote)
      const label = isQuoted ? this.#quoted() : this.#bare('the name of a label')
      this.#blanks()
      if (isQuoted && !this.#is(equals)) {
        if (name !== undefined) throw new MalformedLine('the sample has two names')
        name = label
      } else {
        if (!this.#is(equals)) throw new MalformedLine(`= is missing after the label ${shown(label)}`)
        this.#at++
        this.#blanks()
        if (!this.#is(quote)) throw new MalformedLine(`the value of the label ${shown(label)} is not quoted`)
        if (labels.has(label)) throw new MalformedLine(`the label ${shown(label)} stands twice`)
        labels.set(label, this.#quoted())
        if (labels.size > mostLabels) throw new MalformedLine(`a sample has more than ${mostLabels} labels`)
      }
      this.#blanks()
      if (this.#is(comma)) this.#at++
      else if (!this.#is(closing)) throw new MalformedLine('a comma or } is missing between labels')
    }
    this.#at++
    return name
  }

  #bare(what: string): string {
    const from = this.#at
    while (this.#at < this.#to && isNameCode(this.#text.charCodeAt(this.#at))) this.#at++
    const name = this.#text.slice(from, this.#at)
    if (name === '' || (name.charCodeAt(0) >= 48 && name.charCodeAt(0) <= 57))
      throw new MalformedLine(`${what} was expected at ${shown(this.#text.slice(from, this.#to))}`)
    return name
  }

  #quoted(): string {
    const from = ++this.#at
    let hasEscape = false
    for (; this.#at < this.#to; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === quote) {
        const text = this.#text.slice(from, this.#at++)
        return hasEscape ? unescaped(text) : text
      }
      if (code === backslash) {
        hasEscape = true
        this.#at++
      }
    }
    throw new MalformedLine(`the quote before ${shown(this.#text.slice(from, this.#to))} is not closed`)
  }

  #number(): number {
    const word = this.#word()
    const value = numberOf(word)
    if (value === undefined)
      throw new MalformedLine(word === '' ? 'the value is missing' : `${shown(word)} is not a number`)
    return value
  }

  #timestamp(): void {
    const word = this.#word()
    if (numberOf(word) === undefined) throw new MalformedLine(`${shown(word)} is not a time`)
  }

  #word(): string {
    const from = this.#at
    while (this.#at < this.#to && !this.#is(space) && !this.#is(tab)) this.#at++
    return this.#text.slice(from, this.#at)
  }

  #blanks(): void {
    while (this.#at < this.#to && (this.#is(space) || this.#is(tab))) this.#at++
  }

  #is(code: number | undefined): boolean {
    return this.#at < this.#to && this.#text.charCodeAt(this.#at) === code
  }
}

/** More than any database takes. */
const mostLabels = 1000

function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 58) || code === 95
  )
}

function numberOf(word: string): number | undefined {
  const value = Number(word)
  if (word !== '' && !Number.isNaN(value) && !/^0[box]/i.test(word)) return value
  if (/^nan$/i.test(word)) return Number.NaN
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(word)
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : undefined
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (whole, code) =>
    code === 'n' ? '\n' : code === '\\' || code === '"' ? code : whole,
  )
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
