import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ROOT_CONTEXT, TraceFlags, trace, ValueType } from '@opentelemetry/api'
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  type CollectionResult,
  DataPointType,
  InstrumentType,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import { PrometheusEndpoint } from './endpoint.ts'
import { parseProtobuf } from './protobuf-parser.fixture.ts'
import { openMetricsAccept, protobufAccept, scraped, utf8Accept } from './scraped.fixture.ts'

/** A requirement in the words of its page, shortened, and what shows that it is met. */
type Requirement = [
  level: 'MUST' | 'SHOULD' | 'MUST NOT' | 'SHOULD NOT' | 'MAY',
  text: string,
  check: () => Promise<void>,
]

const spanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
}
const inSpan = trace.setSpanContext(ROOT_CONTEXT, spanContext)
const exponential = {
  instrumentName: 'exponential*',
  aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
} as const

const exporterPage: Requirement[] = [
  [
    'MUST',
    'be a pull exporter which responds to HTTP requests',
    async () => {
      await using target = await scraped()
      const { status } = await target.get()
      assert.equal(status, 200)
    },
  ],
  [
    'MUST',
    'support version 0.0.4 of the text format',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('c').add(1)
      assert.equal((await target.parsed()).sample('c_total').value, 1)
    },
  ],
  [
    'MUST NOT',
    'use Prometheus remote write or OpenMetrics protobuf',
    async () => {
      await using target = await scraped()
      const { headers } = await target.get({ accept: 'application/openmetrics-protobuf;version=1.0.0' })
      assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
    },
  ],
  [
    'MUST NOT',
    'add explicit timestamps on metric points',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('c').add(1)
      for (const accept of [undefined, openMetricsAccept]) {
        for (const { timestamp } of (await target.parsed(accept)).samples) assert.equal(timestamp, undefined)
      }
      const { bytes } = await target.get(protobufAccept)
      for (const { metric } of parseProtobuf(bytes))
        for (const { timestampMs } of metric) assert.equal(timestampMs, 0)
    },
  ],
  [
    'MUST',
    'expose at most one target info metric',
    async () => {
      await using target = await scraped()
      target.meter.createGauge('target.info').record(7)
      target.meter.createGauge('target').record(8)
      const { text } = await target.get()
      assert.equal(text.match(/^target_info/gm)?.length, 1)
      assert.equal((await target.get(openMetricsAccept)).text.match(/^target_info/gm)?.length, 1)
      assert.equal((await target.parsed(openMetricsAccept)).sample('target').value, 8)
    },
  ],
  [
    'MUST',
    'set the temporality to cumulative for all instrument kinds',
    async () => {
      const endpoint = new PrometheusEndpoint({ preventServerStart: true })
      for (const kind of Object.values(InstrumentType)) {
        assert.equal(endpoint.selectAggregationTemporality(kind), AggregationTemporality.CUMULATIVE)
      }
    },
  ],
  [
    'SHOULD',
    'have options for host and port, on the local machine and 9464 by default',
    async () => {
      assert.equal(new PrometheusEndpoint({ preventServerStart: true }).url, 'http://127.0.0.1:9464/metrics')
      const options = { host: '127.0.0.2', port: 1234, preventServerStart: true }
      assert.equal(new PrometheusEndpoint(options).url, 'http://127.0.0.2:1234/metrics')
    },
  ],
  [
    'SHOULD',
    'have an option for the default aggregation by instrument kind',
    async () => {
      await using target = await scraped({ aggregationSelector: () => ({ type: AggregationType.DROP }) })
      target.meter.createCounter('c').add(1)
      assert.doesNotMatch((await target.get()).text, /c_total/)
      await using untouched = await scraped()
      assert.deepEqual(untouched.endpoint.selectAggregation(InstrumentType.COUNTER), {
        type: AggregationType.DEFAULT,
      })
    },
  ],
  [
    'MUST NOT',
    'add resource attributes as metric attributes by default',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('c').add(1)
      assert.deepEqual(
        [...(await target.parsed()).sample('c_total').labels.keys()],
        ['otel_scope_name', 'otel_scope_version'],
      )
    },
  ],
  [
    'SHOULD',
    'let the user select which resource attributes to copy, and not take them out of target info',
    async () => {
      const resource = resourceFromAttributes({
        'service.name': 's',
        'service.version': 'v',
        'host.name': 'h',
      })
      const resourceConstantLabels = { included: ['service.*'], excluded: ['*.version'] }
      await using target = await scraped({ resourceConstantLabels }, { resource })
      target.meter.createCounter('c').add(1)
      const { labels } = (await target.parsed()).sample('c_total')
      assert.deepEqual(
        [labels.get('service_name'), labels.has('service_version'), labels.has('host_name')],
        ['s', false, false],
      )
      assert.equal((await target.parsed()).sample('target_info').labels.size, 3)
    },
  ],
  [
    'MAY',
    'leave out scope labels and target info when asked to',
    async () => {
      await using target = await scraped({ withoutScopeInfo: true, withoutTargetInfo: true })
      target.meter.createCounter('c').add(1)
      assert.match((await target.get()).text, /^c_total 1$/m)
      assert.doesNotMatch((await target.get()).text, /target_info/)
    },
  ],
  [
    'SHOULD',
    'offer the translation strategies, with suffixes and underscores by default',
    async () => {
      const names = {
        UnderscoreEscapingWithSuffixes: 'http_time_seconds_total',
        UnderscoreEscapingWithoutSuffixes: 'http_time',
        NoUTF8EscapingWithSuffixes: 'http.time_seconds_total',
        NoTranslation: 'http.time',
      } as const
      for (const strategy of [undefined, ...(Object.keys(names) as (keyof typeof names)[])]) {
        await using target = await scraped(strategy ? { translationStrategy: strategy } : {})
        target.meter.createCounter('http.time', { unit: 's' }).add(1)
        const expected = names[strategy ?? 'UnderscoreEscapingWithSuffixes']
        assert.equal((await target.parsed(utf8Accept)).sample(expected).value, 1)
      }
    },
  ],
  [
    'MUST',
    'support content negotiation, and expose text 0.0.4 without an Accept header',
    async () => {
      await using target = await scraped()
      assert.equal((await target.get()).headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
      const { headers } = await target.get(openMetricsAccept)
      assert.match(String(headers['content-type']), /^application\/openmetrics-text; version=1\.0\.0;/)
    },
  ],
  [
    'SHOULD',
    'support text 0.0.4 and 1.0.0, OpenMetrics 0.0.1 and 1.0.0, and protobuf',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('c').add(1)
      for (const range of [
        'text/plain;version=0.0.4',
        'text/plain;version=1.0.0',
        'application/openmetrics-text;version=0.0.1',
        'application/openmetrics-text;version=1.0.0',
      ]) {
        const [type = '', version = ''] = range.split(';')
        const { headers } = await target.get({ accept: range })
        assert.ok(String(headers['content-type']).startsWith(`${type}; ${version};`))
        assert.equal((await target.parsed({ accept: range })).sample('c_total').value, 1)
      }
      const { bytes } = await target.get(protobufAccept)
      assert.equal(parseProtobuf(bytes).find(({ name }) => name === 'c_total')?.metric[0]?.counter?.value, 1)
    },
  ],
  [
    'SHOULD',
    'support the escaping schemes underscores, allow-utf-8, dots and values',
    async () => {
      await using target = await scraped({ translationStrategy: 'NoTranslation' })
      target.meter.createGauge('http.a_b-c').record(1, { 'k.l': 'v' })
      const expected = {
        underscores: ['http_a_b_c', 'k_l'],
        'allow-utf-8': ['http.a_b-c', 'k.l'],
        dots: ['http_dot_a__b__c', 'k_dot_l'],
        values: ['U__http_2e_a__b_2d_c', 'U__k_2e_l'],
      }
      for (const [escaping, [name = '', label = '']] of Object.entries(expected)) {
        for (const type of ['text/plain', 'application/openmetrics-text']) {
          const accept = { accept: `${type};version=1.0.0;escaping=${escaping}` }
          const { labels } = (await target.parsed(accept)).sample(name)
          assert.equal(labels.get(label), 'v')
          assert.equal(labels.get(escaping === 'dots' ? 'otel__scope__name' : 'otel_scope_name'), 'scope')
          assert.match(
            String((await target.get(accept)).headers['content-type']),
            new RegExp(`; escaping=${escaping}$`),
          )
        }
      }
    },
  ],
  [
    'MUST',
    'assume underscores where no escaping scheme is given',
    async () => {
      await using target = await scraped({ translationStrategy: 'NoTranslation' })
      target.meter.createGauge('a.b').record(1)
      const { headers, text } = await target.get({ accept: 'text/plain;version=1.0.0' })
      assert.match(String(headers['content-type']), /escaping=underscores$/)
      assert.match(text, /^a_b\{/m)
    },
  ],
]

