import { parser } from '@prometheus-io/lezer-promql'
import { parseDocument } from 'yaml'

/** A file of rules with one thing bent, and what that is. */
export interface RuleMutant {
  readonly what: string
  /** The alert that was bent; undefined for a recording, which several alerts may build on. */
  readonly alert: string | undefined
  readonly text: string
}

/**
 * Bends the rules of a file, one thing at a time: each comparison turned around, each bound doubled and halved, each
 * matcher but that of the job dropped, each duration dropped, each alert and recording dropped.
 */
export function* ruleMutants(text: string): Iterable<RuleMutant> {
  const rules = rulesOf(text)
  for (const [index, rule] of rules.entries()) {
    const name = rule.alert ?? rule.record ?? ''
    const mutant = (
      what: string,
      change: (path: readonly (string | number)[], document: Editable) => void,
    ) => {
      const document = parseDocument(text)
      change(['groups', 0, 'rules', index], document)
      return { what: `${name}: ${what}`, alert: rule.alert, text: document.toString() }
    }
    yield mutant('dropped', (path, document) => document.deleteIn(path))
    if (rule.for !== undefined)
      yield mutant('no for', (path, document) => document.deleteIn([...path, 'for']))
    if (rule.labels?.severity !== undefined)
      yield mutant('another severity', (path, document) =>
        document.setIn([...path, 'labels', 'severity'], 'none'),
      )
    for (const { what, expr } of bentQueries(rule.expr))
      yield mutant(what, (path, document) => document.setIn([...path, 'expr'], expr))
  }
}

type Editable = Pick<ReturnType<typeof parseDocument>, 'setIn' | 'deleteIn'>

interface RuleText {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: { readonly severity?: string }
}

function rulesOf(text: string): readonly RuleText[] {
  return parseDocument(text).toJS().groups[0].rules
}

const turned: Readonly<Record<string, string>> = {
  Gtr: '<',
  Lss: '>',
  Gte: '<',
  Lte: '>',
  EqlC: '!=',
  Neq: '==',
}

function* bentQueries(expr: string): Iterable<{ what: string; expr: string }> {
  const places: { from: number; to: number; by: string; what: string }[] = []
  parser.parse(expr).iterate({
    enter({ name, from, to, node }) {
      const said = expr.slice(from, to)
      const by = turned[name]
      if (by !== undefined && node.parent?.name === 'BinaryExpr')
        places.push({ from, to, by, what: `${said} turned` })
      if (name === 'NumberDurationLiteral' && node.parent?.name === 'BinaryExpr' && Number(said) !== 0)
        for (const factor of [2, 0.5])
          places.push({ from, to, by: String(Number(said) * factor), what: `${said} times ${factor}` })
      if (name === 'UnquotedLabelMatcher' && !said.startsWith('job='))
        places.push({ from, to, by: '', what: `without ${said}` })
      if (name === 'AggregateOp') places.push({ from, to, by: 'count', what: `${said} is count` })
    },
  })
  for (const { from, to, by, what } of places) {
    const rest = expr.slice(to)
    const before = expr.slice(0, from)
    const isDropped = by === ''
    yield {
      what,
      expr: isDropped ? `${before.replace(/,\s*$/, '')}${rest}` : before + by + rest,
    }
  }
}
