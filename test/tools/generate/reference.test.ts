import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { prometheusName } from '../../../otel/naming/name.ts'
import { catalog, components } from '../../../src/catalog/catalog.ts'
import { metricsReference } from '../../../tools/generate/reference.ts'

describe('the reference of metrics', () => {
  it('has a row for every metric of the catalog', () => {
    const text = metricsReference(components)
    for (const metric of catalog) assert.ok(text.includes(`\n| \`${prometheusName(metric)}\` |`), metric.name)
  })

  it('says what a metric was called before', () => {
    assert.ok(metricsReference(components).includes('| `storage_repos_total` | `storage_repos` |'))
  })

  it('keeps a bar in a description inside its cell', () => {
    const metric = { name: 'a.b', instrument: 'gauge', unit: '', description: 'this | that' } as const
    const component = {
      name: 'a',
      title: 'A',
      description: 'One.',
      metrics: [metric],
      recordings: [],
      panels: [],
      alerts: [],
    }
    assert.match(metricsReference([component]), /this \\\| that/)
  })

  it('is what docs/metrics.md holds', async () => {
    const file = new URL('../../../docs/metrics.md', import.meta.url)
    assert.equal(await readFile(file, 'utf8'), metricsReference(components))
  })
})