const compatibilityPage: Requirement[] = [
  [
    'MUST',
    'drop exemplars where the format has none',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('c').add(1, {}, inSpan)
      assert.doesNotMatch((await target.get()).text, /trace_id/)
    },
  ],
  [
    'MUST',
    'write an info metric as a gauge with _info where there are no info metrics',
    async () => {
      await using target = await scraped()
      assert.equal((await target.parsed()).families.get('target_info')?.type, 'gauge')
      assert.equal((await target.parsed(openMetricsAccept)).families.get('target')?.type, 'info')
    },
  ],
  [
    'MAY',
    'convert exponential histograms to ones with fixed buckets in text',
    async () => {
      await using target = await scraped({}, { views: [exponential] })
      target.meter.createHistogram('exponential').record(3)
      const { sample } = await target.parsed()
      assert.deepEqual(
        [sample('exponential_bucket', { le: '+Inf' }).value, sample('exponential_sum').value],
        [1, 3],
      )
    },
  ],
  [
    'MUST NOT',
    'repeat UNIT, HELP or TYPE for one name',
    async () => {
      await using target = await scraped()
      for (const scope of ['a', 'b']) {
        const about = { description: `described by ${scope}`, unit: scope === 'a' ? 's' : '' }
        target.provider.getMeter(scope).createCounter('shared_seconds', about).add(1)
      }
      const { families } = await target.parsed(openMetricsAccept)
      const family = families.get('shared_seconds')
      assert.deepEqual([family?.help, family?.unit, family?.samples.length], ['described by a', 'seconds', 4])
    },
  ],
  [
    'MUST',
    'drop metrics to prevent conflicting TYPE comments',
    async () => {
      await using target = await scraped()
      target.provider.getMeter('a').createGauge('clash').record(1)
      target.provider.getMeter('b').createHistogram('clash').record(1)
      const { families } = await target.parsed()
      assert.equal(families.get('clash')?.type, 'gauge')
      assert.equal(families.get('clash')?.samples.length, 1)
    },
  ],
  [
    'SHOULD NOT',
    'drop metric points because of conflicting UNIT or HELP',
    async () => {
      await using target = await scraped()
      target.provider.getMeter('a').createGauge('same', { description: 'one' }).record(1)
      target.provider.getMeter('b').createGauge('same', { description: 'other' }).record(2)
      assert.equal((await target.parsed()).families.get('same')?.samples.length, 2)
    },
  ],
  [
    'MUST',
    'replace characters that names must not have with _, and several _ with one',
    async () => {
      await using target = await scraped()
      target.meter.createGauge('a-b..c//d').record(1)
      assert.equal((await target.parsed()).sample('a_b_c_d').value, 1)
    },
  ],
  [
    'SHOULD',
    'convert the unit, and add it as UNIT and as a suffix before _total',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('io', { unit: 'By' }).add(1)
      target.meter.createGauge('load', { unit: '1' }).record(1)
      target.meter.createGauge('rate', { unit: 'm/s' }).record(1)
      target.meter.createCounter('packets', { unit: '{packet}' }).add(1)
      const { families } = await target.parsed(openMetricsAccept)
      const units = ['io_bytes', 'load_ratio', 'rate_meters_per_second', 'packets'].map(
        (name) => families.get(name)?.unit,
      )
      assert.deepEqual(units, ['bytes', 'ratio', 'meters_per_second', ''])
    },
  ],
  [
    'MUST',
    'add the description as HELP and the type as TYPE',
    async () => {
      await using target = await scraped()
      target.meter.createGauge('described', { description: 'Says "what"\nand \\ how.' }).record(1)
      for (const accept of [undefined, openMetricsAccept]) {
        const family = (await target.parsed(accept)).families.get('described')
        assert.deepEqual([family?.help, family?.type], ['Says "what"\nand \\ how.', 'gauge'])
      }
    },
  ],
  [
    'MUST',
    'add the scope as otel_scope_name, _version and _schema_url to all points',
    async () => {
      await using target = await scraped()
      const meter = target.provider.getMeter('lib', '9', { schemaUrl: 'https://example.test/1' })
      meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1] } }).record(1)
      for (const { name, labels } of (await target.parsed()).samples) {
        if (name === 'target_info') continue
        const scope = ['otel_scope_name', 'otel_scope_version', 'otel_scope_schema_url'].map((key) =>
          labels.get(key),
        )
        assert.deepEqual(scope, ['lib', '9', 'https://example.test/1'])
      }
    },
  ],
  [
    'MUST',
    'convert gauges to gauges, monotonic sums to counters, other sums to gauges',
    async () => {
      await using target = await scraped()
      target.meter.createGauge('g').record(1)
      target.meter.createCounter('c').add(1)
      target.meter.createUpDownCounter('u').add(-1)
      const { families } = await target.parsed()
      assert.deepEqual(
        ['g', 'c_total', 'u'].map((name) => families.get(name)?.type),
        ['gauge', 'counter', 'gauge'],
      )
    },
  ],
  [
    'MUST',
    'drop sums that are not cumulative',
    async () => {
      await using target = await scraped({ metricProducers: [deltaProducer] })
      assert.doesNotMatch((await target.get()).text, /^from_delta/m)
    },
  ],
  [
    'MUST',
    'add _total to counters that do not end in it',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('plain').add(1)
      target.meter.createCounter('has_total').add(1)
      const { sample } = await target.parsed()
      assert.deepEqual([sample('plain_total').value, sample('has_total').value], [1, 1])
    },
  ],
  [
    'SHOULD',
    'export the start of counters and histograms as _created',
    async () => {
      await using target = await scraped()
      const before = Date.now() / 1000
      target.meter.createCounter('c').add(1)
      target.meter.createHistogram('h').record(1)
      const { sample } = await target.parsed(openMetricsAccept)
      for (const name of ['c_created', 'h_created']) {
        const { value } = sample(name)
        assert.ok(value >= before - 0.001 && value <= Date.now() / 1000)
      }
      const { bytes } = await target.get(protobufAccept)
      const [, counter] = parseProtobuf(bytes)
      assert.ok((counter?.metric[0]?.counter?.createdTimestamp?.seconds ?? 0) >= Math.floor(before))
    },
  ],
  [
    'MUST',
    'convert histograms to _count, _sum, and cumulative _bucket with le up to +Inf',
    async () => {
      await using target = await scraped()
      const histogram = target.meter.createHistogram('h', {
        unit: 's',
        advice: { explicitBucketBoundaries: [0.5, 1] },
      })
      for (const value of [0.1, 0.5, 0.7, 9]) histogram.record(value, { k: 'v' })
      const { families } = await target.parsed()
      const lines = families
        .get('h_seconds')
        ?.samples.map(({ name, labels, value }) => [name, labels.get('k'), labels.get('le'), value])
      assert.deepEqual(lines, [
        ['h_seconds_bucket', 'v', '0.5', 2],
        ['h_seconds_bucket', 'v', '1', 3],
        ['h_seconds_bucket', 'v', '+Inf', 4],
        ['h_seconds_sum', 'v', undefined, 10.3],
        ['h_seconds_count', 'v', undefined, 4],
      ])
    },
  ],
  [
    'MUST',
    'convert exponential histograms to native ones, made coarser to a known schema',
    async () => {
      await using target = await scraped({}, { views: [exponential] })
      const histogram = target.meter.createHistogram('exponential', { unit: 's' })
      histogram.record(1)
      const { bytes } = await target.get(protobufAccept)
      const family = parseProtobuf(bytes).find(({ name }) => name === 'exponential_seconds')
      const native = family?.metric[0]?.histogram
      assert.equal(family?.type, 4)
      assert.deepEqual(
        [native?.sampleCount, native?.sampleSum, native?.schema, native?.zeroThreshold],
        [1, 1, 8, 1e-128],
      )
      // 1 is the upper bound of bucket 0, whatever the resolution.
      assert.deepEqual([native?.positiveSpan, native?.positiveDelta], [[{ offset: 0, length: 1 }], [1]])
    },
  ],
  [
    'SHOULD',
    'leave out a sum that is not known, or make it NaN where there has to be one',
    async () => {
      const aggregations: AggregationOption[] = [
        { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0, 1] } },
        { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      ]
      for (const aggregation of aggregations) {
        await using target = await scraped({}, { views: [{ instrumentName: 'depth', aggregation }] })
        target.meter.createUpDownCounter('depth').add(-2)
        assert.doesNotMatch((await target.get()).text, /depth_sum/)
        const { bytes } = await target.get(protobufAccept)
        const family = parseProtobuf(bytes).find(({ name }) => name === 'depth')
        assert.equal(family?.metric[0]?.histogram?.sampleSum, Number.NaN)
      }
    },
  ],
  [
    'MUST',
    'join the values of keys that come out alike with ; in the order of the keys',
    async () => {
      await using target = await scraped()
      target.meter.createGauge('g').record(1, { a_b: 'third', 'a.b': 'second', 'a-b': 'first' })
      assert.equal((await target.parsed()).sample('g').labels.get('a_b'), 'first;second;third')
    },
  ],
  [
    'MUST',
    'convert attribute values that are not strings to strings',
    async () => {
      await using target = await scraped()
      target.meter.createGauge('g').record(1, { n: 1.5, t: true, l: ['x', 'y'] })
      const { labels } = (await target.parsed()).sample('g')
      assert.deepEqual([labels.get('n'), labels.get('t'), labels.get('l')], ['1.5', 'true', '["x","y"]'])
    },
  ],
  [
    'SHOULD',
    'convert exemplars of histograms and counters, with trace_id, span_id and time',
    async () => {
      await using target = await scraped()
      target.meter.createCounter('c').add(2, {}, inSpan)
      target.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1] } }).record(3, {}, inSpan)
      const { sample } = await target.parsed(openMetricsAccept)
      for (const [found, value] of [
        [sample('c_total'), 2],
        [sample('h_bucket', { le: '+Inf' }), 3],
      ] as const) {
        assert.deepEqual(Object.fromEntries(found.exemplar?.labels ?? []), {
          trace_id: spanContext.traceId,
          span_id: spanContext.spanId,
        })
        assert.equal(found.exemplar?.value, value)
        assert.ok(Math.abs((found.exemplar?.time ?? 0) - Date.now() / 1000) < 60)
      }
    },
  ],
  [
    'MUST',
    'add attributes that a view takes off to the labels of exemplars, unless they are too long',
    async () => {
      const attributesProcessors = [{ process: () => ({}) }]
      await using target = await scraped(
        {},
        { views: [{ instrumentName: '*', attributesProcessors }, exponential] },
      )
      const long = { 'a.b': 'x'.repeat(63) }
      target.meter.createCounter('short').add(1, { 'a.b': 'ü"' }, inSpan)
      target.meter.createCounter('fits').add(1, { 'a.b': 'x'.repeat(62) }, inSpan)
      target.meter.createCounter('long').add(1, long, inSpan)
      const { sample } = await target.parsed(openMetricsAccept)
      const labelsOf = (name: string) => Object.fromEntries(sample(name).exemplar?.labels ?? [])
      const ids = { trace_id: spanContext.traceId, span_id: spanContext.spanId }
      assert.deepEqual(labelsOf('short_total'), { ...ids, a_b: 'ü"' })
      assert.deepEqual(labelsOf('fits_total'), { ...ids, a_b: 'x'.repeat(62) })
      assert.deepEqual(labelsOf('long_total'), ids)
      const families = parseProtobuf((await target.get(protobufAccept)).bytes)
      const counter = families.find(({ name }) => name === 'short_total')?.metric[0]?.counter
      assert.deepEqual(counter?.exemplar?.label.at(-1), { name: 'a_b', value: 'ü"' })
    },
  ],
  [
    'MUST',
    'drop exemplars on other points',
    async () => {
      await using target = await scraped()
      target.meter.createUpDownCounter('u').add(1, {}, inSpan)
      target.meter.createGauge('g').record(1, {}, inSpan)
      assert.doesNotMatch((await target.get(openMetricsAccept)).text, /trace_id/)
    },
  ],
  [
    'SHOULD',
    'convert resource attributes to target info, unless there are none',
    async () => {
      await using target = await scraped(
        {},
        { resource: resourceFromAttributes({ 'service.name': 's', 'process.pid': 7 }) },
      )
      const { labels } = (await target.parsed()).sample('target_info')
      assert.deepEqual(Object.fromEntries(labels), { service_name: 's', process_pid: '7' })
      await using empty = await scraped({}, { resource: emptyResource() })
      assert.equal((await empty.get()).text, '')
    },
  ],
]

