import { nearest } from '@tidegauge/otel/nearest'
import { aggregations, functions, renamed } from './functions.ts'
import { unquote } from './literals.ts'
import type { SyntaxProblem } from './problem.ts'

/** Says in words what the grammar stumbled over. */
export function explain(
  /** What the grammar read: stand-ins for variables, no comments. */
  readText: string,
  written: string,
  /** Offset of the first word that the grammar does not allow. */
  fault: number,
): Omit<SyntaxProblem, 'isCertain'> {
  if (readText.trim() === '') return { at: 0, reason: 'it is empty', mend: 'Write a query.' }
  const bracket = findBracket(readText)
  const call = unknownFunction(readText, fault)
  if (call !== undefined) return call
  if (bracket !== undefined) return bracket
  const next = /^\s*(\w+|[^\w\s]+)?/.exec(written.slice(fault))
  const token = next?.[1]
  const at = fault + (next?.[0].length ?? 0) - (token?.length ?? 0)
  if (token === undefined)
    return { at: written.length, reason: 'it ends too early', mend: 'Complete it: an operand is missing.' }
  return {
    at,
    reason: `${JSON.stringify(token)} is not expected here`,
    mend: mendOf(token, readText.slice(0, at)),
  }
}

function mendOf(token: string, before: string): string {
  if (/^\{/.test(token) && /\{\{?\s*$/.test(`${before}{`) && !/[\w"]\s*$/.test(before))
    return 'Templates of alerts are not filled in inside of queries: write the value itself.'
  if (/\[\s*$/.test(before)) return 'Write a duration there, such as 5m.'
  if (/[=~]\s*$/.test(before)) return 'Put the value of the label in quotes.'
  if (/^\$/.test(token)) return 'Prometheus knows no variables: write the value itself.'
  if (/^[&|]/.test(token)) return 'Join conditions with and, or, unless.'
  return `Remove ${JSON.stringify(token)}, or put an operator or a comma before it.`
}

/** A name that is called like a function and is none. */
function unknownFunction(text: string, at: number): Omit<SyntaxProblem, 'isCertain'> | undefined {
  const name = /([A-Za-z_:][\w:]*)\s*$/.exec(text.slice(0, at))?.[1]
  if (name === undefined || !/^\s*\(/.test(text.slice(at))) return undefined
  if (functions.has(name) || aggregations.has(name.toLowerCase()) || keywords.has(name.toLowerCase()))
    return undefined
  const meant = renamed[name] ?? nearest(name, [...functions.keys(), ...aggregations.keys()])
  return {
    at: text.slice(0, at).lastIndexOf(name),
    reason: `there is no function ${name}`,
    mend: meant === undefined ? 'Use one of the functions of PromQL.' : `Write ${meant}.`,
  }
}

const keywords: ReadonlySet<string> = new Set(
  'by without on ignoring group_left group_right and or unless bool offset atan2 fill fill_left fill_right'.split(
    ' ',
  ),
)

/** A bracket or quote that nothing closes, or that closes nothing. */
function findBracket(text: string): Omit<SyntaxProblem, 'isCertain'> | undefined {
  const open: { readonly bracket: string; readonly at: number }[] = []
  for (const { 0: token, index: at } of text.matchAll(pieces)) {
    if (/^["'`]/.test(token)) {
      const read = unquote(token)
      if ('fault' in read && read.fault.includes('quote'))
        return { at, reason: 'a text has no closing quote', mend: `Close the quote ${token.charAt(0)}.` }
    } else if ('([{'.includes(token)) open.push({ bracket: token, at })
    else if (')]}'.includes(token)) {
      const last = open.pop()
      if (last === undefined)
        return { at, reason: `nothing opens this ${token}`, mend: `Remove it, or add its partner.` }
      if (closing[last.bracket] !== token)
        return {
          at,
          reason: `${token} stands where ${closing[last.bracket]} is expected`,
          mend: `Close the ${last.bracket} that is open before.`,
        }
    }
  }
  const last = open.at(-1)
  if (last === undefined) return undefined
  return { at: last.at, reason: `nothing closes this ${last.bracket}`, mend: `Add ${closing[last.bracket]}.` }
}

const pieces = /"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?|`[^`]*`?|[()[\]{}]/g

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
