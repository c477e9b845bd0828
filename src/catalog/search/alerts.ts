import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import { searchDisk, searchQuery } from './metrics.ts'

export const searchLatency = {
  record: 'instance:search_query_seconds:p99_rate5m',
  query: promql`histogram_quantile(0.99, sum by (job, instance, le) (rate(${searchQuery}_bucket[5m])))`,
  unit: 's',
  description: 'Time in which 99 of 100 full-text queries are answered.',
  thresholds: searchQuery.thresholds,
} as const satisfies Recording

export const searchSlow = {
  alert: 'SearchSlow',
  query: promql`${searchLatency} > ${critical(searchQuery)}`,
  for: '10m',
  severity: 'warning',
  summary: 'Full-text queries of {{ $labels.instance }} are slow.',
  description: 'One query in a hundred takes longer than {{ $value | humanizeDuration }}.',
  runbook: `While a query runs nothing else does: slow ones hold up the whole service.

1. *Search* dashboard: has the index grown? Fewer fields (\`--search\`) make a smaller one.
2. Is it being rebuilt? Then that ends by itself.
3. *Storage* dashboard: is the disk slow for others as well?
4. Who asks? Lower \`--rate-limit\`, or ask for a token (\`--token\`).`,
  tests: {
    fires: {
      series: [
        { query: promql`${searchQuery}_bucket{le="{critical}"}`, values: '0+0x240' },
        { query: promql`${searchQuery}_bucket{le="{critical*2}"}`, values: '0+60x240' },
        { query: promql`${searchQuery}_bucket{le="+Inf"}`, values: '0+60x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${searchQuery}_bucket{le="{critical*0.9}"}`, values: '0+60x240' },
        { query: promql`${searchQuery}_bucket{le="+Inf"}`, values: '0+60x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const searchDiskLarge = {
  alert: 'SearchDiskLarge',
  query: promql`${searchDisk} > ${warning(searchDisk)}`,
  for: '30m',
  severity: 'warning',
  summary: 'The search index of {{ $labels.instance }} has grown large.',
  description: 'It takes {{ $value | humanize1024 }}B on disk.',
  runbook: `1. Which fields are searched? \`--search\` names them; without it all that posts and profiles say.
2. How much is left on the disk? Set the bounds of \`search_disk_bytes\` to fit the machine.`,
  tests: {
    fires: { series: [{ query: promql`${searchDisk}`, values: '{warning*1.1}x240' }], at: '45m' },
    quiet: { series: [{ query: promql`${searchDisk}`, values: '{warning*0.9}x240' }], at: '45m' },
  },
} as const satisfies Alert
