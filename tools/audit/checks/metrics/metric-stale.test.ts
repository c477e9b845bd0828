import assert from 'node:assert/strict'
import { it } from 'node:test'
import { inputsOf } from '../../inputs.fixture.ts'
import { metricStale } from './metric-stale.ts'

it('asks Prometheus for a hundred counters at a time', async () => {
  const names = Array.from({ length: 250 }, (_, at) => `orders_${at}_total`)
  const stopped = ['orders_7_total', 'orders_249_total']
  const asked: string[] = []
  const inputs = inputsOf({
    scrapes: [names.map((name) => `# TYPE ${name} counter\n${name} 1\n`).join('')],
    prometheus: {
      url: 'http://prometheus',
      scrapeIntervalMs: 15_000,
      query: async () => [],
      metadata: async () => new Map(),
      series: async () => [],
      queryRange: async (expr) => {
        asked.push(expr)
        const [, pattern = ''] = /^sum by \(__name__\) \(\{__name__=~"(.*)"\}\)$/.exec(expr) ?? []
        return pattern.split('|').map((name) => ({
          labels: new Map([['__name__', name]]),
          points: Array.from({ length: 25 }, (_, at) => [at, Math.min(at, stopped.includes(name) ? 12 : 24)]),
        }))
      },
    },
  })
  const findings = [...(await metricStale.run(inputs))]
  assert.equal(asked.length, 3)
  assert.deepEqual(
    findings.map(({ subject }) => subject),
    stopped,
  )
})
