import { nearest } from '@tidegauge/otel/nearest'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-panel-type'

/** Panels that today's Grafana draws by migrating them, or not at all. */
export const dashboardPanelType: Check = {
  name: check,
  description:
    'Panels without a type, of one that Grafana removed, or of one that does not come with Grafana.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        const { type } = panel
        if (builtIn.has(type) || (type === '' && panel.library !== undefined)) continue
        const successor = removed[type]
        if (type === '') {
          const mend = 'Set the type, for example to timeseries.'
          yield panelFinding(dashboard, panel, { check, level: 'error', reason: 'It has no type.', mend })
        } else if (successor !== undefined) {
          const reason = `Panels of type ${type} have been removed from Grafana.`
          yield panelFinding(dashboard, panel, { check, level: 'warning', reason, mend: `Use ${successor}.` })
        } else {
          const meant = nearest(type, builtIn)
          const reason = `The type ${type} does not come with Grafana${meant === undefined ? '' : `; ${meant} does`}.`
          const mend = `${meant === undefined ? '' : `Write ${meant}, if that is what is meant. `}Check that its plugin is installed, or correct the name.`
          const level = meant === undefined ? 'info' : 'warning'
          yield panelFinding(dashboard, panel, { check, level, reason, mend })
        }
      }
    }
  },
}

const removed: Readonly<Record<string, string>> = {
  graph: 'timeseries',
  singlestat: 'stat',
  'table-old': 'table',
  'grafana-singlestat-panel': 'stat',
  'grafana-piechart-panel': 'piechart',
  'grafana-worldmap-panel': 'geomap',
}

const builtIn = new Set(
  `alertlist annolist barchart bargauge candlestick canvas dashlist datagrid debug flamegraph gauge geomap
  gettingstarted heatmap histogram live logs news nodeGraph piechart stat state-timeline status-history table
  text timeseries traces trend welcome xychart row`.split(/\s+/),
)
