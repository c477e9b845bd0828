import type { Dashboard, DashboardVariable } from '../dashboards/dashboard.ts'
import { type DashboardPattern, readPattern } from '../dashboards/pattern.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'
import { findVariables } from '../promql/variables.ts'
import type { Prometheus } from '../server/server.ts'
import { type AdHocFilter, adHocFilters, filterText, readAdHocFilter } from './ad-hoc.ts'
import { type FilledVariable, fillQuery } from './interpolate.ts'
import { durationMs } from './time.ts'
import { filterValues, type VariableRange, valuesOf } from './variable-query.ts'

export interface VariablesOptions {
  readonly dashboard: Dashboard
  readonly prometheus: Prometheus
  readonly range: VariableRange
  /** Values that the user gives, by the name of the variable. */
  readonly chosen: ReadonlyMap<string, readonly string[]>
  /** What Grafana fills in by itself, for queries of variables. */
  readonly builtIns: ReadonlyMap<string, string>
}

export interface Variables {
  readonly filled: ReadonlyMap<string, FilledVariable>
  /** What is added to every query. */
  readonly filters: readonly AdHocFilter[]
  /** In the order of the dashboard, those that it shows. */
  readonly shown: readonly { readonly label: string; readonly text: string }[]
  /** Why some could not be filled, by variable. */
  readonly problems: readonly { readonly name: string; readonly message: string }[]
}

/**
 * Fills the variables of a dashboard as Grafana does when it is opened: what the user gives, else what is saved,
 * else the first value there is. A variable whose query mentions another waits for it.
 */
export async function fillVariables(options: VariablesOptions): Promise<Variables> {
  const { dashboard, builtIns } = options
  const filled = new Map<string, FilledVariable>()
  for (const [name, value] of builtIns) filled.set(name, builtIn(name, value))
  const filters: AdHocFilter[] = []
  const problems: { name: string; message: string }[] = []
  const waiting = new Map(dashboard.variables.map((variable) => [variable.name, variable]))

  const settle = async (variable: DashboardVariable): Promise<void> => {
    waiting.delete(variable.name)
    const mentioned = findVariables(`${variable.query ?? ''} ${variable.regex ?? ''}`).map(({ name }) => name)
    for (const other of [...waiting.values()]) {
      if (mentioned.includes(other.name) && waiting.has(other.name)) await settle(other)
    }
    try {
      if (variable.type === 'adhoc') {
        const own = filtersOf(variable, options)
        filters.push(...own)
        filled.set(variable.name, fixed(variable, own.map(filterText)))
      } else filled.set(variable.name, await choose(variable, filled, options))
    } catch (error) {
      problems.push({ name: variable.name, message: (error as Error).message })
      filled.set(variable.name, saved(variable, options))
    }
  }
  for (const variable of dashboard.variables) if (waiting.has(variable.name)) await settle(variable)

  const shown = dashboard.variables.flatMap((variable) => {
    const model = modelOf(dashboard, variable)
    const hide = valueAt(model, 'hide')
    if (hide === 2 || hide === 'hideVariable' || variable.type === 'constant') return []
    return [{ label: textAt(model, 'label') ?? variable.name, text: filled.get(variable.name)?.text ?? '' }]
  })
  return { filled, filters, shown, problems }
}

/** A variable that Grafana fills in by itself. */
export function builtIn(name: string, value: string): FilledVariable {
  return { name, values: [value], text: value, isMulti: false, isPattern: true }
}

interface Choice {
  readonly value: string
  readonly text: string
}

async function choose(
  variable: DashboardVariable,
  filled: ReadonlyMap<string, FilledVariable>,
  options: VariablesOptions,
): Promise<FilledVariable> {
  const { name, type, query = '' } = variable
  const chosen = options.chosen.get(name)
  const isSimple = ['constant', 'textbox', 'groupby', 'switch', 'snapshot'].includes(type)
  if (isSimple) return fixed(variable, chosen ?? [type === 'constant' ? query : (variable.current ?? query)])
  if (type === 'datasource') return { ...fixed(variable, chosen ?? ['prometheus']), text: 'Prometheus' }
  const choices = await choicesOf(variable, filled, options)
  if (type === 'interval')
    return fixed(variable, [interval(chosen?.[0] ?? variable.current, choices, options)])
  const wanted = chosen ?? currentOf(options.dashboard, variable)
  const isAll = wanted.some((value) => value === '$__all' || value === 'All' || value === '')
  const present = chosen ?? wanted.filter((value) => choices.some((choice) => choice.value === value))
  if (variable.includesAll && (isAll || present.length === 0)) return all(variable, choices, options)
  const values = present.length > 0 ? present : choices.slice(0, 1).map(({ value }) => value)
  const texts = values.map((value) => choices.find((choice) => choice.value === value)?.text ?? value)
  return { ...fixed(variable, values), text: texts.join(' + ') }
}

