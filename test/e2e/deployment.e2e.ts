import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { startCollector } from './harness/collector.ts'
import { answers, freePort } from './harness/network.ts'
import { startProcess } from './harness/process.ts'
import { QueryApi } from './harness/query-api.ts'
import { startTidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'
import { programs } from './setup/programs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tidegauge-deployment-'))
const config = join(folder, 'prometheus.yml')

describe('what the compose file starts, wired as it wires it', { timeout: 180_000 }, () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('has a configuration of Prometheus that promtool accepts, rules and all', async () => {
    const { promtool } = await programs()
    mount()
    const said = execFileSync(promtool, ['check', 'config', config], { encoding: 'utf8' })
    assert.match(said, /SUCCESS: .* is valid prometheus config file syntax/)
    if (existsSync(join(root, 'dashboards/alerts'))) assert.match(said, /SUCCESS: \d+ rules found/)
  })

  it('scrapes the service, what was pushed to the Collector, and the Collector, and counts nothing twice', async () => {
    await using collector = await startCollector()
    await using service = await startTidegauge({
      env: {
        OTEL_METRICS_EXPORTER: 'prometheus,otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpUrl,
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        OTEL_METRIC_EXPORT_TIMEOUT: '500',
      },
    })
    await using other = await startTidegauge({
      env: {
        OTEL_SERVICE_NAME: 'another',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpUrl,
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        OTEL_METRIC_EXPORT_TIMEOUT: '500',
      },
    })
    assert.ok(other.pid > 0)
    const addresses = {
      'tidegauge:9464': service.metrics,
      'collector:8888': collector.ownMetrics,
      'collector:8889': collector.metrics,
    }
    mount(addresses)
    const port = await freePort()
    await using _ = await startProcess({
      name: 'Prometheus',
      command: (await programs()).prometheus,
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--enable-feature=exemplar-storage',
        '--web.enable-otlp-receiver',
      ],
      ready: () => answers(`http://127.0.0.1:${port}/-/ready`),
    })
    const prometheus = new QueryApi(`http://127.0.0.1:${port}`)

    const up = { tidegauge: 1, collector: 1, otlp: 1 }
    await eventually(async () => assert.deepEqual(await prometheus.byLabel('up', 'job'), up))
    const jobs = ['another', 'tidegauge']
    await eventually(async () =>
      assert.deepEqual(
        Object.keys(await prometheus.byLabel('sum by (job) (firehose_connected)', 'job')).sort(),
        jobs,
      ),
    )
    assert.equal(await prometheus.number('count(uptime_seconds{job="tidegauge"})'), 1)
  })
})

/** Puts configuration and rules side by side as the compose file mounts them, with the given addresses and haste. */
function mount(addresses: Readonly<Record<string, string>> = {}): void {
  const settings = parse(readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8'))
  if (Object.keys(addresses).length > 0)
    settings.global = { scrape_interval: '1s', evaluation_interval: '1s' }
  const text = Object.entries(addresses).reduce(
    (whole, [from, to]) => whole.replaceAll(from, to),
    stringify(settings),
  )
  writeFileSync(config, text)
  const rules = join(root, 'dashboards/alerts')
  mkdirSync(join(folder, 'alerts'), { recursive: true })
  if (existsSync(rules)) cpSync(rules, join(folder, 'alerts'), { recursive: true })
}