const negotiationPage: Requirement[] = [
  [
    'MUST',
    'use the protocol with the highest weight that is supported',
    async () => {
      await using target = await scraped()
      const accept =
        'application/unknown;q=1,text/plain;version=1.0.0;q=0.3,application/openmetrics-text;version=0.0.1;q=0.4'
      assert.match(
        String((await target.get({ accept })).headers['content-type']),
        /^application\/openmetrics-text; version=0\.0\.1/,
      )
    },
  ],
  [
    'MUST',
    'use text 0.0.4 as a last resort',
    async () => {
      await using target = await scraped()
      const { status, headers } = await target.get({ accept: 'application/json' })
      assert.deepEqual([status, headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8'])
    },
  ],
  [
    'MUST',
    'name type, version, and for text from 1.0.0 the escaping scheme in Content-Type',
    async () => {
      await using target = await scraped()
      const accept = 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8'
      const expected = 'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8'
      assert.equal((await target.get({ accept })).headers['content-type'], expected)
    },
  ],
  [
    'MUST',
    'understand both allow-utf8 and allow-utf-8',
    async () => {
      await using target = await scraped()
      for (const escaping of ['allow-utf8', 'allow-utf-8']) {
        const { headers } = await target.get({ accept: `text/plain;version=1.0.0;escaping=${escaping}` })
        assert.match(String(headers['content-type']), /escaping=allow-utf-8$/)
      }
    },
  ],
  [
    'MUST',
    'validate the escaping scheme',
    async () => {
      await using target = await scraped()
      const { headers } = await target.get({ accept: 'text/plain;version=1.0.0;escaping=anything' })
      assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
    },
  ],
  [
    'SHOULD',
    'compress with gzip where it is accepted',
    async () => {
      await using target = await scraped()
      const { headers } = await target.get({ 'accept-encoding': 'gzip' })
      assert.equal(headers['content-encoding'], 'gzip')
      assert.equal(
        (await target.get({ 'accept-encoding': 'identity' })).headers['content-encoding'],
        undefined,
      )
    },
  ],
]

const pages = {
  'Prometheus exporter': exporterPage,
  'Prometheus compatibility': compatibilityPage,
  'Content negotiation': negotiationPage,
}
for (const [page, requirements] of Object.entries(pages)) {
  describe(page, () => {
    for (const [level, text, check] of requirements) it(`${level} ${text}`, check)
  })
}

const deltaProducer: MetricProducer = {
  collect: async (): Promise<CollectionResult> => ({
    errors: [],
    resourceMetrics: {
      resource: emptyResource(),
      scopeMetrics: [
        {
          scope: { name: 'other' },
          metrics: [
            {
              descriptor: { name: 'from.delta', description: '', unit: '', valueType: ValueType.DOUBLE },
              aggregationTemporality: AggregationTemporality.DELTA,
              dataPointType: DataPointType.SUM,
              isMonotonic: true,
              dataPoints: [{ value: 1, attributes: {}, startTime: [1, 0], endTime: [2, 0] }],
            },
          ],
        },
      ],
    },
  }),
}
