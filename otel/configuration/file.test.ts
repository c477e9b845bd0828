import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, it, mock } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { context, diag } from '@opentelemetry/api'
import { parseConfigFile } from '@opentelemetry/configuration'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { bind } from '../meter/bind.ts'
import {
  configFile,
  type Demo,
  jobs,
  metricIn,
  resourceIn,
  startDemo,
  took,
  visits,
} from '../pipeline/testing/demo.ts'
import { type Received, startGrpcSink, startHttpSink } from '../pipeline/testing/otlp-sink.ts'
import { UsageError } from '../usage-error.ts'
import { readConfiguration } from './configuration.ts'
import { checkConfig, printConfig } from './print.ts'

const service = { name: 'demo', version: '1.2.3' }

/** A file with one Prometheus reader, and more keys of it and of the rest. */
const scraped = (reader = '', rest = '') => `file_format: "1.0"
meter_provider:
  readers:
    - pull:
        exporter:
          prometheus/development:
            port: 0
${reader}
${rest}`

const views = (selector: string, stream: string) =>
  scraped('', `  views:\n    - selector: { ${selector} }\n      stream: { ${stream} }`)

const inEffect: readonly {
  readonly key: string
  readonly text: string
  readonly environment?: NodeJS.ProcessEnv
  readonly effect: (demo: Demo) => Promise<void> | void
}[] = [
  {
    key: 'disabled',
    text: scraped('', 'disabled: true'),
    effect: ({ pipeline }) => assert.equal(pipeline.endpoint, undefined),
  },
  {
    key: 'log_level',
    text: scraped('', 'log_level: error2'),
    effect: ({ log }) => {
      diag.warn('quiet')
      diag.error('loud')
      assert.deepEqual(
        log.filter((line) => /quiet|loud/.test(line)),
        ['error OpenTelemetry: loud'],
      )
    },
  },
  {
    key: 'resource.attributes and attributes_list',
    text: scraped(
      '',
      'resource: { attributes: [{ name: a, value: 1, type: int }], attributes_list: "a=2,b=3,service.name=s" }',
    ),
    effect: async ({ scrape }) => assert.match(await scrape(), /target_info\{a="1",b="3",.*service_name="s"/),
  },
  {
    key: 'resource.detection/development',
    text: scraped(
      '',
      'resource: { detection/development: { detectors: [{ process: }], attributes: { included: ["process.*"], excluded: [process.command_args] } } }',
    ),
    effect: async ({ scrape }) => {
      const text = await scrape()
      assert.match(text, /target_info\{.*process_pid="/)
      assert.doesNotMatch(text, /process_command_args=/)
    },
  },
  {
    key: 'variables with and without defaults',
    text: scraped(
      '',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
      'resource: { attributes: [{ name: a, value: "${A}-${B:-two}-$$" }, { name: n, value: "${env:N}", type: string }] }',
    ),
    environment: { A: 'one', N: '5' },
    effect: async ({ scrape }) => assert.match(await scrape(), /target_info\{a="one-two-\$".*n="5"/),
  },
  {
    key: 'prometheus host',
    text: scraped('            host: 127.0.0.2'),
    effect: ({ pipeline }) => assert.match(pipeline.endpoint?.url ?? '', /127\.0\.0\.2/),
  },
  {
    key: 'scope_info_enabled',
    text: scraped('            scope_info_enabled: false'),
    effect: async ({ scrape }) => assert.doesNotMatch(await scrape(), /otel_scope_name/),
  },
  {
    key: 'target_info_enabled/development',
    text: scraped('            target_info_enabled/development: false'),
    effect: async ({ scrape }) => assert.doesNotMatch(await scrape(), /target_info/),
  },
  {
    key: 'resource_constant_labels',
    text: scraped(
      '            resource_constant_labels: { included: ["service.*"], excluded: [service.instance.id, service.version] }',
    ),
    effect: async ({ lines }) =>
      assert.deepEqual(await lines('demo_jobs_total{kind="a"'), [
        'demo_jobs_total{kind="a",service_name="demo"} 2',
      ]),
  },
  ...(
    [
      ['underscore_escaping_with_suffixes', 'demo_took_seconds_count'],
      ['underscore_escaping_without_suffixes/development', 'demo_took_count'],
      ['no_utf8_escaping_with_suffixes/development', 'demo_took_seconds_count'],
      ['no_translation/development', 'demo_took_count'],
    ] as const
  ).map(([strategy, name]) => ({
    key: `translation_strategy: ${strategy}`,
    text: scraped(`            translation_strategy: ${strategy}`),
    effect: async ({ scrape }: Demo) => assert.match(await scrape(), new RegExp(`^${name}\\{`, 'm')),
  })),
  {
    key: 'cardinality_limits, for life, of instruments that no catalog knows too',
    text: scraped('        cardinality_limits: { default: 5, counter: 3 }'),
    effect: async ({ pipeline, lines }) => {
      const counter = pipeline.meterProvider.getMeter('foreign').createCounter('foreign.things')
      for (let i = 0; i < 10; i++) {
        counter.add(1, { id: i })
        await lines('foreign')
      }
      assert.deepEqual(await lines('foreign_things_total'), [
        'foreign_things_total{id="0"} 1',
        'foreign_things_total{id="1"} 1',
        'foreign_things_total{otel_metric_overflow="true"} 8',
      ])
    },
  },
  {
    key: 'meter_configurator/development',
    text: scraped(
      '',
      '  meter_configurator/development: { default_config: { enabled: true }, meters: [{ name: "for*", config: { enabled: false } }] }',
    ),
    effect: async ({ pipeline, lines }) => {
      pipeline.meterProvider.getMeter('foreign').createCounter('foreign.things').add(1)
      pipeline.meterProvider.getMeter('other').createCounter('other.things').add(1)
      assert.deepEqual(await lines('foreign'), [])
      assert.deepEqual(await lines('other'), ['other_things_total 1'])
    },
  },
  {
    key: 'exemplar_filter',
    text: scraped('', '  exemplar_filter: always_on'),
    effect: async ({ pipeline, scrape }) => {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
      try {
        await scrape()
        bind(pipeline.meter(), jobs).add(5, { kind: 'b' })
        const headers = { Accept: 'application/openmetrics-text; version=1.0.0' }
        const response = await fetch(pipeline.endpoint?.url ?? '', { headers })
        assert.match(await response.text(), /^demo_jobs_total\{kind="b".*\} 5(\.0)? # \{\} 5/m)
      } finally {
        context.disable()
      }
    },
  },
  {
    key: 'stream.name, stream.description',
    text: views('instrument_name: demo.jobs', 'name: old.jobs, description: As it was.'),
    effect: async ({ scrape, lines }) => {
      assert.deepEqual(await lines('old_jobs_total{kind="a"'), ['old_jobs_total{kind="a"} 2'])
      assert.match(await scrape(), /# HELP old_jobs_total As it was\./)
      assert.deepEqual(await lines('demo_jobs'), [])
    },
  },
  {
    key: 'stream.attribute_keys',
    text: views('instrument_name: demo.jobs', 'attribute_keys: { excluded: ["k*"] }'),
    effect: async ({ lines }) => assert.deepEqual(await lines('demo_jobs_total'), ['demo_jobs_total 2']),
  },
  {
    key: 'stream.aggregation_cardinality_limit, for life',
    text: views('instrument_name: demo.visits', 'aggregation_cardinality_limit: 2'),
    effect: async ({ pipeline, lines }) => {
      const counter = bind(pipeline.meter(), visits)
      for (const page of ['a', 'b', 'c', 'a', 'd']) {
        counter.add(1, { page })
        await lines('demo')
      }
      assert.deepEqual(await lines('demo_visits_total'), [
        'demo_visits_total{page="a"} 2',
        'demo_visits_total{otel_metric_overflow="true"} 3',
      ])
    },
  },
  ...(
    [
      ['explicit_bucket_histogram: { boundaries: [3] }', ['{le="3"} 1', '{le="+Inf"} 1']],
      ['drop:', []],
    ] as const
  ).map(([aggregation, buckets]) => ({
    key: `stream.aggregation ${aggregation}`,
    text: views('instrument_name: demo.took', `aggregation: { ${aggregation} }`),
    effect: async ({ lines }: Demo) =>
      assert.deepEqual(
        await lines('demo_took_seconds_bucket'),
        buckets.map((one) => `demo_took_seconds_bucket${one}`),
      ),
  })),
  {
    key: 'stream.aggregation sum',
    text: views('instrument_name: demo.took', 'aggregation: { sum: }'),
    effect: async ({ scrape }) => assert.match(await scrape(), /^demo_took_seconds\w*\{.*\} 1.5$/m),
  },
  ...(
    [
      ['instrument_type: counter', true],
      ['instrument_type: gauge', false],
      ['instrument_name: "demo.*"', true],
      ['instrument_name: "demo.j?bs"', true],
      ['instrument_name: "d*mo*bs"', true],
      ['unit: "{job}"', true],
      ['unit: s', false],
      ['meter_name: demo', true],
      ['meter_name: other', false],
    ] as const
  ).map(([selector, selects]) => ({
    key: `selector ${selector}`,
    text: views(selector, 'attribute_keys: { included: [none] }'),
    effect: async ({ lines }: Demo) =>
      assert.deepEqual(await lines('demo_jobs_total'), [
        ...(selects ? ['demo_jobs_total 2'] : ['demo_jobs_total{kind="a"} 2', 'demo_jobs_total{kind="b"} 0']),
      ]),
  })),
  ...['meter_version: "9"', 'meter_schema_url: https://schemas.example/9'].map((selector) => ({
    key: `selector ${selector}`,
    text: views(selector, 'attribute_keys: { included: [none] }'),
    effect: async ({ pipeline, lines }: Demo) => {
      for (const version of ['8', '9']) {
        const schemaUrl = `https://schemas.example/${version}`
        const meter = pipeline.meterProvider.getMeter('versioned', version, { schemaUrl })
        meter.createCounter(`versioned.v${version}`).add(1, { kind: 'a' })
      }
      assert.deepEqual(await lines('versioned_v8'), ['versioned_v8_total{kind="a"} 1'])
      assert.deepEqual(await lines('versioned_v9'), ['versioned_v9_total 1'])
    },
  })),
  {
    key: 'tidegauge.zero_init',
    text: scraped('', 'tidegauge: { zero_init: false }'),
    effect: async ({ lines }) => assert.deepEqual(await lines('demo_jobs_total{kind="b"'), []),
  },
  {
    key: 'tidegauge.sample_rate',
    text: scraped('', 'tidegauge: { sample_rate: 0.5 }'),
    effect: async ({ pipeline, lines }) => {
      const histogram = bind(pipeline.meter('other'), { ...took, name: 'demo.sampled' })
      for (let i = 0; i < 10; i++) histogram.record(1)
      assert.deepEqual(await lines('demo_sampled_seconds_count'), ['demo_sampled_seconds_count 10'])
      const one = bind(pipeline.meter('other'), { ...took, name: 'demo.one' })
      one.record(1)
      assert.notDeepEqual(await lines('demo_one_seconds_count'), ['demo_one_seconds_count 1'])
    },
  },
  {
    key: 'tidegauge.sensitive',
    text: scraped('', 'tidegauge: { sensitive: [kind, page] }'),
    effect: async ({ pipeline, lines }) => {
      assert.deepEqual(await lines('demo_jobs_total'), ['demo_jobs_total 2'])
      const visit = bind(pipeline.meter('other'), visits)
      visit.add(1, { page: 'x' })
      visit.add(1, { page: 'y' })
      assert.deepEqual(await lines('demo_visits_total'), ['demo_visits_total 2'])
    },
  },
  {
    key: 'tidegauge.history',
    text: scraped(
      '',
      `tidegauge: { history: { enabled: true, file: ":memory:", ring_interval: 20, snapshot_interval: 20 } }`,
    ),
    effect: async ({ pipeline }) => {
      const value = () => {
        const isKept = pipeline.history?.metrics().some(({ name }) => name === 'demo.jobs')
        return isKept
          ? pipeline.history?.query({ name: 'demo.jobs', by: [] }).series[0]?.points[0]?.[1]
          : undefined
      }
      while (value() !== 2) await setTimeout(5)
    },
  },
  {
    key: 'tidegauge.scrape_auth',
    text: scraped('', 'tidegauge: { scrape_auth: { bearer_token: s3cret } }'),
    effect: async ({ pipeline }) => {
      const url = pipeline.endpoint?.url ?? ''
      assert.equal((await fetch(url)).status, 401)
      assert.equal((await fetch(url, { headers: { Authorization: 'Bearer s3cret' } })).status, 200)
      assert.doesNotMatch(JSON.stringify(pipeline.config), /s3cret/)
    },
  },
  {
    key: 'sections of other signals are named',
    text: scraped('', 'tracer_provider: { processors: [] }'),
    effect: ({ log }) =>
      assert.ok(
        log.some((line) => /config\.yaml:\d+: tracer_provider is not used here/.test(line)),
        log.join(),
      ),
  },
]

describe('keys of the file that the service shows', () => {
  for (const { key, text, environment, effect } of inEffect) {
    it(key, async () => {
      using file = configFile(text)
      await using demo = await startDemo({ ...environment, OTEL_CONFIG_FILE: file.path })
      await effect(demo)
    })
  }
})

const pushed = (exporter: string, rest = '') => `file_format: "1.0"
meter_provider:
  readers:
    - periodic:
        exporter:
          ${exporter}
${rest}`

describe('keys of the file that a backend sees', () => {
  const settings: readonly [string, (received: readonly Received[]) => void][] = [
    ['encoding: protobuf', ([one]) => assert.equal(one?.headers['content-type'], 'application/x-protobuf')],
    ['compression: gzip', ([one]) => assert.equal(one?.headers['content-encoding'], 'gzip')],
    [
      'headers_list: "a=1,b=2", headers: [{ name: a, value: "3" }]',
      ([one]) => {
        assert.deepEqual([one?.headers.a, one?.headers.b], ['3', '2'])
      },
    ],
    [
      'temporality_preference: delta',
      ([one]) => assert.equal(metric(one, jobs.name)?.sum?.aggregationTemporality, 1),
    ],
    [
      'temporality_preference: low_memory',
      ([one]) => assert.equal(metric(one, 'process.cpu.time')?.sum?.aggregationTemporality, 2),
    ],
    [
      'default_histogram_aggregation: base2_exponential_bucket_histogram',
      ([one]) => assert.ok(metric(one, took.name)?.exponentialHistogram),
    ],
    [
      'default_histogram_aggregation: explicit_bucket_histogram',
      ([one]) => assert.ok(metric(one, took.name)?.histogram),
    ],
  ]
  for (const [text, effect] of settings) {
    it(`otlp_http ${text}`, async () => {
      await using sink = await startHttpSink()
      const encoding = text.startsWith('encoding') ? '' : 'encoding: json, '
      using file = configFile(
        pushed(`otlp_http: { endpoint: "http://127.0.0.1:${sink.port}/v1/metrics", ${encoding}${text} }`),
      )
      {
        await using _ = await startDemo({ OTEL_CONFIG_FILE: file.path, OTEL_EXPORTER_OTLP_HEADERS: 'c=4' })
      }
      effect(sink.received)
      assert.equal(sink.received[0]?.headers.c, undefined)
    })
  }

  it('max_export_batch_size/development', async () => {
    await using sink = await startHttpSink()
    const exporter = `otlp_http: { endpoint: "http://127.0.0.1:${sink.port}" }`
    using file = configFile(pushed(exporter, '        max_export_batch_size/development: 10'))
    {
      await using _ = await startDemo({ OTEL_CONFIG_FILE: file.path })
    }
    assert.ok(sink.received.length > 2)
  })

  it('a view with exponential histograms, and the resource', async () => {
    await using sink = await startHttpSink()
    const view =
      '  views: [{ selector: { instrument_name: demo.took }, stream: { aggregation: { base2_exponential_bucket_histogram: { max_size: 20 } } } }]'
    using file = configFile(
      pushed(`otlp_http: { endpoint: "http://127.0.0.1:${sink.port}", encoding: json }`, view),
    )
    {
      await using _ = await startDemo({ OTEL_CONFIG_FILE: file.path })
    }
    assert.ok(metric(sink.received[0], took.name)?.exponentialHistogram)
    assert.equal(resourceIn(sink.received[0] as Received)['service.name'], 'demo')
  })

  it('several readers side by side, each with a temporality of its own', async () => {
    await using cumulative = await startHttpSink()
    await using delta = await startHttpSink()
    await using grpc = await startGrpcSink()
    using file = configFile(`file_format: "1.0"
meter_provider:
  readers:
    - pull: { exporter: { prometheus/development: { port: 0 } } }
    - periodic: { exporter: { otlp_http: { endpoint: "http://127.0.0.1:${cumulative.port}", encoding: json } } }
    - periodic: { exporter: { otlp_http: { endpoint: "http://127.0.0.1:${delta.port}", encoding: json, temporality_preference: delta } } }
    - periodic: { exporter: { otlp_grpc: { endpoint: "http://127.0.0.1:${grpc.port}" } } }`)
    {
      await using demo = await startDemo({ OTEL_CONFIG_FILE: file.path })
      const counter = bind(demo.pipeline.meter(), jobs)
      await demo.pipeline.forceFlush()
      counter.add(5, { kind: 'a' })
      assert.deepEqual(await demo.lines('demo_jobs_total{kind="a"'), ['demo_jobs_total{kind="a"} 7'])
    }
    const values = ({ received }: { readonly received: readonly Received[] }) =>
      received.map((one) => metricIn(one, jobs.name)?.sum?.dataPoints[0]?.asDouble)
    assert.deepEqual(values(cumulative), [2, 7])
    assert.deepEqual(values(delta), [2, 5])
    assert.equal(grpc.received.length, 2)
  })

  it('console', async () => {
    using file = configFile(pushed('console: { temporality_preference: delta }'))
    const dir = mock.method(console, 'dir', () => {})
    {
      await using _ = await startDemo({ OTEL_CONFIG_FILE: file.path })
    }
    dir.mock.restore()
    assert.ok(dir.mock.calls.some(({ arguments: [one] }) => one?.descriptor?.name === jobs.name))
  })
})

const port = '            '
const wrong: readonly (readonly [name: string, text: string, message: string])[] = [
  ['no YAML', 'file_format: "1.0"\n a: [', 'config.yaml:2: is not valid YAML: '],
  ['empty', '', 'config.yaml:1: holds no settings; begin it with file_format: "1.0"'],
  ['no format', 'disabled: false', 'config.yaml:1: file_format: is missing; add it'],
  ['another format', 'file_format: "2.0"', 'config.yaml:1: file_format: is "2.0"; use "1.0" or a later 1.x'],
  [
    'a key twice',
    scraped(`${port}port: 1`),
    'config.yaml:8: port: stands here a second time; remove one of the two',
  ],
  [
    'an unknown key',
    scraped('', 'metre_provider: {}'),
    'config.yaml:9: metre_provider: is not a known key; did you mean meter_provider?',
  ],
  [
    'an unknown key inside',
    scraped(`${port}prt: 1`),
    `config.yaml:8: ${reader(0)}.prt: is not a known key; did you mean port?`,
  ],
  [
    'a wrong type',
    scraped(`${port}scope_info_enabled: 1`),
    `config.yaml:8: ${reader(0)}.scope_info_enabled: is 1; give true or false`,
  ],
  [
    'a number out of range',
    scraped(`${port}host: ""`),
    `config.yaml:8: ${reader(0)}.host: is ""; give at least 1`,
  ],
  [
    'an unknown word',
    scraped(`${port}translation_strategy: none`),
    `config.yaml:8: ${reader(0)}.translation_strategy: is "none"; use one of underscore_escaping_with_suffixes, `,
  ],
  [
    'an unknown exporter',
    pushed('zipkin: {}'),
    'config.yaml:6: meter_provider.readers[0].periodic.exporter.zipkin: is not a known key; known here: otlp_http, otlp_grpc, console, ',
  ],
  [
    'an exporter that is not available',
    pushed('otlp_file/development: {}'),
    'config.yaml:6: meter_provider.readers[0].periodic.exporter.otlp_file/development: is not available; use console, or the file exporter of a Collector',
  ],
  [
    'two exporters in one',
    pushed('console:\n          otlp_http:'),
    'config.yaml:5: meter_provider.readers[0].periodic.exporter: is {"console":null,"otlp_http":null}; give exactly one of the keys otlp_http, ',
  ],
  [
    'no reader',
    'file_format: "1.0"\nmeter_provider:\n  readers: []',
    'config.yaml:3: meter_provider.readers: is []; give at least 1 item',
  ],
  [
    'boundaries that descend',
    views('instrument_name: a', 'aggregation: { explicit_bucket_histogram: { boundaries: [1, 5, 2] } }'),
    'config.yaml:11: meter_provider.views[0].stream.aggregation.explicit_bucket_histogram.boundaries[2]: is 2 after 5, but boundaries must ascend; sort them and keep each once',
  ],
  [
    'a name for many',
    views('instrument_name: "a*"', 'name: b'),
    'config.yaml:11: meter_provider.views[0].stream.name: would give several instruments the one name b; name one instrument, without * and ?, in selector.instrument_name',
  ],
  [
    'a variable that is not set',
    scraped(`${port}host: \${HOST_X}`),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
    'config.yaml:8: the variable HOST_X is not set; set it, or write ${HOST_X:-default}',
  ],
  [
    'no variable',
    scraped(`${port}host: \${a b}`),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
    'config.yaml:8: ${a…} is not a variable; name a variable, with :- before a default, and write $$ for a dollar sign',
  ],
  [
    'a timeout longer than the interval',
    pushed('console:', '        interval: 10\n        timeout: 20'),
    'config.yaml:8: meter_provider.readers[0].periodic.timeout: is 20, longer than the interval; give at most the interval, 10',
  ],
  [
    'no timeout',
    pushed('console:', '        timeout: 0'),
    'config.yaml:7: meter_provider.readers[0].periodic.timeout: is 0, no limit, but an export has to end before the next begins; give at most the interval, 60000',
  ],
  [
    'limits that differ',
    `${scraped('        cardinality_limits: { default: 5 }')}    - periodic: { exporter: { console: } }`,
    'config.yaml:9: meter_provider.readers[1].periodic.cardinality_limits: differs from those of the first reader, but readers share their series; give every reader the same limits, or use aggregation_cardinality_limit in views',
  ],
  [
    'a key without a certificate',
    pushed('otlp_http: { tls: { key_file: /k } }'),
    'config.yaml:6: meter_provider.readers[0].periodic.exporter.otlp_http.tls: has only one of key_file and cert_file; give both or none',
  ],
  [
    'a certificate that is not there',
    pushed('otlp_http: { tls: { ca_file: /no.pem } }'),
    'config.yaml:6: meter_provider.readers[0].periodic.exporter.otlp_http.tls.ca_file: cannot be read (ENOENT); correct the path /no.pem, or let this user read it',
  ],
  [
    'an endpoint without a scheme',
    pushed('otlp_http: { endpoint: "collector:4318" }'),
    'config.yaml:6: meter_provider.readers[0].periodic.exporter.otlp_http.endpoint: is "collector:4318"; give a URL that begins with http:// or https://',
  ],
  [
    'a producer',
    scraped('        producers: [{ opencensus: }]'),
    'config.yaml:8: meter_provider.readers[0].pull.producers: cannot take effect: metric producers are not available; remove it',
  ],
  [
    'a rate that is not one in n',
    scraped('', 'tidegauge: { sample_rate: 0.7 }'),
    'config.yaml:9: tidegauge.sample_rate: is 0.7; give one in n, such as 1, 0.5, 0.1 or 0.01',
  ],
  [
    'a history whose rows do not fit',
    scraped('', 'tidegauge: { history: { ring_interval: 7000 } }'),
    'config.yaml:9: tidegauge.history.snapshot_interval: is 60000, not a multiple of ring_interval, 7000; give 7000, 42000 or another multiple',
  ],
  [
    'a history that is shorter than a row',
    scraped('', 'tidegauge: { history: { retention: 30 } }'),
    'config.yaml:9: tidegauge.history.retention: is 30, less than snapshot_interval, 60000; give it in ms: 2592000000 is 30 days',
  ],
  [
    'an unknown key of the history',
    scraped('', 'tidegauge: { history: { ring_sise: 5 } }'),
    'config.yaml:9: tidegauge.history.ring_sise',
  ],
  [
    'an attribute of another type',
    scraped('', 'resource: { attributes: [{ name: a, value: x, type: int }] }'),
    'config.yaml:9: resource.attributes[0].value: is "x", which is not of type int; give type the type of the value',
  ],
  [
    'a resource that is a text',
    scraped('', 'resource: "0"'),
    'config.yaml:9: resource: is "0"; give settings below it, as "name: value"',
  ],
  [
    'a detector that is not there',
    scraped('', 'resource: { detection/development: { detectors: [{ container: }] } }'),
    'config.yaml:9: resource.detection/development.detectors[0].container: is not available here; name the container in resource.attributes',
  ],
  [
    'a text in place of settings of two kinds',
    scraped('', 'tidegauge: { scrape_auth: s3cret }'),
    'config.yaml:9: tidegauge.scrape_auth: is not a valid value; write them as "bearer_token: …" or "username: …", a line each',
  ],
  [
    'a secret of a wrong type',
    scraped('', 'tidegauge: { scrape_auth: { bearer_token: 5 } }'),
    'config.yaml:9: tidegauge.scrape_auth',
  ],
]

function reader(index: number): string {
  return `meter_provider.readers[${index}].pull.exporter.prometheus/development`
}

describe('files that cannot take effect', () => {
  for (const [name, text, message] of wrong) {
    it(name, async () => {
      using file = configFile(text)
      await assert.rejects(checkConfig(file.path, { service, environment: {} }), (error) => {
        assert.ok(error instanceof UsageError, String((error as Error).stack))
        assert.equal(error.message.slice(0, message.length), message)
        assert.doesNotMatch(error.message, /\n/)
        return true
      })
    })
  }

  it('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port: used } = server.address() as { port: number }
    using file = configFile(scraped().replace('port: 0', `port: ${used}`))
    await assert.rejects(startDemo({ OTEL_CONFIG_FILE: file.path }), {
      message: `config.yaml:7: ${reader(0)}.port: port ${used} on 127.0.0.1 is in use; name another one, or 0 for a free one`,
    })
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('the example files', () => {
  const folder = fileURLToPath(new URL('../config/', import.meta.url))
  const examples = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

  it('are those that the documentation names', () => {
    const names = ['both', 'console', 'old-names', 'otlp', 'prometheus', 'user-views']
    assert.deepEqual(
      examples.sort(),
      names.map((name) => `${name}.yaml`),
    )
  })

  for (const name of examples) {
    it(`${name} says nothing that has no effect, here and to the parser of OpenTelemetry`, async () => {
      assert.deepEqual(await checkConfig(folder + name, { service, environment: {} }), [])
      assert.ok(parseConfigFile(folder + name).meter_provider?.readers.length)
    })
  }
})

describe('the effective configuration', () => {
  it('is printed with the origin of each value, and without secrets', async () => {
    using file = configFile(
      pushed(
        'otlp_http: { endpoint: "http://me:pw1@h:1/", headers: [{ name: k, value: pw2 }], headers_list: "l=pw3" }',
      ),
    )
    const text = await printConfig({ service, environment: { OTEL_CONFIG_FILE: file.path } })
    assert.match(text, /^meter_provider\.readers\[0\]\.periodic\.interval: 60000 +# default$/m)
    assert.match(
      text,
      /^meter_provider\.readers\[0\]\.periodic\.exporter\.otlp_http\.endpoint: http:\/\/\*\*\*@h:1\/ +# config\.yaml:6$/m,
    )
    assert.doesNotMatch(text, /pw\d/)
    assert.match(text, /^resource\.attributes\[0\]\.value: demo +# default$/m)
  })

  it('names the variables', async () => {
    const environment = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_HEADERS: 'a=pw' }
    const { settings } = await readConfiguration({ service, environment })
    const origin = (end: string) => settings.find(({ key }) => key.endsWith(end))
    assert.equal(origin('headers_list')?.origin, 'OTEL_EXPORTER_OTLP_HEADERS')
    assert.equal(origin('headers_list')?.value, '***')
    assert.equal(origin('compression')?.origin, 'default')
  })
})

function metric(received: Received | undefined, name: string) {
  return received && metricIn(received, name)
}
