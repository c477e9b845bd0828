/**
 * Turns a regular expression of Prometheus (RE2, anchored at both ends) into one of JavaScript.
 *
 * @returns `invalid` when Prometheus would refuse it; `unknown` where the two languages differ.
 */
export function compilePattern(source: string): RegExp | 'invalid' | 'unknown' {
  const known = compiled.get(source)
  if (known !== undefined) return known
  const result = compile(source)
  if (compiled.size > 5000) compiled.clear()
  compiled.set(source, result)
  return result
}

/** Whether a text is free of everything that means something in a regular expression. */
export function isPlain(source: string): boolean {
  return !/[\\^$.|?*+()[\]{}]/.test(source)
}

const compiled = new Map<string, RegExp | 'invalid' | 'unknown'>()

function compile(source: string): RegExp | 'invalid' | 'unknown' {
  // Brackets and escapes taken out, what is left shows which constructs are used.
  const bare = source.replace(/\\[\s\S]/g, '').replace(/\[\^?\]?[^\]]*\]/g, '')
  if (/\(\?(=|!|<=|<!)/.test(bare) || /\\[1-9]/.test(source)) return 'invalid'
  // Nested repetition can take forever here where RE2 takes linear time.
  if (source.length > 5000 || /[*+}]\)[*+{]/.test(bare)) return 'unknown'
  const [, flags = '', rest = ''] = /^(?:\(\?([ism]+)\))?([\s\S]*)$/.exec(source) ?? []
  const isForeign = /\\[pPQECAzG]|\[\[:|\(\?[a-zA-Z-]*[):]/.test(rest.replaceAll('(?:', ''))
  if (isForeign) return 'unknown'
  try {
    return new RegExp(`^(?:${rest.replaceAll('(?P<', '(?<')})$`, [...new Set(`s${flags}`)].join(''))
  } catch {
    return 'invalid'
  }
}
