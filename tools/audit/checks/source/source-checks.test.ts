import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildInventory } from '../../../metrics/build-inventory.ts'
import type { Declared } from '../../../metrics/declared-metric.ts'
import { readWritten } from '../../../source/source.fixture.ts'
import type { AuditInputs } from '../../check.ts'
import { sourceChecks } from './source-checks.ts'

const client = "import { Counter, Gauge, Histogram } from 'prom-client'\n"
const counter = (name: string, labels = '') =>
  `const ${name} = new Counter({ name: '${name}_total', help: 'x'${labels && `, labelNames: [${labels}]`} })\n`
const gauge = "const busy = new Gauge({ name: 'busy', help: 'x' })\n"

const declared = (attributes: string) =>
  `import { bind, timed } from '@tidegauge/otel'\nconst jobs = { name: 'jobs', instrument: 'counter', unit: '{job}', description: 'x'${attributes} } as const satisfies MetricDefinition\n`
const kinds = ", attributes: { kind: ['mail', 'sms'] }"

/** Source, and what is found in it: check, line, subject. */
const rows: readonly (readonly [what: string, source: string, expected: readonly string[]])[] = [
  ['what is recorded', `${counter('jobs')}jobs.inc()`, []],
  ['what is never recorded', counter('jobs'), ['source-not-recorded 2 jobs_total']],
  [
    'hits without misses',
    `${counter('hits')}${counter('misses')}hits.inc()`,
    ['source-half-pair 3 misses_total', 'source-not-recorded 3 misses_total'],
  ],
  ['hits and misses', `${counter('hits')}${counter('misses')}hits.inc(); misses.inc()`, []],
  [
    'success without failure',
    `${counter('calls', "'outcome'")}calls.inc({ outcome: 'success' })`,
    ['source-half-pair 2 calls_total'],
  ],
  [
    'success and failure',
    `${counter('calls', "'outcome'")}calls.inc({ outcome: 'success' }); calls.inc({ outcome: 'failure' })`,
    [],
  ],
  [
    'an outcome that is computed',
    `${counter('calls', "'outcome'")}calls.inc({ outcome: 'success' }); calls.inc({ outcome: go() })`,
    [],
  ],
  [
    'a timer of seconds in a metric of milliseconds',
    `${client}const took = new Histogram({ name: 'took_ms', help: 'x' })\ntook.startTimer()()`,
    ['source-timer-unit 4 took_ms'],
  ],
  [
    'a timer in a metric of seconds, and milliseconds that are observed',
    `const a = new Histogram({ name: 'a_seconds', help: 'x' })\na.startTimer()()
const b = new Histogram({ name: 'b_ms', help: 'x' })\nb.observe(5)`,
    [],
  ],
  [
    'what the caller sends as a label',
    `${counter('jobs', "'kind'")}export const go = (req) => jobs.inc({ kind: req.query.kind ?? 'none' })\ngo()`,
    ['source-unbounded-label 3 jobs_total'],
  ],
  ['labels as the catalog declares them', `${declared(kinds)}bind(meter, jobs).add(1, { kind: 'mail' })`, []],
  [
    'a value that the catalog does not list',
    `${declared(kinds)}bind(meter, jobs).add(1, { kind: 'post' })`,
    ['source-labels 4 jobs_total'],
  ],
  [
    'a label of the catalog that is left out',
    `${declared(kinds)}bind(meter, jobs).add(1)`,
    ['source-labels 4 jobs_total'],
  ],
  ['a label that was given before', `${declared(kinds)}bind(meter, jobs).bind({ kind: 'sms' }).add(1)`, []],
  [
    'labels of what is timed',
    `${declared(kinds)}const measure = timed(meter, { runs: jobs })\nmeasure({ kind: 'mail' }, () => send())\nmeasure({ sort: 'mail' }, () => send())`,
    ['source-labels 6 jobs_total', 'source-labels 6 jobs_total'],
  ],
  [
    'a choice that is never made',
    `${counter('jobs')}export const go = () => (false ? jobs.inc() : undefined)\ngo()`,
    ['source-dead-recording 2 jobs_total'],
  ],
  ['a gauge that only rises', `${gauge}busy.inc()`, ['source-gauge-one-way 2 busy']],
  ['a gauge that rises and falls', `${gauge}busy.inc(); busy.dec()`, []],
  ['a gauge that is set', `${gauge}busy.set(1)`, []],
  [
    'a counter that is reset',
    `${counter('jobs')}jobs.inc(); jobs.reset()`,
    ['source-counter-misuse 3 jobs_total'],
  ],
  ['a counter that falls', `${counter('jobs')}jobs.inc(-1)`, ['source-counter-misuse 3 jobs_total']],
  [
    'a label that is not declared',
    `${counter('jobs', "'kind'")}jobs.inc({ kidn: 'a' })`,
    ['source-labels 3 jobs_total'],
  ],
  [
    'too few labels',
    `${counter('jobs', "'kind', 'size'")}jobs.labels('a').inc()`,
    ['source-labels 3 jobs_total'],
  ],
  [
    'two of one name',
    `${counter('jobs')}jobs.inc()\nnew Gauge({ name: 'jobs_total', help: 'x' }).set(1)`,
    ['source-declared-twice 4 jobs_total'],
  ],
  [
    'the path of the request as a label',
    `${counter('jobs', "'route'")}on((req) => jobs.inc({ route: req.url }))`,
    ['source-unbounded-label 3 jobs_total'],
  ],
  [
    'a person as a label',
    `${counter('jobs', "'user_id'")}jobs.inc({ user_id: who() })`,
    ['source-unbounded-label 2 jobs_total'],
  ],
  [
    'a route as a label',
    `${counter('jobs', "'route'")}on((req) => jobs.inc({ route: req.route.pattern }))`,
    [],
  ],
  [
    'a name that is computed',
    "new Counter({ name: process.env.NAME, help: 'x' })",
    ['source-unresolved 2 main.js'],
  ],
  ['dead code', `${counter('jobs')}function nobody() { jobs.inc() }`, ['source-dead-recording 2 jobs_total']],
]

