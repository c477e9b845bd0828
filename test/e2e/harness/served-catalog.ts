import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { testCertificate } from '../../../otel/exposition/certificate.fixture.ts'
import { PrometheusEndpoint, type PrometheusEndpointOptions } from '../../../otel/exposition/endpoint.ts'
import { translationStrategies } from '../../../otel/naming/name.ts'
import { createMeasurements, type Measurement, recordBound, recordUnbound, views } from './measurements.ts'
import type { Random } from './random.ts'
import { type LoggedScrape, logScrapes } from './scrape-log.ts'

/** The whole catalog and more, recorded and served under every strategy at `/<strategy>/…`. */
export interface ServedCatalog extends AsyncDisposable {
  /** `host:port` */
  readonly address: string
  /** The last scrape of each path. */
  readonly scrapes: ReadonlyMap<string, LoggedScrape>
  /** Jobs that scrape endpoints of their own over HTTPS and with credentials, and whether they are the right ones. */
  readonly secured: readonly {
    readonly job: { readonly job_name: string }
    readonly isAllowed: boolean
  }[]
  readonly measurements: readonly Measurement[]
  /** What the SDK by itself makes of them. */
  readonly truth: ResourceMetrics
  readonly resource: Readonly<Record<string, string>>
  /** Whether a time in seconds is one at which all this was recorded. */
  isWithin(time: number): boolean
}

const resource = {
  'service.name': 'tea "house" été',
  'service.version': '1.2.3',
  'tea.house': 'Σ "1"\\\n',
}

export async function serveCatalog(random: Random): Promise<ServedCatalog> {
  const measurements = createMeasurements(random)
  const endpointOf = (options: PrometheusEndpointOptions) =>
    new PrometheusEndpoint({
      port: 0,
      preventServerStart: true,
      resourceConstantLabels: { included: ['tea.*'] },
      ...options,
    })
  const byStrategy = translationStrategies.map((translationStrategy) => endpointOf({ translationStrategy }))
  const secured = securities.map(({ options }) => endpointOf(options))
  const about = { resource: resourceFromAttributes(resource), views: [...views] }
  const provider = new MeterProvider({ ...about, readers: [...byStrategy, ...secured] })
  const start = Date.now()
  recordBound(provider, measurements)
  const end = Date.now()
  for (const endpoint of secured) await endpoint.start()
  const scrapes = await logScrapes(
    new Map(
      translationStrategies.map((strategy, i) => [strategy as string, byStrategy[i]?.handler ?? (() => {})]),
    ),
  )
  return {
    address: scrapes.address,
    scrapes: scrapes.last,
    secured: securities.flatMap(({ settings, credentials }, i) =>
      credentials.map((given, n) => ({
        job: {
          job_name: `secured ${i}.${n}`,
          static_configs: [{ targets: [new URL(secured[i]?.url ?? '').host] }],
          ...settings,
          ...given,
        },
        isAllowed: n === 0,
      })),
    ),
    measurements,
    truth: await truthOf(about, measurements),
    resource,
    isWithin: (time) => time * 1000 >= start - 1 && time * 1000 <= end + 1,
    [Symbol.asyncDispose]: async () => {
      await scrapes[Symbol.asyncDispose]()
      await provider.shutdown()
    },
  }
}

const basic = { username: 'scraper', password: 'pä:ss' }
const securities: readonly {
  readonly options: PrometheusEndpointOptions
  readonly settings: object
  /** What a scraper shows: first the right ones. */
  readonly credentials: readonly object[]
}[] = [
  {
    options: { auth: { basic } },
    settings: { scrape_protocols: ['PrometheusText0.0.4'] },
    credentials: [{ basic_auth: basic }, { basic_auth: { ...basic, password: 'x' } }, {}],
  },
  {
    options: { auth: { bearerToken: 's3cret' }, tls: testCertificate },
    settings: {
      scrape_protocols: ['PrometheusText0.0.4'],
      scheme: 'https',
      tls_config: { insecure_skip_verify: true },
    },
    credentials: [{ authorization: { credentials: 's3cret' } }, { authorization: { credentials: 'S3cret' } }],
  },
]

class PlainReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Records the same once more, by a provider and a reader of the SDK alone. */
async function truthOf(
  about: ConstructorParameters<typeof MeterProvider>[0],
  measurements: readonly Measurement[],
): Promise<ResourceMetrics> {
  const reader = new PlainReader()
  const provider = new MeterProvider({ ...about, readers: [reader] })
  recordUnbound(provider, measurements)
  const { resourceMetrics } = await reader.collect()
  await provider.shutdown()
  return resourceMetrics
}
