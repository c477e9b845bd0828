import type { Dashboard, DashboardPanel } from '../dashboards/dashboard.ts'
import { wordsInQueries } from '../dashboards/metrics-of.ts'
import { wordsInCommon, wordsOf } from './metric-words.ts'

/** Panels that show metrics of the same family, the closest first; those whose row or title names the family come last. */
export type RelativesOf = (dashboard: Dashboard, metric: string) => readonly DashboardPanel[]

/** @param names of all metrics that are known. */
export function createRelatives(names: ReadonlySet<string>): RelativesOf {
  // Every metric that is added is compared with every panel, and few panels are new since the last one.
  const seen = new WeakMap<DashboardPanel, Words>()
  const wordsOfPanel = (panel: DashboardPanel): Words => {
    const words = seen.get(panel) ?? readWords(panel, names)
    seen.set(panel, words)
    return words
  }
  return (dashboard, metric) => {
    const words = wordsOf(metric)
    const family = (words[0] ?? metric).toLowerCase()
    return dashboard.panels
      .map((panel, index) => ({ panel, index, closeness: closeness(wordsOfPanel(panel), words, family) }))
      .filter((each) => each.closeness > 0)
      .sort((a, b) => b.closeness - a.closeness || b.index - a.index)
      .map(({ panel }) => panel)
  }
}

interface Words {
  /** Of each metric that the panel shows. */
  readonly shown: readonly (readonly string[])[]
  readonly text: string
}

function readWords(panel: DashboardPanel, names: ReadonlySet<string>): Words {
  // Words of a query are functions and labels as well; a name of two words or more, or a known one, is a metric.
  const shown = [...wordsInQueries(panel)].filter((word) => names.has(word) || word.includes('_'))
  return { shown: shown.map(wordsOf), text: [...panel.within, panel.title].join(' ').toLowerCase() }
}

function closeness({ shown, text }: Words, words: readonly string[], family: string): number {
  const most = shown.reduce((common, other) => Math.max(common, wordsInCommon(other, words)), 0)
  if (most > 0) return most
  return hasWordWith(family, text) ? 0.5 : 0
}

function hasWordWith(beginning: string, text: string): boolean {
  for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1))
    if (!/\w/.test(text[at - 1] ?? '')) return true
  return false
}
