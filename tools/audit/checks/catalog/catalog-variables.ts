import type { Dashboard, DashboardVariable } from '../../../dashboards/dashboard.ts'
import { valueAt } from '../../../dashboards/value-at.ts'
import type { ExpectedDashboard } from '../../expected-dashboards.ts'
import type { DashboardFault } from './catalog-faults.ts'

/** How the variables of a dashboard are otherwise than the catalog says; what is selected is the reader's. */
export function variableFaults({ is, shouldBe }: ExpectedDashboard): readonly DashboardFault[] {
  return shouldBe.variables.flatMap((wanted) => {
    const about = `variable ${wanted.name}`
    const own = is.variables.find(({ name }) => name === wanted.name)
    if (own === undefined) return [{ about, reason: `It lacks the variable ${wanted.name}.` }]
    return differences(own, wanted, { is, shouldBe }).map(([what, here, there]) => ({
      about: `${about} ${what}`,
      reason: `The ${what} of the variable ${wanted.name} is ${here}, the catalog says ${there}.`,
      line: own.line,
    }))
  })
}

function differences(
  own: DashboardVariable,
  wanted: DashboardVariable,
  dashboards: ExpectedDashboard,
): readonly (readonly [string, string, string])[] {
  const fields = [
    ['type', own.type, wanted.type],
    ['query', askedBy(dashboards.is, own), askedBy(dashboards.shouldBe, wanted)],
    ['regex', own.regex ?? '', wanted.regex ?? ''],
    ['choice of several', own.isMulti, wanted.isMulti],
    ['choice of all', own.includesAll, wanted.includesAll],
    ...rawKeys.map(
      (key) =>
        [key, settingOf(dashboards.is, own, key), settingOf(dashboards.shouldBe, wanted, key)] as const,
    ),
    // Version 2 has words where version 1 has numbers.
    ...(dashboards.is.schema === dashboards.shouldBe.schema
      ? numberedKeys.map(
          (key) =>
            [key, settingOf(dashboards.is, own, key), settingOf(dashboards.shouldBe, wanted, key)] as const,
        )
      : []),
  ] as const
  return fields.flatMap(([what, here, there]) =>
    JSON.stringify(here ?? '') === JSON.stringify(there ?? '')
      ? []
      : [[what, text(here), text(there)] as const],
  )
}

const rawKeys = ['label', 'allValue']
const numberedKeys = ['refresh', 'sort']

function settingOf({ json, schema }: Dashboard, { path }: DashboardVariable, key: string): unknown {
  return valueAt(json, ...path, ...(schema === 'v2' ? ['spec'] : []), key)
}

/** Beside what a variable asks, version 1 keeps a copy for its editor. */
function askedBy(dashboard: Dashboard, variable: DashboardVariable): string {
  const isCopyAlone =
    dashboard.schema === 'v1' &&
    typeof settingOf(dashboard, variable, 'query') !== 'string' &&
    valueAt(settingOf(dashboard, variable, 'query'), 'query') === undefined
  return isCopyAlone ? '' : (variable.query ?? '').replaceAll(/\s+/g, '')
}

function text(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === undefined || value === '' ? 'missing' : JSON.stringify(value)
}
