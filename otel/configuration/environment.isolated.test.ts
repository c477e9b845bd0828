import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it, mock } from 'node:test'
import { context, diag, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { bind } from '../meter/bind.ts'
import { certificate } from '../pipeline/testing/certificate.ts'
import {
  configFile,
  type Demo,
  jobs,
  metricIn,
  resourceIn,
  startDemo,
  took,
} from '../pipeline/testing/demo.ts'
import { type OtlpSink, type Received, startGrpcSink, startHttpSink } from '../pipeline/testing/otlp-sink.ts'
import { UsageError } from '../usage-error.ts'

const any = { OTEL_EXPORTER_PROMETHEUS_PORT: '0' }

/** What a scrape or the service itself shows. */
const scraped: readonly {
  readonly variable: string
  readonly value: string
  readonly more?: NodeJS.ProcessEnv
  readonly effect: (demo: Demo) => Promise<void>
}[] = [
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'prometheus',
    effect: async ({ lines }) =>
      assert.deepEqual(await lines('demo_jobs_total{kind="a"'), ['demo_jobs_total{kind="a"} 2']),
  },
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'none',
    effect: async ({ pipeline }) => assert.equal(pipeline.endpoint, undefined),
  },
  {
    variable: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    value: '127.0.0.2',
    effect: async ({ pipeline }) => assert.match(pipeline.endpoint?.url ?? '', /^http:\/\/127\.0\.0\.2:/),
  },
  {
    variable: 'OTEL_SERVICE_NAME',
    value: 'other',
    more: { OTEL_RESOURCE_ATTRIBUTES: 'service.name=loses' },
    effect: async ({ scrape }) => assert.match(await scrape(), /target_info\{.*service_name="other"/),
  },
  {
    variable: 'OTEL_RESOURCE_ATTRIBUTES',
    value: 'zone=eu%2Cwest,service.name=listed',
    effect: async ({ scrape }) => {
      assert.match(await scrape(), /target_info\{.*service_name="listed".*zone="eu,west"/)
    },
  },
  {
    variable: 'OTEL_SDK_DISABLED',
    value: 'true',
    effect: async ({ pipeline }) => {
      assert.equal(pipeline.endpoint, undefined)
      bind(pipeline.meterProvider.getMeter('any'), jobs).add(1, { kind: 'a' })
    },
  },
]

describe('variables that the service shows', () => {
  for (const { variable, value, more, effect } of scraped) {
    it(`${variable}=${value}`, async () => {
      await using demo = await startDemo({ ...any, ...more, [variable]: value })
      await effect(demo)
    })
  }

  it('OTEL_EXPORTER_PROMETHEUS_PORT, and a flag that wins over it', async () => {
    const [port, other] = [await freePort(), await freePort()]
    const environment = { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) }
    {
      await using demo = await startDemo(environment)
      assert.equal(new URL(demo.pipeline.endpoint?.url ?? '').port, String(port))
    }
    await using demo = await startDemo(environment, { flags: { port: other, host: '127.0.0.1' } })
    assert.equal(new URL(demo.pipeline.endpoint?.url ?? '').port, String(other))
    const { value, origin } = demo.pipeline.config.find(({ key }) => key.endsWith('.port')) ?? {}
    assert.deepEqual([value, origin], [String(other), '--metrics-port'])
  })

  it('flags have no effect where there is no Prometheus reader', async () => {
    await using demo = await startDemo({ OTEL_METRICS_EXPORTER: 'none' }, { flags: { port: 1 } })
    assert.equal(demo.pipeline.endpoint, undefined)
  })

  it('OTEL_METRICS_EXPORTER unset means prometheus', async () => {
    await using demo = await startDemo(any)
    assert.match(await demo.scrape(), /demo_jobs_total/)
  })

  it('OTEL_METRICS_EXPORTER=console', async () => {
    const dir = mock.method(console, 'dir', () => {})
    {
      await using _ = await startDemo({ OTEL_METRICS_EXPORTER: 'console' })
    }
    dir.mock.restore()
    assert.ok(dir.mock.calls.some(({ arguments: [one] }) => one?.descriptor?.name === 'demo.jobs'))
  })

  for (const [level, isShown] of [
    ['warn', false],
    ['info', true],
  ] as const) {
    it(`OTEL_LOG_LEVEL=${level} ${isShown ? 'shows' : 'hides'} what the SDK says at info`, async () => {
      await using demo = await startDemo({ ...any, OTEL_LOG_LEVEL: level })
      diag.info('by the way')
      diag.info('by the way')
      assert.equal(demo.log.filter((line) => line.endsWith('by the way')).length, isShown ? 1 : 0)
    })
  }

  for (const { filter, sampled, expected } of [
    { filter: 'trace_based', sampled: true, expected: 1 },
    { filter: 'trace_based', sampled: false, expected: 0 },
    { filter: 'always_on', sampled: false, expected: 1 },
    { filter: 'always_off', sampled: true, expected: 0 },
  ]) {
    it(`OTEL_METRICS_EXEMPLAR_FILTER=${filter} in a span that is ${sampled ? '' : 'not '}sampled`, async () => {
      // As with a tracing SDK, which begins before what it traces.
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
      await using demo = await startDemo({ ...any, OTEL_METRICS_EXEMPLAR_FILTER: filter })
      const handle = bind(demo.pipeline.meter(), took)
      const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
      const span = trace.setSpanContext(ROOT_CONTEXT, {
        traceId: '1'.repeat(32),
        spanId: '2'.repeat(16),
        traceFlags,
      })
      context.with(span, () => handle.record(5))
      context.disable()
      const headers = { Accept: 'application/openmetrics-text; version=1.0.0' }
      const text = await (await fetch(demo.pipeline.endpoint?.url ?? '', { headers })).text()
      assert.equal(text.split('trace_id="1111').length - 1, expected)
    })
  }

  it('OTEL_CONFIG_FILE puts the others out of effect, and says which', async () => {
    using file = configFile(
      'file_format: "1.0"\nmeter_provider:\n  readers: [{ periodic: { exporter: { console: } } }]',
    )
    const dir = mock.method(console, 'dir', () => {})
    {
      await using demo = await startDemo({
        ...any,
        OTEL_CONFIG_FILE: file.path,
        OTEL_METRICS_EXPORTER: 'prometheus',
      })
      assert.equal(demo.pipeline.endpoint, undefined)
      assert.ok(demo.log.some((line) => /puts out of effect: .*OTEL_METRICS_EXPORTER/.test(line)))
    }
    dir.mock.restore()
  })

  it('names variables of metrics that it does not know', async () => {
    await using demo = await startDemo({
      ...any,
      OTEL_METRICS_EXPORTERS: 'otlp',
      OTEL_TRACES_EXPORTER: 'otlp',
    })
    assert.ok(demo.log.includes('warn not used, because unknown: OTEL_METRICS_EXPORTERS'))
  })
})

