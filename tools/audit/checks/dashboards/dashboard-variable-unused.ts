import type { Dashboard } from '../../../dashboards/dashboard.ts'
import { stringsIn, textAt, valueAt } from '../../../dashboards/value-at.ts'
import { variablesIn } from '../../../dashboards/variable-references.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-variable-unused'

/** These have an effect without being named. */
const effective = new Set(['adhoc', 'groupby'])

export const dashboardVariableUnused: Check = {
  name: check,
  description: 'Variables that nothing in the dashboard uses.',
  *run({ dashboards }) {
    for (const dashboard of dashboards.filter(({ variables }) => variables.length > 0)) {
      const used = usedIn(dashboard)
      for (const { name, type, line } of dashboard.variables) {
        if (!/^\w+$/.test(name) || effective.has(type) || used.has(name)) continue
        yield dashboardFinding(dashboard, {
          check,
          level: 'warning',
          reason: `Nothing uses the variable $${name}; choosing a value changes nothing.`,
          mend:
            type === 'datasource'
              ? `Give the panels \${${name}} as their data source, or remove it.`
              : `Use it in the queries, for example as a matcher {${name}=~"$${name}"}, or remove it.`,
          line,
          subject: `$${name}`,
        })
      }
    }
  },
}

/** A variable that uses itself is not used; one that another variable uses is. */
function usedIn({ json, variables }: Dashboard): ReadonlySet<string> {
  const definitions = variables.map(({ name, path }) => ({ name, json: valueAt(json, ...path) }))
  const used = new Set<string>()
  for (const text of stringsIn(json, new Set(definitions.map((each) => each.json)))) {
    for (const name of variablesIn(text)) used.add(name)
  }
  for (const definition of definitions) {
    for (const text of stringsIn(definition.json)) {
      for (const name of variablesIn(text)) if (name !== definition.name) used.add(name)
    }
  }
  for (const name of repeatsIn(json)) used.add(name)
  return used
}

/** Panels and rows are repeated for the values of a variable, which is named without a `$`. */
function repeatsIn(value: unknown, found: string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, each] of Object.entries(value)) {
    if (key !== 'repeat') repeatsIn(each, found)
    else {
      const name = typeof each === 'string' ? each : textAt(each, 'value')
      if (name !== undefined) found.push(name)
    }
  }
  return found
}
