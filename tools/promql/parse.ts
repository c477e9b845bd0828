import type { Tree } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { Builder } from './build.ts'
import { explain } from './explain.ts'
import type { Expression, Selector } from './expression.ts'
import type { ValueType } from './functions.ts'
import { checkMatchers } from './matcher-rules.ts'
import { ProblemFound, type SyntaxProblem } from './problem.ts'
import { type PlacedVariable, substitute, withoutComments } from './stand-ins.ts'
import { checkType } from './value-type.ts'
import { walk } from './walk.ts'

/** A query that Prometheus would accept. */
export interface ParsedQuery {
  readonly text: string
  readonly expression: Expression
  readonly type: ValueType
  /** Grafana variables in it, in the order of the text. */
  readonly variables: readonly PlacedVariable[]
  /** All selectors in it, in the order of the text. */
  readonly selectors: readonly Selector[]
}

export type ParseResult =
  | { readonly query: ParsedQuery; readonly problem?: undefined }
  | { readonly query?: undefined; readonly problem: SyntaxProblem }

/** Longer than any query that a person or a generator writes. */
const maxLength = 100_000

/**
 * Reads a query as Prometheus would, types included. Never throws. The same text is read once: many look at a query.
 *
 * @param variables `grafana` where Grafana fills in variables before Prometheus sees it, `none` in rules.
 */
export function parseQuery(
  text: string,
  { variables }: { readonly variables: 'grafana' | 'none' },
): ParseResult {
  const known = results[variables].get(text)
  if (known !== undefined) return known
  const result = parse(text, variables)
  if (results[variables].size >= maxResults) results[variables].clear()
  results[variables].set(text, result)
  return result
}

/** Enough for the queries of thousands of dashboards, at some kilobytes each; whoever audits more reads some of them again. */
const maxResults = 100_000

const results = { grafana: new Map<string, ParseResult>(), none: new Map<string, ParseResult>() }

function parse(text: string, kind: 'grafana' | 'none'): ParseResult {
  if (text.length > maxLength)
    return refuse(
      {
        at: maxLength,
        reason: `it is longer than ${maxLength} characters`,
        mend: 'Split it into recording rules.',
      },
      [],
    )
  const { text: readText, variables } =
    kind === 'grafana' ? substitute(text) : { text: withoutComments(text), variables: [] }
  try {
    const tree = parseStrictly(readText)
    if (typeof tree === 'number') return refuse(explain(readText, text, tree), variables)
    const top = tree.topNode.firstChild
    if (top === null) return refuse({ at: 0, reason: 'it is empty', mend: 'Write a query.' }, variables)
    const expression = new Builder(text, readText, variables).expression(top)
    const type = checkType(expression)
    const selectors: Selector[] = []
    walk(expression, (each) => {
      if (each.kind === 'selector') selectors.push(each)
    })
    for (const selector of selectors) checkMatchers(selector)
    selectors.sort((a, b) => a.from - b.from)
    return { query: { text, expression, type, variables, selectors } }
  } catch (error) {
    if (error instanceof ProblemFound) return refuse(error, variables)
    throw error
  }
}

function refuse(
  { at, reason, mend }: Omit<SyntaxProblem, 'isCertain'>,
  variables: readonly PlacedVariable[],
): ParseResult {
  const isCertain = !variables.some(
    ({ role }) => role === 'guess' || role === 'matchers' || role === 'function',
  )
  return { problem: { at, reason, mend, isCertain } }
}

/** The parser would otherwise go on after a fault, which takes it a hundred times as long as what is well-formed. */
const strictParser = parser.configure({ strict: true })

/** @returns the tree, or the offset of the first word that the grammar does not allow. */
function parseStrictly(text: string): Tree | number {
  const reading = strictParser.startParse(text)
  try {
    for (;;) {
      const tree = reading.advance()
      if (tree !== null) return tree
    }
  } catch (error) {
    if (error instanceof SyntaxError) return reading.parsedPos
    throw error
  }
}
