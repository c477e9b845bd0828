import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bind } from '../meter/bind.ts'
import type { PipelineOptions } from './pipeline.ts'
import { startPipeline } from './start-pipeline.ts'

const folder = mkdtempSync(join(tmpdir(), 'kept-'))

const jobs = {
  name: 'demo.jobs',
  instrument: 'counter',
  unit: '{job}',
  description: 'Jobs.',
  attributes: { kind: ['a', 'b'] },
} as const

function start(file: string, options: Partial<PipelineOptions> = {}) {
  return startPipeline({
    catalog: [jobs],
    service: { name: 'demo', version: '1' },
    environment: { OTEL_METRICS_EXPORTER: 'none' },
    runtimeMetrics: false,
    history: { enabled: true, file },
    ...options,
  })
}

describe('a pipeline that keeps a history', () => {
  after(() => rmSync(folder, { recursive: true }))

  it('keeps it without any exporter, and has it again after a restart', async () => {
    const file = join(folder, 'again.db')
    for (const total of [5, 3]) {
      await using pipeline = await start(file)
      const { history } = pipeline
      if (total === 3) assert.equal(jobsOf(history), 5)
      bind(pipeline.meter(), jobs).add(total, { kind: 'a' })
      await pipeline.forceFlush()
      assert.equal(jobsOf(history), total)
    }
  })

  it('is refused for a file that it cannot use, in one line', async () => {
    const text = join(folder, 'notes.txt')
    writeFileSync(
      text,
      'not a database at all, and long enough to be told from one that is empty\n'.repeat(20),
    )
    await assert.rejects(start(text), {
      name: 'UsageError',
      message: `the history ${text} cannot be opened (file is not a database): move it away to begin a new one, or name another file`,
    })
    const file = join(folder, 'shared.db')
    await using _first = await start(file)
    await assert.rejects(start(file), {
      message: /is written by another process: end that, or name another file$/,
    })
    const configuration = join(folder, 'config.yaml')
    writeFileSync(
      configuration,
      `file_format: "1.0"\ntidegauge:\n  history:\n    enabled: true\n    file: ${folder}/missing/x.db\n`,
    )
    await assert.rejects(start('', { environment: { OTEL_CONFIG_FILE: configuration } }), {
      message: /^.*config\.yaml:5: tidegauge\.history\.file: is .*x\.db, which cannot be written/,
    })
  })

  it('is off where the configuration says so, and by default', async () => {
    const configuration = join(folder, 'off.yaml')
    writeFileSync(configuration, 'file_format: "1.0"\ntidegauge: { history: { enabled: false } }\n')
    await using off = await start(join(folder, 'off.db'), {
      environment: { OTEL_CONFIG_FILE: configuration },
    })
    await using byDefault = await start('', { history: {} })
    for (const pipeline of [off, byDefault]) assert.equal(pipeline.history, undefined)
  })

  it('tells what holds', async () => {
    await using pipeline = await start(':memory:')
    const settings = pipeline.config.filter(({ key }) => key.startsWith('tidegauge.history.'))
    assert.deepEqual(
      settings.map(({ key, value, origin }) => `${key.slice(18)} ${value} ${origin}`),
      [
        'enabled true default',
        'file :memory: default',
        'ring_size 360 default',
        'ring_interval 10000 default',
        'snapshot_interval 60000 default',
        'retention 2592000000 default',
      ],
    )
  })

  it('does not change what others collect', async () => {
    await using pipeline = await start(':memory:', { environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '0' } })
    const histogram = bind(pipeline.meter(), took)
    for (let i = 1; i <= 3; i++) {
      histogram.record(i)
      await pipeline.history?.metrics()
      await pipeline.forceFlush()
      const text = await (await fetch(pipeline.endpoint?.url ?? '')).text()
      assert.match(text, new RegExp(`^demo_took_seconds_count\\S* ${i}$`, 'm'))
      const answer = pipeline.history?.query({ name: 'demo.took', by: [] })
      assert.deepEqual(answer?.series[0]?.points[0]?.[1], i)
    }
  })

  const took = { name: 'demo.took', instrument: 'histogram', unit: 's', description: 'Time.' } as const

  function jobsOf(history: Awaited<ReturnType<typeof start>>['history']): number | undefined {
    return history?.query({ name: 'demo.jobs', where: { kind: 'a' } }).series[0]?.points[0]?.[1]
  }
})
