import type { Dashboard, DashboardPanel } from '../dashboard.ts'
import { wordsInQueries } from '../metrics-of.ts'
import { kinship, wordsOf } from './metric-words.ts'

/** Panels that show metrics of the same family, the closest first; those whose row or title names the family come last. */
export function relativesOf(
  dashboard: Dashboard,
  metric: string,
  names: ReadonlySet<string>,
): readonly DashboardPanel[] {
  const family = wordsOf(metric)[0] ?? metric
  return dashboard.panels
    .map((panel, index) => ({ panel, index, closeness: closeness(panel, metric, family, names) }))
    .filter((each) => each.closeness > 0)
    .sort((a, b) => b.closeness - a.closeness || b.index - a.index)
    .map(({ panel }) => panel)
}

function closeness(
  panel: DashboardPanel,
  metric: string,
  family: string,
  names: ReadonlySet<string>,
): number {
  // Words of a query are functions and labels as well; a name of two words or more, or a known one, is a metric.
  const shown = [...wordsInQueries(panel)].filter((word) => names.has(word) || word.includes('_'))
  const most = Math.max(0, ...shown.map((name) => kinship(name, metric)))
  if (most > 0) return most
  const text = [...panel.within, panel.title].join(' ').toLowerCase()
  return new RegExp(`\\b${family.toLowerCase()}`).test(text) ? 0.5 : 0
}
