import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askAllTheWhile } from '../../e2e/harness/observed.ts'
import { startPrometheus } from '../../e2e/harness/prometheus.ts'
import { createRandom } from '../../e2e/harness/random.ts'
import { startTidegauge } from '../../e2e/harness/tidegauge.ts'

/**
 * Writes `scrape.txt` again: what a healthy service exposes after half a minute of the demo network, with its API asked
 * and its metrics pushed. To be run when the catalog has changed; `npm run e2e:setup` brings the Prometheus it needs.
 */
await using stack = new AsyncDisposableStack()
const backend = stack.use(await startPrometheus({ flags: ['--web.enable-otlp-receiver'] }))
const service = stack.use(
  await startTidegauge({
    env: {
      OTEL_METRICS_EXPORTER: 'prometheus,otlp',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${backend.url}/api/v1/otlp/v1/metrics`,
      OTEL_METRIC_EXPORT_INTERVAL: '2000',
      OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    },
  }),
)
stack.use(askAllTheWhile(service, createRandom(1)))
await sleep(25_000)
// What tells how long a scrape took is there from the second one on.
await service.scrape()
writeFileSync(join(import.meta.dirname, 'scrape.txt'), await service.scrape())