/** What a backend receives in http/json from the last export. */
const received: readonly {
  readonly name: string
  readonly environment: (sink: OtlpSink) => NodeJS.ProcessEnv
  readonly effect: (received: Received) => void
}[] = [
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT is a base',
    environment: ({ port }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/base/` }),
    effect: ({ path }) => assert.equal(path, '/base/v1/metrics'),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is used as it is',
    environment: ({ port }) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${port}/own`,
    }),
    effect: ({ path }) => assert.equal(path, '/own'),
  },
  {
    name: 'http/protobuf is the default',
    environment: ({ port }) => ({
      OTEL_EXPORTER_OTLP_PROTOCOL: '',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    }),
    effect: ({ headers, body }) => {
      assert.equal(headers['content-type'], 'application/x-protobuf')
      assert.ok(body.includes('demo.jobs'))
    },
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json',
    environment: () => ({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
    }),
    effect: (one) => {
      assert.equal(one.headers['content-type'], 'application/json')
      assert.ok(metricIn(one, 'demo.jobs'))
    },
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    environment: () => ({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, x-tenant = t' }),
    effect: ({ headers }) => assert.deepEqual([headers['api-key'], headers['x-tenant']], ['a b', 't']),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_HEADERS',
    environment: () => ({
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=general',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'api-key=own',
    }),
    effect: ({ headers }) => assert.equal(headers['api-key'], 'own'),
  },
  ...['OTEL_EXPORTER_OTLP_COMPRESSION', 'OTEL_EXPORTER_OTLP_METRICS_COMPRESSION'].map((name) => ({
    name,
    environment: () => ({ [name]: 'gzip' }),
    effect: (one: Received) => {
      assert.equal(one.headers['content-encoding'], 'gzip')
      assert.ok(metricIn(one, 'demo.jobs'))
    },
  })),
  ...(
    [
      ['cumulative', 2],
      ['delta', 1],
      ['lowmemory', 1],
    ] as const
  ).map(([value, temporality]) => ({
    name: `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=${value}`,
    environment: () => ({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: value }),
    effect: (one: Received) =>
      assert.equal(metricIn(one, 'demo.jobs')?.sum?.aggregationTemporality, temporality),
  })),
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION=base2_exponential_bucket_histogram',
    environment: () => ({
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
    }),
    effect: (one) => assert.ok(metricIn(one, 'demo.took')?.exponentialHistogram),
  },
  {
    name: 'OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES',
    environment: () => ({ OTEL_SERVICE_NAME: 'other', OTEL_RESOURCE_ATTRIBUTES: 'zone=eu' }),
    effect: (one) => {
      const {
        'service.name': name,
        zone,
        'service.version': version,
        'process.command_args': args,
      } = resourceIn(one)
      assert.deepEqual([name, zone, version, args], ['other', 'eu', '1.2.3', undefined])
    },
  },
]

