import { nearest } from '@tidegauge/otel/nearest'
import type { Dashboard } from '../../../dashboards/dashboard.ts'
import { panelModel } from '../../../dashboards/panel-model.ts'
import { listAt, stringsIn, textAt, valueAt } from '../../../dashboards/value-at.ts'
import { variablesIn } from '../../../dashboards/variable-references.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { someOf } from '../../some-of.ts'
import { dashboardFinding, type Fault, panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-variable-unknown'

export const dashboardVariableUnknown: Check = {
  name: check,
  description:
    'Variables that queries, titles, legends, links or other variables use, but that the dashboard does not define.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) yield* unknownIn(dashboard)
  },
}

function* unknownIn(dashboard: Dashboard): Generator<Finding> {
  const known = definedIn(dashboard)
  const unknown = (...texts: readonly (string | undefined)[]) =>
    new Set(texts.flatMap((text) => variablesIn(text ?? '')).filter((name) => !known.has(name)))
  for (const panel of dashboard.panels) {
    const { repeat, links } = panelModel(dashboard, panel)
    const texts = [panel.title, panel.description, ...stringsIn(links)]
    const inPanel = unknown(...texts)
    if (repeat !== undefined && !known.has(repeat)) inPanel.add(repeat)
    for (const name of inPanel)
      yield panelFinding(dashboard, panel, { ...fault(name, known), subject: `$${name}` })
    for (const target of panel.targets) {
      for (const name of misspeltIn(target.expr, target.intervalText))
        yield panelFinding(dashboard, panel, {
          check,
          level: 'error',
          reason: `Grafana has no variable $${name}.`,
          mend: `Write $${nearest(name, builtIn)}.`,
          target,
          subject: `$${name}`,
        })
      for (const name of unknown(target.expr, target.legend, target.intervalText)) {
        if (inPanel.has(name)) continue
        yield panelFinding(dashboard, panel, { ...fault(name, known), target, subject: `$${name}` })
      }
    }
  }
  for (const variable of dashboard.variables) {
    for (const name of unknown(variable.query, variable.regex)) {
      const subject = `$${variable.name} uses $${name}`
      yield dashboardFinding(dashboard, { ...fault(name, known), line: variable.line, subject })
    }
  }
  for (const row of dashboard.rows) {
    for (const name of unknown(row.title)) {
      yield dashboardFinding(dashboard, { ...fault(name, known), line: row.line, subject: `$${name}` })
    }
  }
}

/** Variables of Grafana itself that are written wrongly; what is not like any of them may be of a newer one. */
function misspeltIn(...texts: readonly (string | undefined)[]): ReadonlySet<string> {
  const used = texts.flatMap((text = '') =>
    [...text.matchAll(/\$\{?(__[a-z_]+)/gi)].map(([, name = '']) => name),
  )
  return new Set(used.filter((name) => !builtIn.has(name) && nearest(name, builtIn) !== undefined))
}

const builtIn = new Set(
  `__interval __interval_ms __range __range_s __range_ms __rate_interval __rate_interval_ms __from __to __name __org
  __user __dashboard __timezone __timeFilter __unixEpochFilter __unixEpochFrom __unixEpochTo __data __field __fields
  __series __value __url __url_time_range __all __all_variables __auto __cell __time __searchFilter __timeFrom
  __timeTo __timeGroup __conf __column __table __schema __adhoc __groupby __filters __scopes __tenant`.split(
    /\s+/,
  ),
)

function definedIn({ json, bodyPath, variables }: Dashboard): ReadonlySet<string> {
  const inputs = listAt(valueAt(json, ...bodyPath), '__inputs').map((input) => textAt(input, 'name'))
  return new Set([
    ...variables.map(({ name }) => name),
    ...inputs.filter((name) => name !== undefined),
    ...grafanas,
  ])
}

/** Names that Grafana replaces although they do not begin with `__`. */
const grafanas = ['timeFilter', 'interval', 'interval_ms']

function fault(name: string, known: ReadonlySet<string>): Fault {
  const defined = [...known].filter((each) => !grafanas.includes(each)).map((each) => `$${each}`)
  return {
    check,
    level: 'error',
    reason: `The dashboard defines no variable $${name}.`,
    mend:
      defined.length === 0
        ? 'Define it, or write the value.'
        : `Define it, or use one of ${someOf(defined)}.`,
  }
}
