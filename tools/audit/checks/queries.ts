import type {
  Dashboard,
  DashboardPanel,
  DashboardTarget,
  DashboardVariable,
} from '../../dashboards/dashboard.ts'
import type { Place } from '../../inputs/place.ts'
import type { Expression, Selector } from '../../promql/expression.ts'
import { type ParsedQuery, type ParseResult, parseQuery } from '../../promql/parse.ts'
import { parseVariableQuery } from '../../promql/variable-query.ts'
import { walk } from '../../promql/walk.ts'
import type { Rule, RuleFile, RuleGroup } from '../../rules/rule-file.ts'
import type { AuditInputs } from '../check.ts'
import type { Finding } from '../finding.ts'
import { dashboardFinding, type Fault, panelFinding } from './dashboard-finding.ts'

/** A query and where it stands. */
export interface LocatedQuery {
  readonly text: string
  readonly result: ParseResult
  readonly from: PanelQuery | VariableQuery | RuleQuery
}

export interface PanelQuery {
  readonly kind: 'panel'
  readonly dashboard: Dashboard
  readonly panel: DashboardPanel
  readonly target: DashboardTarget
}

export interface VariableQuery {
  readonly kind: 'variable'
  readonly dashboard: Dashboard
  readonly variable: DashboardVariable
  /** The label whose values are asked for, when they are. */
  readonly label: string | undefined
}

export interface RuleQuery {
  readonly kind: 'rule'
  readonly file: RuleFile
  readonly group: RuleGroup
  readonly rule: Rule
}

/** A query that could be read. */
export interface ReadQuery extends LocatedQuery {
  readonly query: ParsedQuery
}

/** Every query of the dashboards and rules, hidden ones included, each read once. */
export function queriesOf(inputs: AuditInputs): readonly LocatedQuery[] {
  const known = cache.get(inputs)
  if (known !== undefined) return known
  const list = [...listQueries(inputs)]
  cache.set(inputs, list)
  return list
}

/** Those of them that Prometheus would accept. */
export function readQueriesOf(inputs: AuditInputs): readonly ReadQuery[] {
  return queriesOf(inputs).flatMap((located) =>
    located.result.query === undefined ? [] : [{ ...located, query: located.result.query }],
  )
}

/** Every place where a query selects series, with what stands around it, outermost first. */
export function selections(
  expression: Expression,
): readonly { readonly selector: Selector; readonly around: readonly Expression[] }[] {
  const found: { selector: Selector; around: readonly Expression[] }[] = []
  walk(expression, (each, around) => {
    if (each.kind === 'selector') found.push({ selector: each, around })
  })
  return found
}

/** A finding about a query. `about` tells findings of one check about the same query apart. */
export function queryFinding(
  { from, text }: LocatedQuery,
  { about, at = 0, ...fault }: Fault & { readonly about?: string; readonly at?: number },
): Finding {
  if (from.kind === 'variable') {
    const { dashboard, variable } = from
    const subject = `$${variable.name}${about === undefined ? '' : `/${about}`}`
    const reason = `Variable ${variable.name}: ${fault.reason}`
    return dashboardFinding(dashboard, { ...fault, reason, line: variable.line, subject })
  }
  if (from.kind === 'panel') {
    const { dashboard, panel, target } = from
    const isOneOfMany = panel.targets.length > 1 && target.refId !== undefined
    const reason = isOneOfMany ? `Query ${target.refId}: ${fault.reason}` : fault.reason
    return panelFinding(dashboard, panel, {
      ...fault,
      reason,
      target,
      ...(about !== undefined && { subject: about }),
    })
  }
  const { file, rule } = from
  const lineInside = text.slice(0, at).split('\n').length - 1
  const place: Place = { file: file.file, line: rule.exprLine + lineInside, rule: rule.name }
  return { ...fault, place, subject: about === undefined ? rule.name : `${rule.name}/${about}` }
}

const cache = new WeakMap<AuditInputs, readonly LocatedQuery[]>()

function* listQueries({ dashboards, rules }: AuditInputs): Generator<LocatedQuery> {
  const read = new Map<string, ParseResult>()
  const parse = (text: string, variables: 'grafana' | 'none') => {
    const key = `${variables} ${text}`
    const result = read.get(key) ?? parseQuery(text, { variables })
    read.set(key, result)
    return result
  }
  for (const dashboard of dashboards) {
    for (const variable of dashboard.variables) {
      if (variable.type !== 'query' || variable.query === undefined) continue
      const asked = parseVariableQuery(variable.query)
      if (!('of' in asked) || asked.of === undefined || asked.kind === 'series') continue
      const label = asked.kind === 'label values' && !asked.isVariable ? asked.label : undefined
      const { result } = asked.of
      yield {
        text: result.query?.text ?? variable.query,
        result,
        from: { kind: 'variable', dashboard, variable, label },
      }
    }
    for (const panel of dashboard.panels) {
      for (const target of panel.targets) {
        if (target.expr === undefined) continue
        const result = parse(target.expr, 'grafana')
        yield { text: target.expr, result, from: { kind: 'panel', dashboard, panel, target } }
      }
    }
  }
  for (const file of rules) {
    for (const group of file.groups) {
      for (const rule of group.rules)
        yield { text: rule.expr, result: parse(rule.expr, 'none'), from: { kind: 'rule', file, group, rule } }
    }
  }
}
