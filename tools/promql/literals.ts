/** Reads a duration such as `1h30m`, or a number of seconds, in milliseconds. Undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const value = numberOf(text)
  return value === undefined ? undefined : Math.round(value * 1000)
}

/** Reads a number in any notation of PromQL: `1e3`, `0x1F`, `1_000`, `Inf`, and `5m`, which is 300. */
export function numberOf(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text.trim().toLowerCase()) ?? []
  const value = unsigned(digits)
  return sign === '-' && value !== undefined ? -value : value
}

/** What stands between quotes, escapes resolved; of a text that PromQL rejects, why. */
export function unquote(literal: string): { readonly text: string } | { readonly fault: string } {
  const quote = literal.charAt(0)
  if (literal.length < 2 || !literal.endsWith(quote)) return { fault: 'a text has no closing quote' }
  const inner = literal.slice(1, -1)
  if (quote === '`' || !inner.includes('\\')) return { text: inner }
  let fault: string | undefined
  const text = inner.replace(escapes, (sequence: string, ...groups: (string | undefined)[]) => {
    const [byte, short, long, octal] = groups
    const hex = byte ?? short ?? long
    if (hex !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const plain = simple[sequence.charAt(1)]
    if (plain === undefined || (sequence === `\\'` && quote !== `'`) || (sequence === '\\"' && quote !== '"'))
      fault ??= `a text has the unknown escape sequence ${sequence}`
    return plain ?? ''
  })
  return fault === undefined ? { text } : { fault }
}

const escapes = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{3})|[\s\S])?/gi

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

function unsigned(digits: string): number | undefined {
  if (digits === 'inf') return Number.POSITIVE_INFINITY
  if (digits === 'nan') return Number.NaN
  if (/^0x[\da-f]+$/.test(digits)) return Number.parseInt(digits, 16)
  if (/^(\d[\d_]*)?\.?\d*[\d_]*(e[+-]?\d+)?$/.test(digits) && /\d/.test(digits))
    return Number(digits.replaceAll('_', ''))
  if (!/^(\d+(ms|[smhdwy]))+$/.test(digits)) return undefined
  let seconds = 0
  for (const [, amount, unit = 's'] of digits.matchAll(/(\d+)(ms|[smhdwy])/g))
    seconds += Number(amount) * (secondsOf[unit] ?? 1)
  return seconds
}

const secondsOf: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}
