import type { Dashboard, DashboardVariable } from '../dashboards/dashboard.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'
import type { Selector } from '../promql/expression.ts'
import { parseQuery } from '../promql/parse.ts'

/** A matcher that a reader of the dashboard adds to every query. */
export interface AdHocFilter {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** The filters that a variable of ad-hoc filters holds, those that Grafana cannot put into PromQL left out. */
export function adHocFilters(dashboard: Dashboard, variable: DashboardVariable): readonly AdHocFilter[] {
  const at = dashboard.schema === 'v2' ? [...variable.path, 'spec'] : variable.path
  const model = valueAt(dashboard.json, ...at)
  return [...listAt(model, 'baseFilters'), ...listAt(model, 'filters')].flatMap((filter) => {
    const label = textAt(filter, 'key')
    const operator = textAt(filter, 'operator') ?? ''
    const value = valueAt(filter, 'value')
    if (label === undefined || typeof value !== 'string') return []
    if (isMatcher(operator)) return [{ label, operator, value }]
    if (operator !== '=|' && operator !== '!=|') return []
    const values = listAt(filter, 'values').map(String)
    const alternatives = (values.length > 0 ? values : [value]).map(escapePattern).join('|')
    return [{ label, operator: operator === '=|' ? '=~' : '!~', value: alternatives }]
  })
}

/** Reads `job=api`, as it is typed. Undefined for what is none. */
export function readAdHocFilter(text: string): AdHocFilter | undefined {
  const [, label, operator = '', value] = /^([^=!~\s]+)\s*(=~|!~|!=|=)\s*"?(.*?)"?$/s.exec(text.trim()) ?? []
  return label === undefined || value === undefined || !isMatcher(operator)
    ? undefined
    : { label, operator, value }
}

/** Adds the filters to every selector of a query whose variables are filled in. What is not PromQL stays as it is. */
export function addFilters(query: string, filters: readonly AdHocFilter[]): string {
  if (filters.length === 0) return query
  const { selectors = [] } = parseQuery(query, { variables: 'none' }).query ?? {}
  const added = filters.map(filterText).join(',')
  return selectors
    .toSorted((one, other) => other.from - one.from)
    .reduce((text, selector) => insertInto(text, selector, added), query)
}

/** As people read it, and as a query has it. */
export function filterText({ label, operator, value }: AdHocFilter): string {
  const name = /^[a-zA-Z_]\w*$/.test(label) ? label : JSON.stringify(label)
  return `${name}${operator}${JSON.stringify(value)}`
}

function insertInto(text: string, { from, name, matchers }: Selector, added: string): string {
  const last = matchers.at(-1)
  const put = (at: number, inserted: string) => text.slice(0, at) + inserted + text.slice(at)
  if (last !== undefined) return put(last.to, `,${added}`)
  const afterName = name === undefined ? from : name.to
  const brace = /^\s*\{/.exec(text.slice(afterName))
  if (brace !== null) return put(afterName + brace[0].length, added)
  // `{"name"}` holds its name within the braces.
  return text[from] === '{' ? put(afterName, `,${added}`) : put(afterName, `{${added}}`)
}

function isMatcher(text: string): text is AdHocFilter['operator'] {
  return text === '=' || text === '!=' || text === '=~' || text === '!~'
}

function escapePattern(value: string): string {
  return value.replaceAll(/[\\^$*+?.()|[\]{}]/g, '\\$&')
}
