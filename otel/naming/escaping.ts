/** How names outside the classic character set are written; a scraper asks for one with `escaping=`. */
export const escapingSchemes = ['underscores', 'allow-utf-8', 'dots', 'values'] as const

export type EscapingScheme = (typeof escapingSchemes)[number]

/** Reads a scheme as a scraper spells it: specifications write `allow-utf8`, Prometheus sends `allow-utf-8`. */
export function escapingScheme(text: string | undefined): EscapingScheme | undefined {
  const scheme = text === 'allow-utf8' ? 'allow-utf-8' : text
  return escapingSchemes.find((known) => known === scheme)
}

/** Writes the name of a metric in the character set that the scraper understands. */
export function escapeMetricName(name: string, scheme: EscapingScheme): string {
  return escapeName(name, scheme, classicMetricName, /[a-zA-Z0-9_:]/)
}

/** Writes the name of a label in the character set that the scraper understands; a colon is not in it. */
export function escapeLabelName(name: string, scheme: EscapingScheme): string {
  return escapeName(name, scheme, classicLabelName, /[a-zA-Z0-9_]/)
}

/** A metric name that every format writes without quotes. */
export const classicMetricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/** A label name that every format writes without quotes. */
export const classicLabelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/

function escapeName(name: string, scheme: EscapingScheme, classic: RegExp, allowed: RegExp): string {
  if (scheme === 'allow-utf-8') return name.toWellFormed()
  // Dots are told apart from underscores, so that even a classic name changes under `dots`.
  if (scheme !== 'dots' && classic.test(name)) return name
  let escaped = scheme === 'values' ? 'U__' : ''
  let first = true
  for (const character of name) {
    const kept = allowed.test(character) && !(first && /[0-9]/.test(character))
    escaped += escapeCharacter(character, kept, scheme)
    first = false
  }
  return escaped
}

function escapeCharacter(character: string, kept: boolean, scheme: EscapingScheme): string {
  if (scheme === 'underscores') return kept ? character : '_'
  if (character === '_') return '__'
  if (kept) return character
  if (scheme === 'dots') return character === '.' ? '_dot_' : '__'
  return `_${(character.isWellFormed() ? (character.codePointAt(0) ?? 0) : 0xfffd).toString(16)}_`
}
