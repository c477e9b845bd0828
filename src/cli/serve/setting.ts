/** One thing that can be set: by a flag, by a variable of the same name, or left as it is. */
export interface Setting<Value> {
  /** Stands for the value in the help, such as `URL`; a setting without one is switched on by its flag alone. */
  readonly argument?: string
  readonly help: string
  readonly initial: Value
  /** How the initial value is written in the help, where its text would not explain itself. */
  readonly initially?: string
  /** @throws {Unfit} saying what the text must be. */
  readonly read: (text: string) => Value
  /** Never shown. @default false */
  readonly secret?: boolean
}

/** A text that a setting cannot take. The message says what it must be: `must be a whole number`. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= from && value <= to) return value
    throw new Unfit(`must be a whole number from ${from} to ${to}`)
  }
}

export function decimal(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+(\.\d+)?$/.test(text) && value >= from && value <= to) return value
    throw new Unfit(`must be a number from ${from} to ${to}`)
  }
}

export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text)
    if (found !== undefined) return found
    throw new Unfit(`must be one of ${words.join(', ')}`)
  }
}

export function truth(text: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw new Unfit('must be true or false')
}

/** Reads a list with commas; spaces around its parts do not count, and an empty part is refused. */
export function listOf<Part>(read: (text: string) => Part): (text: string) => readonly Part[] {
  return (text) =>
    text.split(',').map((part) => {
      if (part.trim() === '') throw new Unfit('must be a list with commas, without empty parts')
      return read(part.trim())
    })
}

/** Reads the address of a server: scheme and host, nothing behind them. */
export function serverAddress(schemes: readonly string[]): (text: string) => URL {
  return (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || !schemes.includes(url.protocol) || url.hostname === '') {
      const guess = /^[a-z0-9.-]+(:\d+)?$/i.test(text) ? `, such as https://${text}` : ''
      throw new Unfit(`must be an address that begins with ${schemes.join('// or ')}//${guess}`)
    }
    if (url.username !== '' || url.password !== '') throw new Unfit('must not hold a user name or a password')
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
      throw new Unfit(`must end behind the host: ${url.protocol}//${url.host}`)
    return url
  }
}