describe('the checks of source', () => {
  for (const [what, source, expected] of rows) {
    it(`tell of ${what}: ${expected.join(', ') || 'nothing'}`, async () => {
      const { declared } = await readWritten({ 'main.js': client + source })
      assert.deepEqual(await found({ source: declared }), [...expected].sort())
    })
  }

  it('tell of what only tests record', async () => {
    const { declared } = await readWritten({
      'metrics.js': `${client}export ${counter('jobs')}`,
      'metrics.test.js': "import { jobs } from './metrics.js'\njobs.inc()",
    })
    assert.deepEqual(await found({ source: declared }), ['source-only-in-tests 2 jobs_total'])
  })

  it('tell of what source and catalog do not share', async () => {
    const { declared: source } = await readWritten({ 'a.js': `${client}${counter('jobs')}jobs.inc()` })
    const { declared: other } = await readWritten({ 'b.js': `${client}${counter('others')}others.inc()` })
    assert.deepEqual(await found({ source, catalog: other }), [
      'source-catalog 2 jobs_total',
      'source-catalog 2 others_total',
    ])
  })
})

async function found(read: { readonly source: Declared; readonly catalog?: Declared }): Promise<string[]> {
  const bare: Omit<AuditInputs, 'inventory'> = {
    catalog: undefined,
    targets: [],
    dashboards: [],
    rules: [],
    prometheus: undefined,
    ...read,
  }
  const inputs: AuditInputs = { ...bare, inventory: buildInventory(bare) }
  const all: string[] = []
  for (const { run } of sourceChecks)
    for (const { check, place, subject } of await run(inputs)) all.push(`${check} ${place.line} ${subject}`)
  return all.sort()
}
