import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { differences, none } from './harness/differences.ts'
import { type Prometheus, startPrometheus } from './harness/prometheus.ts'
import { proxyScrapes, type ScrapeProxy } from './harness/scrape-proxy.ts'
import { samplesOf } from './harness/scraped-samples.ts'
import { startTidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

const protocols = ['PrometheusText0.0.4', 'PrometheusText1.0.0', 'OpenMetricsText1.0.0', 'PrometheusProto']
/** How many scrapes are looked at; the numbers change from one to the next. */
const scrapes = 3

describe('what the running service serves', () => {
  const stack = new AsyncDisposableStack()
  const proxies = new Map<string, ScrapeProxy>()
  let prometheus: Prometheus

  before(async () => {
    const service = stack.use(await startTidegauge())
    for (const protocol of protocols) proxies.set(protocol, stack.use(await proxyScrapes(service.metrics)))
    prometheus = stack.use(
      await startPrometheus({
        jobs: protocols.map((protocol) => ({
          job_name: protocol,
          scrape_protocols: [protocol],
          static_configs: [{ targets: [proxies.get(protocol)?.address] }],
        })),
      }),
    )
  })

  after(() => stack.disposeAsync())

  for (const protocol of protocols) {
    it(`is in Prometheus sample by sample, scrape after scrape: ${protocol}`, async () => {
      const { passed, address } = proxies.get(protocol) as ScrapeProxy
      const stored = await eventually(async () => {
        const now = Date.now() / 1000
        const series = await prometheus.samples(`{job="${protocol}"}`, now - 120, now)
        const times = new Set(series.flatMap(({ samples }) => samples.map(({ time }) => time)))
        assert.ok(times.size >= scrapes)
        const at = (time: number) =>
          series.flatMap(({ metric, samples }) =>
            samples.filter((sample) => sample.time === time).map(({ value }) => ({ labels: metric, value })),
          )
        return [...times]
          .sort((one, other) => one - other)
          .slice(0, scrapes)
          .map(at)
      })
      for (const [i, found] of stored.entries()) {
        const scrape = passed[i]
        assert.equal(scrape?.answered['content-encoding'], 'gzip')
        const expected =
          scrape &&
          samplesOf(scrape).map(({ labels, value }) => ({
            labels: { ...labels, job: protocol, instance: address },
            value,
          }))
        const own = found.filter(({ labels }) => !/^(up|scrape_\w+)$/.test(labels.__name__ ?? ''))
        assert.deepEqual(differences(expected ?? [], own, Object.is), none)
      }
    })
  }
})
