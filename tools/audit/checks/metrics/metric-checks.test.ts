import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Check } from '../../check.ts'
import { found, type InputTexts } from '../../inputs.fixture.ts'
import { cardinalityGrowth } from '../scrape/cardinality-growth.ts'
import { cardinalitySeries } from '../scrape/cardinality-series.ts'
import { cardinalityValues } from '../scrape/cardinality-values.ts'
import { counterValue } from '../scrape/counter-value.ts'
import { histogramBuckets } from '../scrape/histogram-buckets.ts'
import { histogramShape } from '../scrape/histogram-shape.ts'
import { scrapeDuplicate } from '../scrape/scrape-duplicate.ts'
import { scrapeSyntax } from '../scrape/scrape-syntax.ts'
import { scrapeTimestamp } from '../scrape/scrape-timestamp.ts'
import { metricAbsent } from './metric-absent.ts'
import { metricChecks } from './metric-checks.ts'
import { metricHelp } from './metric-help.ts'
import { metricHelpDeclared } from './metric-help-declared.ts'
import { metricNeverUpdated } from './metric-never-updated.ts'
import { metricNoAlert } from './metric-no-alert.ts'
import { metricNoPanel } from './metric-no-panel.ts'
import { metricStale } from './metric-stale.ts'
import { metricType } from './metric-type.ts'
import { metricUndeclared } from './metric-undeclared.ts'
import { metricUnit } from './metric-unit.ts'
import { nameConvention } from './name-convention.ts'
import { nameLabel } from './name-label.ts'

const counter = (value: number | string, name = 'orders_total') =>
  `# HELP ${name} Orders taken.\n# TYPE ${name} counter\n${name} ${value}\n`
const gauge = (name: string, labels = '') =>
  `# HELP ${name} Things that wait.\n# TYPE ${name} gauge\n${name}${labels} 1\n`
const labelled = (count: number, value: (index: number) => string, name = 'orders_total') =>
  `# HELP ${name} Orders taken.\n# TYPE ${name} counter\n${Array.from({ length: count }, (_, index) => `${name}{user="${value(index)}"} 1\n`).join('')}`
const histogram = (buckets: Readonly<Record<string, number>>, count: number, rest = 'wait_seconds_sum 3\n') =>
  `# HELP wait_seconds Time waited.\n# TYPE wait_seconds histogram\n${Object.entries(buckets)
    .map(([le, value]) => `wait_seconds_bucket{le="${le}"} ${value}\n`)
    .join('')}${rest}wait_seconds_count ${count}\n`
const recording = { file: 'src/app.ts', line: 9, reach: 'product', labels: new Map() } as const
const alertOn = (expr: string) => `groups: [{ name: g, rules: [{ alert: A, expr: '${expr}' }] }]`

interface Case extends InputTexts {
  readonly says: string
  readonly check: Check
  readonly finds: readonly string[]
}

