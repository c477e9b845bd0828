import { misspelt } from '../bend.ts'
import { type DashboardJson, type PanelJson, type PanelPlace, panelsOf } from '../dashboard-places.ts'
import type { Kind, Mutant } from '../mutant.ts'

/** Panels: their place, what they are called, and what they show of the values. */
export const kinds: readonly Kind[] = [
  panelKind('panel removed', () => (panel, whole) => {
    whole.panels = whole.panels.filter(({ id }) => id !== panel.id)
  }),
  panelKind('panel there twice', () => (panel, whole) => {
    const below = Math.max(...whole.panels.map(({ gridPos: { y, h } }) => y + h))
    whole.panels.push({ ...panel, id: panel.id + 1, gridPos: { ...panel.gridPos, y: below } })
  }),
  panelKind('id of another panel', () => (panel, whole) => {
    panel.id = whole.panels.find(({ id }) => id !== panel.id)?.id ?? panel.id
  }),
  panelKind('id zero', () => (panel) => {
    panel.id = 0
  }),
  panelKind('id removed', () => (panel) => {
    delete (panel as Partial<PanelJson>).id
  }),
  panelKind('on top of another panel', ({ panel }) => (bent, whole) => {
    const other = whole.panels.find(({ id, type }) => id !== panel.id && type !== 'row')
    bent.gridPos = { ...(other?.gridPos ?? bent.gridPos) }
  }),
  panelKind('beyond the right edge', () => ({ gridPos }) => {
    gridPos.x = 25 - gridPos.w
  }),
  panelKind('without width', () => ({ gridPos }) => {
    gridPos.w = 0
  }),
  panelKind('without position', () => (panel) => {
    delete (panel as Partial<PanelJson>).gridPos
  }),
  panelKind('title removed', () => (panel) => {
    panel.title = ''
  }),
  panelKind('title of another panel', ({ json, dashboard, panel }) => {
    const other = dashboard.panels.find(
      ({ title, within }) => title !== panel.title && within.join() === panel.within.join(),
    )
    return other && json.title !== other.title
      ? (bent) => {
          bent.title = other.title
        }
      : undefined
  }),
  panelKind('title misspelt', () => (panel) => {
    panel.title = misspelt(panel.title)
  }),
  panelKind('description removed', () => (panel) => {
    delete panel.description
  }),
  panelKind('description misspelt', ({ json }) =>
    json.description
      ? (panel) => {
          panel.description = misspelt(panel.description ?? '')
        }
      : undefined,
  ),
  panelKind('legend hidden', ({ json }) =>
    json.type === 'timeseries' && json.targets.length > 1
      ? (panel) => {
          panel.options = {
            ...panel.options,
            legend: { showLegend: false, displayMode: 'hidden', placement: 'bottom', calcs: [] },
          }
        }
      : undefined,
  ),
  panelKind('type misspelt', () => (panel) => {
    panel.type = misspelt(panel.type)
  }),
  panelKind('type that Grafana removed', () => (panel) => {
    panel.type = panel.type === 'stat' ? 'singlestat' : 'graph'
  }),
  panelKind('graph → stat', ({ json: { type } }) =>
    type === 'timeseries'
      ? (panel) => {
          panel.type = 'stat'
        }
      : undefined,
  ),
  panelKind(
    'data source unknown',
    ({ json: { datasource } }) =>
      datasource &&
      ((panel) => {
        panel.datasource = { type: 'prometheus', uid: 'prom-old' }
      }),
  ),
  panelKind(
    'variable of the data source misspelt',
    ({ json: { datasource } }) =>
      datasource &&
      ((panel) => {
        panel.datasource = { type: 'prometheus', uid: '$datasorce' }
      }),
  ),
  panelKind(
    'data source of another kind',
    ({ json: { datasource } }) =>
      datasource &&
      ((panel) => {
        panel.datasource = { type: 'loki', uid: '$datasource' }
      }),
  ),
  panelKind(
    'another calculation',
    ({ json }) =>
      json.options?.reduceOptions &&
      ((panel) => {
        if (panel.options?.reduceOptions) panel.options.reduceOptions.calcs = ['sum']
      }),
  ),
  panelKind('stacking turned around', ({ json }) => {
    if (
      json.type !== 'timeseries' ||
      json.targets.length + Number(/by \(/.test(json.targets[0]?.expr ?? '')) < 2
    )
      return undefined
    return ({ fieldConfig: { defaults } }) => {
      const { mode } = (defaults.custom?.stacking ?? {}) as { mode?: string }
      defaults.custom = {
        ...defaults.custom,
        stacking: { mode: mode === 'normal' ? 'none' : 'normal', group: 'A' },
      }
    }
  }),
]

export function panelKind(
  name: string,
  bend: (place: PanelPlace) => ((panel: PanelJson, whole: DashboardJson) => void) | undefined,
  leftOut?: string,
): Kind {
  return {
    name,
    of: 'dashboards',
    ...(leftOut !== undefined && { leftOut }),
    *mutants(tree): Generator<Mutant> {
      for (const place of panelsOf(tree)) {
        const change = bend(place)
        if (change === undefined) continue
        yield {
          what: place.what,
          get change() {
            return place.change(change)
          },
        }
      }
    },
  }
}
