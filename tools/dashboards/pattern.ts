import { RE2JS } from 're2js'
import { compileBounded } from '../promql/bounded-re2.ts'

/** A regular expression of a dashboard. */
export interface DashboardPattern {
  test(text: string): boolean
  /** Finds it for the first time: the whole, then what its groups hold, with the names of those that have one. */
  find(text: string): FoundPattern | undefined
  /** Replaces what it finds first; `$1`, `$<name>` and `$&` stand for what it found. */
  replace(text: string, replacement: string): string
}

export interface FoundPattern {
  readonly groups: readonly (string | undefined)[]
  readonly named: Readonly<Record<string, string | undefined>>
}

/**
 * Reads a pattern as Grafana does: an expression of JavaScript, in slashes with flags, or bare for the whole of a text. It is
 * run by an engine that takes time in proportion to the text, whatever strangers wrote.
 *
 * @returns `invalid` when Grafana could not read it; `unread` when that engine cannot: it looks ahead, refers back to a group,
 *   or is very long.
 */
export function readPattern(text: string): DashboardPattern | 'invalid' | 'unread' {
  const known = read.get(text)
  if (known !== undefined) return known
  const result = compile(text)
  if (read.size > 1000) read.clear()
  read.set(text, result)
  return result
}

/** Each value and field that is shown asks for the same ones. */
const read = new Map<string, DashboardPattern | 'invalid' | 'unread'>()

function compile(text: string): DashboardPattern | 'invalid' | 'unread' {
  const [, body, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? []
  let expression: RegExp
  try {
    expression =
      body === undefined ? new RegExp(`^(?:${text})$`) : new RegExp(body, flags.replaceAll(/[gy]/g, ''))
  } catch {
    return 'invalid'
  }
  const pattern = compileBounded(RE2JS.translateRegExp(expression), RE2JS.LOOKBEHINDS)
  return typeof pattern === 'string' ? 'unread' : toDashboardPattern(pattern)
}

function toDashboardPattern(pattern: RE2JS): DashboardPattern {
  const names = Object.entries(pattern.namedGroups())
  return {
    test: (text) => pattern.test(text),
    find(text) {
      const matcher = pattern.matcher(text)
      if (!matcher.find()) return undefined
      const groups = Array.from(
        { length: matcher.groupCount() + 1 },
        (_, at) => matcher.group(at) ?? undefined,
      )
      return { groups, named: Object.fromEntries(names.map(([name, at]) => [name, groups[at]])) }
    },
    replace: (text, replacement) => pattern.matcher(text).replaceFirst(replacement),
  }
}
