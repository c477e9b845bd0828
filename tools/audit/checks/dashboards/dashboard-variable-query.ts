import { nearest } from '@tidegauge/otel/nearest'
import type { DashboardVariable } from '../../../dashboards/dashboard.ts'
import { speaksPromql } from '../../../dashboards/datasource.ts'
import { readPattern } from '../../../dashboards/pattern.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-variable-query'

/** grafana/dashboard-linter calls it template-label-promql-rule. */
export const dashboardVariableQuery: Check = {
  name: check,
  description:
    'Variables whose values come from Prometheus, but whose query or regular expression is invalid.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      const typeOf = (name: string) => dashboard.variables.find((each) => each.name === name)?.query
      for (const variable of dashboard.variables) {
        const meant = kinds.has(variable.type) ? undefined : nearest(variable.type, kinds)
        if (meant !== undefined)
          yield dashboardFinding(dashboard, {
            check,
            level: 'warning',
            reason: `Grafana has no variables of the type ${variable.type}.`,
            mend: `Write ${meant}.`,
            line: variable.line,
            subject: `$${variable.name}`,
          })
        if (variable.type !== 'query' || !speaksPromql(variable.datasource, typeOf)) continue
        const fault = faultOf(variable)
        if (fault === undefined) continue
        const { name, line } = variable
        yield dashboardFinding(dashboard, { check, level: 'warning', ...fault, line, subject: `$${name}` })
      }
    }
  },
}

/** What variables Grafana has. */
const kinds = new Set(
  'query datasource interval custom constant textbox adhoc groupby system snapshot switch'.split(' '),
)

/** The functions that Grafana offers for variables of Prometheus. */
const functions =
  /^\s*(?:label_names\([^()]*\)|label_values\(.*\w+\s*\)|metrics\(.*\)|query_result\(.+\))\s*$/s

function faultOf({ query, regex }: DashboardVariable): { reason: string; mend: string } | undefined {
  if (query === undefined || !functions.test(query)) {
    return {
      reason:
        query === undefined
          ? 'The variable has no query.'
          : `The query ${query} is not one that Grafana knows.`,
      mend: 'Write label_values(metric, label), label_names(), metrics(regex) or query_result(query).',
    }
  }
  if (/^\s*(label_values|query_result)\(\s*,/.test(query))
    return { reason: `${query} names nothing before the comma.`, mend: 'Write the metric there.' }
  if (!isBalanced(query))
    return { reason: `The brackets of ${query} do not match.`, mend: 'Close each bracket.' }
  if (regex !== undefined && readPattern(regex) === 'invalid' && !regex.includes('$')) {
    return { reason: `${regex} is not a regular expression.`, mend: 'Correct it, or leave it out.' }
  }
  return undefined
}

/** Whether each bracket outside of quotes is closed by its own kind. */
export function isBalanced(query: string): boolean {
  const open: string[] = []
  for (const character of query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')) {
    if ('({['.includes(character)) open.push(character)
    else if (')}]'.includes(character) && '({['[')}]'.indexOf(character)] !== open.pop()) return false
  }
  return open.length === 0
}
