import type { MetricDefinition, Panel, Query } from '@tidegauge/otel/catalog'
import { syncErrors, syncRuns, syncTriggers } from './metrics.ts'

/** What each trigger stands for, as the titles of panels say it. */
const titles: Readonly<Record<(typeof syncTriggers)[number], string>> = {
  mcp: 'the tool sync of MCP',
  write: 'records that were created here',
  edit: 'records that were changed or deleted here',
  cli: 'the command line',
  api: 'the API',
  background: 'repos that nothing had confirmed',
  backfill: 'repos that are fetched for the first time',
  resync: 'repos that are fetched again',
  observer: 'observers',
}

/** A panel for each way in which a sync begins. */
export const triggerPanels: readonly Panel[] = syncTriggers.map((trigger) => ({
  panel: `Trigger ${trigger}`,
  description: `Sync runs per minute that were begun by ${titles[trigger]}, and those among them that failed.`,
  kind: 'timeseries',
  unit: '{run}/min',
  row: 'Triggers',
  targets: [
    { query: perMinute(syncRuns, trigger), legend: 'runs' },
    { query: perMinute(syncErrors, trigger), legend: 'errors' },
  ],
}))

function perMinute(metric: MetricDefinition, trigger: string): Query {
  return { strings: ['sum(rate(', `{trigger="${trigger}"}[$__rate_interval])) * 60`], parts: [metric] }
}
