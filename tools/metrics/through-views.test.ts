import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { MetricDefinition } from '@tidegauge/otel/catalog'
import { runAudit } from '../audit/audit.ts'

const took = {
  name: 'shop.request.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that a request takes.',
  attributes: { path: { limit: 10 } },
  stream: { name: 'shop.duration', attributes: { path: 'http.route' } },
} as const satisfies MetricDefinition

const source = `import { metrics } from '@opentelemetry/api'
const took = metrics.getMeter('shop').createHistogram('shop.request.duration', { unit: 's', description: 'Took.' })
export function served(route: string, seconds: number) {
  took.record(seconds, { 'http.route': route, 'url.scheme': 'http' })
}
served('/', 1)
`

describe('an instrument that a view of the catalog renames', () => {
  it('is audited under the name and with the labels that it is exported with', async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'tidegauge-views-'))
    test.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'shop.ts'), source)
    const components = [
      {
        name: 'shop',
        title: 'Shop',
        description: 'A shop.',
        metrics: [took],
        recordings: [],
        panels: [],
        alerts: [],
      },
    ] as const
    const { findings, metrics } = await runAudit({
      catalog: { file: 'catalog.ts', components },
      source: [folder],
    })
    assert.deepEqual(findings, [])
    assert.deepEqual(
      metrics.map(({ name, recordings }) => [name, recordings?.map(({ line }) => line)]),
      [['shop_duration_seconds', [4]]],
    )
  })
})