describe('variables that a backend sees', () => {
  for (const { name, environment, effect } of received) {
    it(name, async () => {
      await using sink = await startHttpSink()
      {
        await using _ = await startDemo({
          OTEL_METRICS_EXPORTER: 'otlp',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
          ...environment(sink),
        })
      }
      const [first] = sink.received
      assert.ok(first)
      effect(first)
    })
  }

  it('OTEL_METRICS_EXPORTER=prometheus,otlp, with histograms as each reader wants them', async () => {
    await using sink = await startHttpSink()
    {
      await using demo = await startDemo({
        ...any,
        OTEL_METRICS_EXPORTER: 'prometheus, otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
        OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
      })
      assert.deepEqual(await demo.lines('demo_took_seconds_bucket'), [
        'demo_took_seconds_bucket{le="1"} 0',
        'demo_took_seconds_bucket{le="2"} 1',
        'demo_took_seconds_bucket{le="+Inf"} 1',
      ])
    }
    assert.equal(
      metricIn(sink.received[0] as Received, 'demo.took')?.exponentialHistogram?.dataPoints[0]?.count,
      1,
    )
  })

  for (const compression of ['none', 'gzip']) {
    it(`OTEL_EXPORTER_OTLP_PROTOCOL=grpc, compression ${compression}, headers`, async () => {
      await using sink = await startGrpcSink()
      {
        await using _ = await startDemo({
          OTEL_METRICS_EXPORTER: 'otlp',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
          OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k',
          OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        })
      }
      assert.ok(sink.received[0]?.body.includes('demo.jobs'))
      assert.equal(sink.received[0]?.headers['api-key'], 'k')
    })
  }

  it('OTEL_EXPORTER_OTLP_INSECURE, for an endpoint without a scheme', async () => {
    await using sink = await startGrpcSink()
    {
      await using _ = await startDemo({
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${sink.port}`,
        OTEL_EXPORTER_OTLP_INSECURE: 'true',
      })
    }
    assert.equal(sink.received.length, 1)
  })

  it('OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_KEY and _CLIENT_CERTIFICATE', async () => {
    using files = certificate()
    const tls = {
      key: files.key,
      cert: files.cert,
      ca: files.cert,
      requestCert: true,
      rejectUnauthorized: true,
    }
    await using sink = await startHttpSink({ tls })
    {
      await using _ = await startDemo({
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${sink.port}`,
        OTEL_EXPORTER_OTLP_CERTIFICATE: files.certFile,
        OTEL_EXPORTER_OTLP_CLIENT_KEY: files.keyFile,
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: files.certFile,
      })
    }
    assert.equal(sink.received.length, 1)
  })

  it('OTEL_METRIC_EXPORT_INTERVAL, which lowers the timeout with it', async () => {
    await using sink = await startHttpSink()
    await using demo = await startDemo({
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
      OTEL_METRIC_EXPORT_INTERVAL: '20',
    })
    await sink.arrived(2)
    assert.equal(setting(demo.pipeline.config, 'timeout')?.value, '20')
  })

  for (const variable of [
    'OTEL_METRIC_EXPORT_TIMEOUT',
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT',
  ]) {
    it(`${variable} gives up a backend that hangs`, async () => {
      await using sink = await startHttpSink()
      sink.answer = 'hang'
      await using demo = await startDemo({
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
        [variable]: '30',
      })
      await demo.pipeline.forceFlush()
      assert.ok(
        demo.log.some((line) => /^warn cannot export metrics to http:.*(30 ms|timed out)/i.test(line)),
        demo.log.join(),
      )
    })
  }
})

