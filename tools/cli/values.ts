import { didYouMean } from '@tidegauge/otel/nearest'

// What the text of a flag, of a variable or of a setting is made into. Each reader says what the text must be.

/** A text that a setting cannot take. The message says what it must be: `must be a whole number`. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue'
}

export function text(value: string): string {
  if (value.trim() === '' || value.includes('\0')) throw new InvalidValue('must not be empty')
  return value
}

export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= from && value <= to) return value
    throw new InvalidValue(`must be a whole number from ${from} to ${to}`)
  }
}

export function decimal(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+(\.\d+)?$/.test(text) && value >= from && value <= to) return value
    throw new InvalidValue(`must be a number from ${from} to ${to}`)
  }
}

export function oneOf<const Word extends string>(words: readonly Word[]) {
  const read = (text: string): Word => {
    const found = words.find((word) => word === text)
    if (found !== undefined) return found
    throw new InvalidValue(`must be one of ${words.join(', ')}${didYouMean(text, words)}`)
  }
  return Object.assign(read, { words })
}

export function truth(text: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw new InvalidValue('must be true or false')
}

/** Reads a list with commas; spaces around its parts do not count, and an empty part is refused. */
export function listOf<Part>(read: (text: string) => Part): (text: string) => readonly Part[] {
  return (text) =>
    text.split(',').map((part) => {
      if (part.trim() === '') throw new InvalidValue('must be a comma-separated list without empty parts')
      return read(part.trim())
    })
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Reads a duration such as `250ms`, `10s`, `1.5m`; a bare number is in seconds. @returns milliseconds */
export function duration(text: string): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  if (count === undefined || Number(count) === 0)
    throw new InvalidValue('must be a duration like 10s or 1m, above 0')
  return Number(count) * (unitsMs[unit] ?? 1000)
}

/** Reads the address of something that is asked by HTTP, with whatever path it has. */
export function httpUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidValue('must be an address like http://127.0.0.1:9090')
  return text
}

/** Reads the address of a server: scheme and host, nothing after them. */
export function serverAddress(schemes: readonly string[]): (text: string) => URL {
  return (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || !schemes.includes(url.protocol) || url.hostname === '') {
      const guess = /^[a-z0-9.-]+(:\d+)?$/i.test(text) ? `, such as https://${text}` : ''
      throw new InvalidValue(`must be an address that begins with ${schemes.join('// or ')}//${guess}`)
    }
    if (url.username !== '' || url.password !== '')
      throw new InvalidValue('must not hold a user name or a password')
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
      throw new InvalidValue(`must end after the host: ${url.protocol}//${url.host}`)
    return url
  }
}
