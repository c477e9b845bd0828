import type { Dashboard, DashboardPanel, DatasourceReference } from '../../../dashboards/dashboard.ts'
import { speaksPromql, variableOf } from '../../../dashboards/datasource.ts'
import { listAt, textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding, type Fault, panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-datasource'

/** grafana/dashboard-linter calls part of it panel-datasource-rule. */
export const dashboardDatasource: Check = {
  name: check,
  description:
    'References to a data source that is not defined, that is of another kind than the reference says, or that is fixed where a variable could be chosen.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      const sources = sourcesOf(dashboard)
      for (const panel of dashboard.panels) {
        const subject = (fault: Fault) => ({ ...fault, subject: 'data source' })
        const isMixed = panel.datasource?.uid === '-- Mixed --'
        const own = panel.datasource
          ? faultOf(panel.datasource, sources)
          : panelFault(dashboard, panel, sources)
        if (own !== undefined) yield panelFinding(dashboard, panel, subject(own))
        for (const target of panel.targets) {
          const effective = target.datasource ?? (isMixed ? undefined : panel.datasource)
          const fault =
            target.datasource === undefined && own !== undefined ? undefined : targetFault(effective, sources)
          const other =
            dashboard.schema === 'v1' && !isMixed && differs(target.datasource, panel.datasource)
              ? overruled(target.refId)
              : undefined
          const worst = fault ?? other
          // What the panel's own reference says is said once.
          if (worst === undefined || (own !== undefined && worst.reason === own.reason)) continue
          yield panelFinding(dashboard, panel, { ...subject(worst), target })
        }
      }
      for (const variable of dashboard.variables) {
        if (variable.type !== 'query') continue
        const fault = variable.datasource && faultOf(variable.datasource, sources)
        if (fault === undefined) continue
        const { line, name } = variable
        yield dashboardFinding(dashboard, { ...fault, line, subject: `$${name} data source` })
      }
    }
  },
}

/** In the classic schema the panel has a data source beside those of its queries, for those that are added later. */
function panelFault(dashboard: Dashboard, panel: DashboardPanel, sources: Sources): Fault | undefined {
  if (dashboard.schema === 'v2' || panel.library !== undefined || panel.targets.length === 0) return undefined
  const fault = targetFault(undefined, sources)
  const isAnswered = panel.targets.every(({ datasource }) => datasource !== undefined)
  return fault && isAnswered ? { ...fault, level: 'info' } : fault
}

/** Kinds of data sources by the variable or input that stands for one. */
type Sources = ReadonlyMap<string, { readonly type: string | undefined; readonly isVariable: boolean }>

function sourcesOf({ json, bodyPath, variables }: Dashboard): Sources {
  const sources = new Map<string, { type: string | undefined; isVariable: boolean }>()
  for (const input of listAt(valueAt(json, ...bodyPath), '__inputs')) {
    const name = textAt(input, 'name')
    if (name !== undefined) sources.set(name, { type: textAt(input, 'pluginId'), isVariable: true })
  }
  for (const { name, type, query } of variables) {
    sources.set(name, { type: type === 'datasource' ? query : undefined, isVariable: type === 'datasource' })
  }
  return sources
}

const builtIn = /^(-- .* --|__expr__|grafana)$/

function faultOf({ type, uid }: DatasourceReference, sources: Sources): Fault | undefined {
  if (uid !== undefined && builtIn.test(uid)) return undefined
  const name = variableOf(uid)
  if (name === undefined) return fixed(type, uid, sources)
  const source = sources.get(name)
  if (source === undefined || !source.isVariable) {
    return {
      check,
      level: 'error',
      reason: `The data source is ${uid}, but the dashboard defines no data source variable of that name.`,
      mend: 'Define the variable, or name one that is defined.',
    }
  }
  if (type !== undefined && source.type !== undefined && type !== source.type) {
    return {
      check,
      level: 'error',
      reason: `The reference says ${type}, but ${uid} chooses among data sources of type ${source.type}.`,
      mend: `Write ${source.type}, or use another variable.`,
    }
  }
  return undefined
}

/** A query without any reference asks whatever data source is the default. */
function targetFault(reference: DatasourceReference | undefined, sources: Sources): Fault | undefined {
  return faultOf(reference ?? { type: undefined, uid: undefined }, sources)
}

function fixed(type: string | undefined, uid: string | undefined, sources: Sources): Fault | undefined {
  if (type !== undefined && !speaksPromql({ type, uid }, () => undefined)) return undefined
  const variable = [...sources].find(
    ([, source]) => source.isVariable && source.type === (type ?? 'prometheus'),
  )?.[0]
  if (variable === undefined) return undefined
  const reason =
    uid === undefined
      ? `It names no data source, so that $${variable} has no effect on it.`
      : `The data source is fixed to ${uid}, so that $${variable} has no effect on it.`
  return { check, level: 'warning', reason, mend: `Use \${${variable}}.` }
}

function differs(a: DatasourceReference | undefined, b: DatasourceReference | undefined): boolean {
  if (a?.uid === undefined || b?.uid === undefined) return false
  if (builtIn.test(a.uid)) return false
  return (variableOf(a.uid) ?? a.uid) !== (variableOf(b.uid) ?? b.uid)
}

function overruled(refId: string | undefined): Fault {
  return {
    check,
    level: 'warning',
    reason: `Query ${refId ?? ''} names another data source than its panel, which overrules it.`,
    mend: 'Give both the same one, or the panel "-- Mixed --".',
  }
}