const wrong: readonly [NodeJS.ProcessEnv, RegExp][] = [
  [
    { OTEL_METRICS_EXPORTER: 'promethius' },
    /^OTEL_METRICS_EXPORTER: "promethius" is not a known exporter; use prometheus, otlp,/,
  ],
  [{ OTEL_METRICS_EXPORTER: 'otlp,none' }, /^OTEL_METRICS_EXPORTER: "otlp,none" contradicts itself; use/],
  [{ OTEL_METRICS_EXPORTER: 'otlp,otlp' }, /^OTEL_METRICS_EXPORTER: "otlp,otlp" contradicts itself; use/],
  [
    { OTEL_EXPORTER_PROMETHEUS_PORT: '80x' },
    /^OTEL_EXPORTER_PROMETHEUS_PORT: "80x" is not a whole number; write digits only$/,
  ],
  [
    { OTEL_EXPORTER_PROMETHEUS_PORT: '99999' },
    /^OTEL_EXPORTER_PROMETHEUS_PORT: is 99999; give at most 65535$/,
  ],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '0' },
    /^OTEL_METRIC_EXPORT_INTERVAL: is 0; give at least 1$/,
  ],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '10', OTEL_METRIC_EXPORT_TIMEOUT: '20' },
    /^OTEL_METRIC_EXPORT_TIMEOUT: is 20, longer than the interval; give at most the interval, 10$/,
  ],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'udp' },
    /^OTEL_EXPORTER_OTLP_PROTOCOL: "udp" is not a known protocol; use http\/protobuf/,
  ],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_COMPRESSION: 'zip' },
    /^OTEL_EXPORTER_OTLP_COMPRESSION: is "zip"; use one of none, gzip$/,
  ],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    /^OTEL_EXPORTER_OTLP_ENDPOINT: is .*; give a URL that begins with http/,
  ],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_HEADERS: 'secret' },
    /^OTEL_EXPORTER_OTLP_HEADERS: is not a list of key=value; write key=value,/,
  ],
  [
    {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hidden%0Ax',
    },
    /^OTEL_EXPORTER_OTLP_HEADERS: has a header, authorization, whose value (?!.*hidden)/,
  ],
  [
    {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'a%20b=hidden',
    },
    /^OTEL_EXPORTER_OTLP_HEADERS: has a header named "a b", which none (?!.*hidden)/,
  ],
  [
    {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hidden%0Ax',
    },
    /^OTEL_EXPORTER_OTLP_HEADERS: has a header, authorization, whose value (?!.*hidden)/,
  ],
  [
    {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'a%20b=hidden',
    },
    /^OTEL_EXPORTER_OTLP_HEADERS: has a header named "a b", which none (?!.*hidden)/,
  ],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'sum' },
    /^OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: is "sum"; use one of cumulative, delta/,
  ],
  [
    {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://localhost:1',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/no/such.pem',
    },
    /^OTEL_EXPORTER_OTLP_CERTIFICATE: cannot be read \(ENOENT\); correct the path \/no\/such.pem,/,
  ],
  [{ OTEL_SDK_DISABLED: 'yes' }, /^OTEL_SDK_DISABLED: is "yes"; use true or false$/],
  [
    { OTEL_METRICS_EXEMPLAR_FILTER: 'some' },
    /^OTEL_METRICS_EXEMPLAR_FILTER: is "some"; use one of trace_based/,
  ],
  [{ OTEL_LOG_LEVEL: 'loud' }, /^OTEL_LOG_LEVEL: is "loud"; use one of trace/],
  [{ OTEL_RESOURCE_ATTRIBUTES: 'zone' }, /^OTEL_RESOURCE_ATTRIBUTES: is not a list of key=value; write/],
  [
    { OTEL_EXPORTER_PROMETHEUS_HOST: '203.0.113.7' },
    /^OTEL_EXPORTER_PROMETHEUS_HOST: 203.0.113.7 is not an address of this machine; use/,
  ],
  [{ OTEL_CONFIG_FILE: '/no/such.yaml' }, /^\/no\/such.yaml: there is no such file; check the path$/],
  [{ OTEL_CONFIG_FILE: '/' }, /^\/: it is a folder; give a file/],
]

describe('variables that cannot take effect', () => {
  for (const [environment, message] of wrong) {
    it(
      Object.entries(environment)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
      async () => {
        await assert.rejects(startDemo({ ...any, ...environment }), (error) => {
          assert.ok(error instanceof UsageError, String(error))
          assert.match(error.message, message)
          assert.doesNotMatch(error.message, /\n/)
          return true
        })
      },
    )
  }

  it('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await assert.rejects(startDemo({ OTEL_EXPORTER_PROMETHEUS_PORT: String(port) }), {
      message: `OTEL_EXPORTER_PROMETHEUS_PORT: port ${port} on 127.0.0.1 is in use; name another one, or 0 for a free one`,
    })
    await assert.rejects(startDemo({}, { flags: { port } }), {
      message: /^--metrics-port: port \d+ on 127.0.0.1 is in use/,
    })
    await new Promise((resolve) => server.close(resolve))
  })

  it('a host of another machine', async () => {
    await assert.rejects(startDemo({}, { flags: { port: 0, host: '203.0.113.7' } }), {
      message: /^--host: 203.0.113.7 is not an address of this machine; use/,
    })
  })
})

function setting(config: Demo['pipeline']['config'], name: string) {
  return config.find(({ key }) => key.split('.').at(-1) === name)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
