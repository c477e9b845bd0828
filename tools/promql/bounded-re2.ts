import { RE2JS } from 're2js'

/** Longer patterns are mostly lists of words, which are not tried one by one. */
const maxLength = 10_000

/** Steps of the compiled pattern; each character of a text may take as many. Repetitions of repetitions make millions. */
const maxSteps = 2000

/**
 * Compiles a regular expression of RE2, whose time grows with the length of pattern and text alone.
 *
 * @returns `invalid` when RE2 has no such expression; `unknown` when it is too large to be tried here.
 */
export function compileBounded(source: string, flags = 0): RE2JS | 'invalid' | 'unknown' {
  if (source.length > maxLength) return 'unknown'
  try {
    const pattern = RE2JS.compile(source, flags)
    return pattern.programSize() > maxSteps ? 'unknown' : pattern
  } catch {
    return 'invalid'
  }
}
