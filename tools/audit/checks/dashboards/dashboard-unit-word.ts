import { countedByGrafana, countedThing } from '@tidegauge/otel/naming'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-unit-word'

/** Only where the metric itself says what it counts. */
export const dashboardUnitWord: Check = {
  name: check,
  description:
    'Rates that the panel calls requests, messages or the like per second, though the metric counts something else.',
  *run(inputs) {
    for (const dashboard of inputs.dashboards) {
      for (const panel of dashboard.panels) {
        const word = countedByGrafana(panel.unit ?? '')
        // Whatever happens is an event, so that eps is right for all.
        if (word === undefined || word === 'event') continue
        const counted = shownQueries(panel).flatMap((target) => {
          const selectors = queryOf(inputs, target)?.selectors ?? []
          return selectors.map(({ name }) => countedBy(inputs, name?.text ?? ''))
        })
        // One that counts the right thing, or does not say what, is reason enough for the word.
        if (counted.length === 0 || counted.some((each) => each === undefined || each === word)) continue
        yield panelFinding(dashboard, panel, {
          check,
          level: 'info',
          reason: `The unit ${panel.unit} says ${word}s, but the metric counts ${counted[0]}s.`,
          mend: 'Use the unit with the right word, or eps or cps for anything.',
          subject: 'unit',
        })
      }
    }
  },
}

function countedBy({ inventory }: AuditInputs, name: string): string | undefined {
  return countedThing(inventory.ofSeries(name)?.metric.unit ?? '') || undefined
}