/** Those of the file, or those that the user gives in their place. */
function filtersOf(
  variable: DashboardVariable,
  { dashboard, chosen }: VariablesOptions,
): readonly AdHocFilter[] {
  return (
    chosen.get(variable.name)?.map((text) => {
      const filter = readAdHocFilter(text)
      if (filter === undefined) throw new Error(`"${text}" is not a filter; write it as label=value`)
      return filter
    }) ?? adHocFilters(dashboard, variable)
  )
}

/** All stands for the pattern of the file, or else for every value there is. */
function all(
  variable: DashboardVariable,
  choices: readonly Choice[],
  { dashboard }: VariablesOptions,
): FilledVariable {
  const pattern = textAt(modelOf(dashboard, variable), 'allValue')
  const values = pattern === undefined ? choices.map(({ value }) => value) : [pattern]
  // Without any value there is nothing to select, and everything that is there is everything.
  if (values.length === 0) return { ...fixed(variable, ['.*']), text: 'All', isPattern: true }
  return { ...fixed(variable, values), text: 'All', isPattern: pattern !== undefined, isMulti: true }
}

async function choicesOf(
  variable: DashboardVariable,
  filled: ReadonlyMap<string, FilledVariable>,
  { dashboard, prometheus, range }: VariablesOptions,
): Promise<readonly Choice[]> {
  const { type, query = '', regex } = variable
  if (type === 'query') {
    if (query === '') return []
    const values = await valuesOf(fillQuery(query, filled), { prometheus, range })
    return sorted(
      filterValues(values, patternOf(regex, filled)),
      valueAt(modelOf(dashboard, variable), 'sort'),
    )
  }
  return query
    .split(/(?<!\\),/)
    .map((each) => each.replaceAll('\\,', ',').trim())
    .filter((each) => each !== '')
    .map((each) => {
      const [, text, value] = /^(.+?)\s+:\s+(.+)$/.exec(each) ?? []
      return { text: text ?? each, value: value ?? each }
    })
}

/** A variable without a pattern, or with one that Grafana cannot read either, has every value. */
function patternOf(
  regex: string | undefined,
  filled: ReadonlyMap<string, FilledVariable>,
): DashboardPattern | undefined {
  const pattern = regex === undefined ? 'invalid' : readPattern(fillQuery(regex, filled))
  if (pattern === 'unread')
    throw new Error(
      `its pattern ${regex} cannot be applied here: it looks ahead, refers back to a group, or is too long`,
    )
  return pattern === 'invalid' ? undefined : pattern
}

function interval(
  wanted: string | undefined,
  choices: readonly Choice[],
  { builtIns }: VariablesOptions,
): string {
  const isKnown = wanted !== undefined && durationMs(wanted) !== undefined
  if (isKnown) return wanted
  const isAuto = wanted === 'auto' || wanted?.startsWith('$__auto') === true
  return (isAuto ? builtIns.get('__interval') : choices[0]?.value) ?? '1m'
}

/** Sorts as the file says, by number in v1 and by word in v2. Without a word the alphabet stays. */
function sorted(choices: readonly Choice[], how: unknown): readonly Choice[] {
  const order =
    typeof how === 'string'
      ? how
      : ['', 'alphabeticalAsc', 'alphabeticalDesc', 'numericalAsc', 'numericalDesc'][Number(how)]
  const isDescending = /Desc$/.test(order ?? '')
  const numeric = /^numerical|^natural/.test(order ?? '')
  const list = choices.toSorted((one, other) => one.text.localeCompare(other.text, 'en', { numeric }))
  return isDescending ? list.reverse() : list
}

function saved(variable: DashboardVariable, options: VariablesOptions): FilledVariable {
  const current = options.chosen.get(variable.name) ?? currentOf(options.dashboard, variable)
  if (current.length > 0 && !current.includes('$__all')) return fixed(variable, current)
  return all(variable, [], options)
}

function currentOf(dashboard: Dashboard, variable: DashboardVariable): readonly string[] {
  const model = modelOf(dashboard, variable)
  const several = listAt(model, 'current', 'value').filter((value) => typeof value === 'string')
  const single = textAt(model, 'current', 'value')
  return several.length > 0 ? several : single === undefined ? [] : [single]
}

function fixed({ name, isMulti, includesAll }: DashboardVariable, values: readonly string[]): FilledVariable {
  return { name, values, text: values.join(' + '), isMulti: isMulti || includesAll, isPattern: false }
}

function modelOf({ json, schema }: Dashboard, { path }: DashboardVariable): unknown {
  return schema === 'v2' ? valueAt(json, ...path, 'spec') : valueAt(json, ...path)
}
