import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Attributes } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics'
import { type TranslationStrategy, translationStrategies } from '../naming/name.ts'
import { PrometheusEndpoint } from './endpoint.ts'
import { Exposition } from './exposition.ts'
import { negotiate } from './negotiate.ts'
import { parseProtobuf } from './protobuf-parser.fixture.ts'
import { parseText } from './text-parser.fixture.ts'

const schemes = ['underscores', 'allow-utf-8', 'dots', 'values']
const accepted = [
  'text/plain;version=0.0.4',
  ...schemes.map((scheme) => `text/plain;version=1.0.0;escaping=${scheme}`),
  'application/openmetrics-text;version=0.0.1',
  ...schemes.map((scheme) => `application/openmetrics-text;version=1.0.0;escaping=${scheme}`),
  ...schemes.map(
    (scheme) =>
      `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=${scheme}`,
  ),
]

const values = [
  0,
  -0,
  1,
  -1.5,
  0.1,
  2 ** 53,
  2 ** 53 + 2,
  5e-324,
  1.7976931348623157e308,
  1e21,
  1e-7,
  NaN,
  Infinity,
  -Infinity,
]
const fragments = [
  ...[
    'a',
    'b',
    'A',
    'total',
    'seconds',
    'bucket',
    'count',
    'sum',
    'created',
    'info',
    'le',
    'target',
    'foo',
    '1',
    '9',
  ],
  ...[
    '.',
    '_',
    '__',
    '-',
    '/',
    ':',
    ' ',
    '"',
    '\\',
    '\n',
    '{',
    '}',
    '=',
    ',',
    '#',
    '\t',
    '\r',
    'ü',
    '日本',
    '💡',
    '\ud800',
    '\0',
  ],
]
const awkwardKeys = [
  'le',
  '__name__',
  'quantile',
  'a.b',
  'a_b',
  'a-b',
  '',
  'otel_scope_name',
  'otel.scope.name',
  'exported_le',
  'job',
  '0',
]

/** Everything that a run does follows from its seed. */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed * 2654435761 + 1
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return (this.#state ^ (this.#state >>> 13)) % limit
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.abs(this.below(items.length)) % items.length] as T
  }

  text(longest: number): string {
    return Array.from({ length: this.below(longest + 1) }, () => this.pick(fragments)).join('')
  }

  attributeValue(): unknown {
    const kinds = [
      () => this.text(4),
      () => '',
      () => this.below(3),
      () => String(this.below(3)),
      () => true,
      () => NaN,
    ]
    const odd = [() => ['x', null], () => undefined, () => null, () => ({ a: { b: 1 } }), () => 1n]
    return this.pick([...kinds, ...odd])()
  }

  attributes(): Record<string, unknown> {
    const keys = Array.from({ length: this.below(4) }, () =>
      this.below(2) ? this.pick(awkwardKeys) : this.text(3),
    )
    return Object.fromEntries(keys.map((key) => [key, this.attributeValue()]))
  }
}

/** What was recorded, under an identity that no other series has. */
interface Recorded {
  readonly id: string
  readonly kind: 'gauge' | 'counter' | 'upDownCounter'
  readonly value: number
}

function populate(dice: Dice, provider: MeterProvider): Recorded[] {
  const recorded: Recorded[] = []
  for (let i = 0; i < 8; i++) {
    const meter = provider.getMeter(dice.text(2), dice.text(1))
    const name = dice.pick([
      dice.text(4),
      'foo',
      'foo_total',
      'foo.count',
      'foo_bucket',
      'target.info',
      'target',
      `m${i}`,
    ])
    const unit = dice.pick(['', 's', '1', 'By', '{x}', 'By/s', dice.text(2)])
    const kind = dice.pick(['gauge', 'counter', 'upDownCounter', 'histogram', 'exponential'] as const)
    const about = { unit, description: dice.text(5) }
    for (let j = 0; j < 4; j++) {
      // JSON is what the SDK compares attributes by, which a bigint breaks before it comes to us.
      const attributes = Object.fromEntries(
        Object.entries(dice.attributes()).filter(([, value]) => typeof value !== 'bigint'),
      ) as Attributes
      const id = `${i}/${j}`
      if (dice.below(2)) attributes.id = id
      const value = dice.pick(values)
      if (kind === 'histogram' || kind === 'exponential') {
        const instrument = meter.createHistogram(kind === 'exponential' ? `exponential.${name}` : name, {
          ...about,
          advice: { explicitBucketBoundaries: dice.pick([[], [1], [0.1, 1, 10], [-1, 0, 5e-324]]) },
        })
        for (let k = 0; k < 3; k++)
          instrument.record(Math.abs(dice.pick(values.filter(Number.isFinite))), attributes)
        continue
      }
      if (kind === 'gauge') meter.createGauge(name, about).record(value, attributes)
      else if (kind === 'counter') meter.createCounter(name, about).add(Math.abs(value), attributes)
      else meter.createUpDownCounter(name, about).add(value, attributes)
      if ('id' in attributes) recorded.push({ id, kind, value: kind === 'counter' ? Math.abs(value) : value })
    }
  }
  return recorded
}

