import { RE2JS } from 're2js'
import { compileBounded } from './bounded-re2.ts'

/** A regular expression that a text as a whole has to match. */
export interface Pattern {
  test(text: string): boolean
}

/**
 * Reads a regular expression of Prometheus: the syntax of RE2, anchored at both ends, and a dot that matches line breaks too.
 * What it takes grows with the length of pattern and text alone.
 *
 * @returns `invalid` when Prometheus would refuse it; `unknown` when it is too large to be tried here.
 */
export function compilePattern(source: string): Pattern | 'invalid' | 'unknown' {
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

const compiled = new Map<string, Pattern | 'invalid' | 'unknown'>()

function compile(source: string): Pattern | 'invalid' | 'unknown' {
  if (words.test(source)) return oneOf(source)
  const pattern = compileBounded(source, RE2JS.DOTALL)
  return typeof pattern === 'string' ? pattern : { test: (text) => pattern.testExact(text) }
}

/** Words between bars, such as `api|web\.front`, with no more than escaped characters in them. */
const words = /^(?:[\w:/@%, -]|\\[.+*?()|[\]{}^$-]|\|)*$/

function oneOf(source: string): Pattern {
  const all = new Set(source.split(/(?<!\\)\|/).map((word) => word.replaceAll('\\', '')))
  return { test: (text) => all.has(text) }
}