const cases: readonly Case[] = [
  { says: 'nothing of a whole scrape', check: scrapeSyntax, scrapes: [counter(1)], finds: [] },
  {
    says: 'a line without value',
    check: scrapeSyntax,
    scrapes: [`${counter(1)}broken\n`],
    finds: ['error the value is missing'],
  },
  {
    says: 'a series that is there twice, whatever the order of its labels',
    check: scrapeDuplicate,
    scrapes: ['a{x="1",y="2"} 1\na{y="2",x="1"} 1\n'],
    finds: ['error a'],
  },
  {
    says: 'nothing of series told apart',
    check: scrapeDuplicate,
    scrapes: ['a{x="1"} 1\na{x="2"} 1\n'],
    finds: [],
  },
  {
    says: 'a time of its own',
    check: scrapeTimestamp,
    scrapes: ['a 1 1700000000000\n'],
    finds: ['warning a'],
  },
  {
    says: 'no time in an exemplar',
    check: scrapeTimestamp,
    scrapes: ['# TYPE a counter\na_total 1 # {trace_id="x"} 1 1700000000.1\n# EOF\n'],
    finds: [],
  },
  { says: 'a negative counter', check: counterValue, scrapes: [counter(-1)], finds: ['error orders_total'] },
  {
    says: 'a counter that is not a number',
    check: counterValue,
    scrapes: [counter('NaN')],
    finds: ['error orders_total'],
  },
  {
    says: 'a counter that went down while another did not',
    check: counterValue,
    scrapes: [counter(5) + counter(5, 'mails_total'), counter(4) + counter(6, 'mails_total')],
    finds: ['error orders_total fell'],
  },
  {
    says: 'no fall in a restart',
    check: counterValue,
    scrapes: [counter(5) + counter(5, 'mails_total'), counter(1) + counter(0, 'mails_total')],
    finds: [],
  },
  {
    says: 'no fall where the start time tells of a restart',
    check: counterValue,
    scrapes: [`${counter(5)}process_start_time_seconds 1\n`, `${counter(4)}process_start_time_seconds 2\n`],
    finds: [],
  },
  {
    says: 'nothing of a sound histogram',
    check: histogramShape,
    scrapes: [histogram({ 1: 2, '+Inf': 3 }, 3)],
    finds: [],
  },
  {
    says: 'no +Inf',
    check: histogramShape,
    scrapes: [histogram({ 1: 2, 2: 3 }, 3)],
    finds: ['error wait_seconds'],
  },
  {
    says: 'falling buckets',
    check: histogramShape,
    scrapes: [histogram({ 1: 4, '+Inf': 3 }, 3)],
    finds: ['error wait_seconds'],
  },
  {
    says: 'another count',
    check: histogramShape,
    scrapes: [histogram({ 1: 2, '+Inf': 3 }, 4)],
    finds: ['error wait_seconds'],
  },
  {
    says: 'no buckets at all',
    check: histogramShape,
    scrapes: [histogram({}, 3)],
    finds: ['warning wait_seconds'],
  },
  {
    says: 'other buckets than declared',
    check: histogramBuckets,
    scrapes: [histogram({ 1: 2, '+Inf': 3 }, 3)],
    catalog: [{ name: 'wait_seconds', type: 'histogram', buckets: [1, 2] }],
    finds: ['warning wait_seconds'],
  },
  {
    says: 'nothing of the buckets that are declared',
    check: histogramBuckets,
    scrapes: [histogram({ 1: 2, 2: 2, '+Inf': 3 }, 3)],
    catalog: [{ name: 'wait_seconds', type: 'histogram', buckets: [1, 2] }],
    finds: [],
  },
  {
    says: 'help that is not the declared one',
    check: metricHelpDeclared,
    scrapes: [counter(1)],
    catalog: [{ name: 'orders_total', help: 'Orders that were paid.' }],
    finds: ['warning orders_total'],
  },
  {
    says: 'nothing of the help that is declared, or given by a library',
    check: metricHelpDeclared,
    scrapes: [`${counter(1)}${counter(1, 'carts_total')}`],
    catalog: [
      { name: 'orders_total', help: 'Orders taken.' },
      { name: 'carts_total', help: 'Carts that were filled.', recordedBy: 'a library' },
    ],
    finds: [],
  },
  {
    says: 'a declared label that no series has',
    check: metricType,
    scrapes: [counter(1)],
    catalog: [{ name: 'orders_total', labels: new Map([['kind', undefined]]) }],
    finds: ['warning orders_total without kind'],
  },
  {
    says: 'help that is declared and not exposed',
    check: metricHelp,
    scrapes: ['# TYPE orders_total counter\norders_total 1\n'],
    catalog: [{ name: 'orders_total' }],
    finds: ['warning orders_total'],
  },
  {
    says: 'no sum',
    check: histogramShape,
    scrapes: [histogram({ 1: 2, '+Inf': 3 }, 3, '')],
    finds: ['error wait_seconds'],
  },
  {
    says: 'most observations beyond the bounds',
    check: histogramShape,
    scrapes: [histogram({ 1: 10, 2: 20, '+Inf': 200 }, 200)],
    finds: ['warning wait_seconds'],
  },
  {
    says: 'all observations in the lowest bucket',
    check: histogramShape,
    scrapes: [histogram({ 1: 200, 2: 200, '+Inf': 200 }, 200)],
    finds: ['info wait_seconds'],
  },
  {
    says: 'nothing of few observations',
    check: histogramShape,
    scrapes: [histogram({ 1: 3, 2: 3, '+Inf': 3 }, 3)],
    finds: [],
  },
  {
    says: 'another type than declared',
    check: metricType,
    scrapes: [gauge('orders_total')],
    catalog: [{ name: 'orders_total' }],
    finds: ['error orders_total'],
  },
  {
    says: 'another type in the source than in the catalog',
    check: metricType,
    catalog: [{ name: 'orders_total' }],
    source: [{ name: 'orders_total', type: 'gauge' }],
    finds: ['error orders_total'],
  },
  {
    says: 'an undeclared label, and an undeclared value',
    check: metricType,
    scrapes: ['# TYPE orders_total counter\norders_total{kind="new",shop="a"} 1\n'],
    catalog: [{ name: 'orders_total', labels: new Map([['kind', ['old']]]) }],
    finds: ['warning orders_total kind=new', 'warning orders_total shop'],
  },
  {
    says: 'nothing of the overflow series',
    check: metricType,
    scrapes: ['# TYPE orders_total counter\norders_total{otel_metric_overflow="true"} 1\n'],
    catalog: [{ name: 'orders_total' }],
    finds: [],
  },
  {
    says: 'an absent counter that is exported from the start',
    check: metricAbsent,
    scrapes: [counter(1)],
    catalog: [{ name: 'orders_total' }, { name: 'refunds_total' }],
    finds: ['warning refunds_total'],
  },
  {
    says: 'an absent histogram, which may have no series yet',
    check: metricAbsent,
    scrapes: [counter(1)],
    catalog: [{ name: 'wait_seconds', type: 'histogram' }],
    finds: ['info wait_seconds'],
  },
  {
    says: 'an absent counter with an open label, which may have no series yet',
    check: metricAbsent,
    scrapes: [counter(1)],
    catalog: [{ name: 'refunds_total', labels: new Map([['model', undefined]]) }],
    finds: ['info refunds_total'],
  },
  {
    says: 'an absent metric that the scrape has under another name',
    check: metricAbsent,
    scrapes: [counter(1, 'order_total')],
    catalog: [{ name: 'orders_total', labels: new Map([['model', undefined]]) }],
    finds: ['warning orders_total'],
  },
  {
    says: 'an absent metric of the source that its library exposes from the start',
    check: metricAbsent,
    scrapes: [counter(1, 'mails_total')],
    source: [
      { name: 'refunds_total', library: 'prom-client' },
      { name: 'payments_total', library: 'prom-client', labels: new Map([['kind', undefined]]) },
    ],
    finds: ['info payments_total', 'warning refunds_total'],
  },
  {
    says: 'nothing absent without a scrape',
    check: metricAbsent,
    catalog: [{ name: 'orders_total' }],
    finds: [],
  },
  {
    says: 'an undeclared metric, but not those of the runtime',
    check: metricUndeclared,
    scrapes: [counter(1) + counter(1, 'go_gc_cycles_total') + counter(1, 'mails_total')],
    catalog: [{ name: 'orders_total' }],
    finds: ['warning mails_total'],
  },
  {
    says: 'a counter at 0 that the source records',
    check: metricNeverUpdated,
    scrapes: [counter(0)],
    source: [{ name: 'orders_total', recordings: [recording] }],
    finds: ['info orders_total'],
  },
  {
    says: 'a counter at 0 that only tests record',
    check: metricNeverUpdated,
    scrapes: [counter(0)],
    source: [{ name: 'orders_total', recordings: [{ ...recording, reach: 'test' }] }],
    finds: ['warning orders_total'],
  },
  {
    says: 'a counter at 0 that a catalog declares and an instrument of the same name records',
    check: metricNeverUpdated,
    scrapes: [counter(0)],
    source: [
      { name: 'orders_total', recordings: [] },
      { name: 'orders_total', recordings: [recording] },
    ],
    finds: ['info orders_total'],
  },
  { says: 'nothing of a counter that moved', check: metricNeverUpdated, scrapes: [counter(2)], finds: [] },
  {
    says: 'a histogram without observations',
    check: metricNeverUpdated,
    scrapes: [histogram({ 1: 0, '+Inf': 0 }, 0, 'wait_seconds_sum 0\n')],
    finds: ['info wait_seconds'],
  },
  {
    says: 'a counter that moved steadily and stopped',
    check: metricStale,
    scrapes: [0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5].map((value) => counter(value)),
    finds: ['warning orders_total'],
  },
  {
    says: 'a metric that is gone from a process that did not restart',
    check: metricStale,
    scrapes: [counter(1) + counter(1, 'mails_total'), counter(2) + counter(1, 'mails_total'), counter(3)],
    finds: ['warning mails_total gone'],
  },
  {
    says: 'nothing of a metric that a new process does not have yet',
    check: metricStale,
    scrapes: [1, 2].map((start) => `process_start_time_seconds ${start}\n${start === 1 ? counter(1) : ''}`),
    finds: [],
  },
  {
    says: 'nothing of a counter that moves now and then',
    check: metricStale,
    scrapes: [0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2].map((value) => counter(value)),
    finds: [],
  },
  {
    says: 'nothing of a metric that nothing records yet, whose fault is told at its declaration',
    check: metricNoPanel,
    scrapes: [counter(1, 'mails_total')],
    source: [
      { name: 'orders_total', recordings: [{ ...recording, reach: 'test' }] },
      { name: 'mails_total', recordings: [recording] },
    ],
    panels: ['up'],
    finds: ['warning mails_total'],
  },
  {
    says: 'a metric on no panel, but not one that is excused, shown through a recording, or of which a part is shown',
    check: metricNoPanel,
    scrapes: [
      ['orders_total', 'mails_total', 'refunds_total', 'quiet_total']
        .map((name) => counter(1, name))
        .join('') + histogram({ 1: 2, '+Inf': 3 }, 3),
    ],
    catalog: [{ name: 'quiet_total', noPanel: 'nobody asks' }],
    panels: ['rate(orders_total[5m])', 'job:refunds:rate5m', 'rate(wait_seconds_count[5m])'],
    rules:
      "groups: [{ name: g, rules: [{ record: 'job:refunds:rate5m', expr: 'rate(refunds_total[5m])' }] }]",
    finds: ['warning mails_total'],
  },
  {
    says: 'metrics of the runtime on no panel, as notes',
    check: metricNoPanel,
    scrapes: [gauge('go_goroutines')],
    panels: ['up'],
    finds: ['info go_goroutines'],
  },
  {
    says: 'no panel without dashboards',
    check: metricNoPanel,
    scrapes: [counter(1)],
    finds: [],
  },
  {
    says: 'what no alert watches: errors as warnings',
    check: metricNoAlert,
    scrapes: [counter(1) + counter(1, 'order_errors_total') + counter(1, 'mails_failed_total')],
    rules: alertOn('rate(mails_failed_total[5m]) > 0'),
    finds: ['info orders_total', 'warning order_errors_total'],
  },
  { says: 'no help', check: metricHelp, scrapes: ['# TYPE a gauge\na 1\n'], finds: ['warning a'] },
  {
    says: 'help that repeats the name',
    check: metricHelp,
    scrapes: ['# HELP queue_depth Queue depth.\n# TYPE queue_depth gauge\nqueue_depth 1\n'],
    finds: ['info queue_depth'],
  },
  {
    says: 'a unit that the name does not say',
    check: metricUnit,
    scrapes: ['# TYPE wait gauge\n# UNIT wait seconds\nwait 1\n# EOF\n'],
    finds: ['warning wait'],
  },
  {
    says: 'nothing of a unit that the name says',
    check: metricUnit,
    catalog: [
      { name: 'wait_seconds', unit: 's' },
      { name: 'orders_total', unit: '{order}' },
      { name: 'free_bytes', unit: 'By' },
    ],
    finds: [],
  },
  {
    says: 'a unit of the catalog that the name does not say',
    check: metricUnit,
    catalog: [{ name: 'wait_seconds', unit: 'By' }],
    finds: ['warning wait_seconds'],
  },
  {
    says: 'a label that gets new values with each scrape',
    check: cardinalityGrowth,
    scrapes: [labelled(20, String), labelled(60, String)],
    finds: ['warning orders_total user'],
  },
  {
    says: 'nothing of a label whose values stay',
    check: cardinalityGrowth,
    scrapes: [labelled(20, String), labelled(22, String)],
    finds: [],
  },
  {
    says: 'many series and very many series, the most first',
    check: cardinalitySeries,
    scrapes: [
      labelled(1001, String) + labelled(10_001, String, 'mails_total') + labelled(150, String, 'few_total'),
    ],
    finds: ['error mails_total', 'warning orders_total'],
  },
  {
    says: 'a label of many values',
    check: cardinalitySeries,
    scrapes: [labelled(201, String)],
    finds: ['warning orders_total'],
  },
  ...[
    (index: number) => `0f8fad5b-d9cb-469f-a165-70867728950${index}`,
    (index: number) => `ann${index}@example.org`,
    (index: number) => `did:plc:${index}`,
    (index: number) => `10.0.0.${index}:80`,
    (index: number) => `/users/10${index}/cart`,
    (index: number) => `48213${index}`,
  ].map((value) => ({
    says: `a label with values like ${value(1)}`,
    check: cardinalityValues,
    scrapes: [labelled(4, value)],
    finds: ['warning orders_total user'],
  })),
  {
    says: 'nothing of routes, codes and words',
    check: cardinalityValues,
    scrapes: [labelled(4, (index) => ['/users/:id', '200', 'error', 'eu-west-1'][index] ?? '')],
    finds: [],
  },
  ...[
    ['counter', 'orders', 'total'],
    ['gauge', 'orders_total', 'suffix'],
    ['gauge', 'orders_count', 'suffix'],
    ['gauge', 'wait_ms', 'unit'],
    ['gauge', 'seconds_waited', undefined],
    ['gauge', 'wait_seconds_longest', 'unit-last'],
    ['gauge', 'queueDepth', 'characters'],
    ['gauge', 'queue__depth', 'characters'],
    ['gauge', 'queue:depth', 'colon'],
    ['gauge', 'queue_gauge', 'type-word'],
    ['gauge', 'last_seen_timestamp_seconds', undefined],
    ['counter', 'cpu_seconds_total', undefined],
    ['gauge', 'build_info', undefined],
  ].map(([type, name = '', rule]) => ({
    says: `${rule ?? 'nothing'} in the name of the ${type} ${name}`,
    check: nameConvention,
    scrapes: [`# TYPE ${name} ${type}\n${name} 1\n`],
    finds: rule === undefined ? [] : [`${rule === 'unit-last' ? 'info' : 'warning'} ${name} ${rule}`],
  })),
  {
    says: 'a reserved label',
    check: nameLabel,
    scrapes: [gauge('depth', '{__kind="a"}')],
    finds: ['error depth __kind'],
  },
  {
    says: 'a label in capitals',
    check: nameLabel,
    scrapes: [gauge('depth', '{queueName="a"}')],
    finds: ['info depth queueName'],
  },
  {
    says: 'a label that Prometheus sets',
    check: nameLabel,
    scrapes: [gauge('depth', '{instance="a"}')],
    finds: ['warning depth instance'],
  },
  {
    says: 'le on a gauge',
    check: nameLabel,
    scrapes: [gauge('depth', '{le="a"}')],
    finds: ['warning depth le'],
  },
  { says: 'no le on a histogram', check: nameLabel, scrapes: [histogram({ 1: 2, '+Inf': 3 }, 3)], finds: [] },
]

describe('checks of metrics', () => {
  for (const { says, check, finds, ...texts } of cases) {
    it(`${check.name} finds ${says}`, async () => {
      assert.deepEqual(await found(check, texts), finds)
    })
  }

  it('have a case that finds something, each of them', () => {
    const seen = new Set(cases.filter(({ finds }) => finds.length > 0).map(({ check }) => check))
    assert.deepEqual(
      metricChecks.filter((check) => !seen.has(check)).map(({ name }) => name),
      [],
    )
  })
})