async function run(seed: number, strategy: TranslationStrategy, accept: string) {
  const dice = new Dice(seed)
  const endpoint = new PrometheusEndpoint({ preventServerStart: true })
  const provider = new MeterProvider({
    readers: [endpoint],
    resource: resourceFromAttributes(dice.attributes() as Attributes),
    views: [
      { instrumentName: 'exponential.*', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
    ],
  })
  const recorded = populate(dice, provider)
  const problems: string[] = []
  const exposition = new Exposition({
    translationStrategy: strategy,
    withoutScopeInfo: dice.below(2) === 0,
    prefix: dice.pick(['', 'app']),
    resourceConstantLabels: dice.pick([{ included: [] }, { included: ['*'] }, { excluded: ['a*'] }]),
    onProblem: (problem) => problems.push(problem),
  })
  const { resourceMetrics } = await endpoint.collect()
  // The second time everything comes from what is remembered.
  const first = await exposition.body(resourceMetrics, negotiate(accept))
  const second = await exposition.body(resourceMetrics, negotiate(accept))
  assert.deepEqual(Buffer.concat(second.pieces), Buffer.concat(first.pieces))
  await provider.shutdown()
  return { bytes: Buffer.concat(first.pieces), series: first.series, recorded, problems }
}

/** The series of an answer that carry an identity, whatever its format. */
function identified(bytes: Buffer, accept: string): { id: string; value: number }[] {
  if (!accept.includes('protobuf')) {
    const { families } = parseText(bytes.toString(), accept.startsWith('text/') ? 'text' : 'openmetrics')
    const simple = [...families.values()]
      .filter(({ type }) => type !== 'histogram' && type !== 'info')
      .flatMap(({ type, samples }) =>
        samples.filter(({ name }) => type !== 'counter' || !name.endsWith('_created')),
      )
      .filter(({ labels }) => labels.has('id'))
    return simple.map(({ labels, value }) => ({ id: labels.get('id') as string, value }))
  }
  const found: { id: string; value: number }[] = []
  const seen = new Set<string>()
  for (const { name, metric } of parseProtobuf(bytes)) {
    assert.ok(name !== '' && name.isWellFormed())
    assert.ok(!seen.has(name), `family ${name} twice`)
    seen.add(name)
    for (const { label, gauge, counter } of metric) {
      const names = label.map((pair) => pair.name)
      assert.deepEqual(names, [...new Set(names)].sort(), 'labels are sorted, each once')
      assert.ok(!names.includes('__name__') && !names.includes(''))
      const key = JSON.stringify([name, label])
      assert.ok(!seen.has(key), `series ${key} twice`)
      seen.add(key)
      const id = label.find((pair) => pair.name === 'id')?.value
      const value = gauge?.value ?? counter?.value
      if (id !== undefined && value !== undefined) found.push({ id, value })
    }
  }
  return found
}

describe('whatever is recorded', () => {
  for (const [i, strategy] of translationStrategies.entries()) {
    for (const [j, accept] of accepted.entries()) {
      it(`can be read back under ${strategy} as ${accept}`, async () => {
        // Other seeds for every row.
        const first = 1 + 30 * (i * accepted.length + j)
        for (let seed = first; seed < first + 30; seed++) {
          const { bytes, recorded, problems } = await run(seed, strategy, accept)
          const found = identified(bytes, accept)
          for (const { id, value } of found) {
            const expected = recorded.filter((one) => one.id === id)
            assert.ok(
              expected.some(
                (one) =>
                  Object.is(one.value, value) || (one.value === 0 && one.kind !== 'gauge' && value === 0),
              ),
              `seed ${seed}: ${id} is ${value}, not ${expected.map((one) => one.value)}`,
            )
          }
          // Nothing goes missing without a word.
          if (problems.length === 0) assert.equal(found.length, recorded.length, `seed ${seed}`)
        }
      })
    }
  }
})
