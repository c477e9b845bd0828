import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fillDisplayName, seriesName } from './series-name.ts'

const map = (labels: Record<string, string>) => new Map(Object.entries(labels))
const api = map({ __name__: 'up', job: 'api', host: 'a' })
const web = map({ __name__: 'up', job: 'web', host: 'a' })
const cases = [
  ['a template', '{{job}} on {{ host }}', [api], 'api on a'],
  ['a label that is missing', '{{job}}{{nothing}}', [api], 'api'],
  ['no legend', undefined, [api], 'up{job="api", host="a"}'],
  ['the automatic legend of a lone series', '__auto', [api], 'up{job="api", host="a"}'],
  ['the automatic legend where one label differs', '__auto', [api, web], 'api'],
] as const

describe('seriesName', () => {
  for (const [name, legend, siblings, expected] of cases)
    it(`writes ${name}`, () =>
      assert.equal(seriesName({ labels: api, legend, expr: 'up', siblings }), expected))
  it('shows the labels that differ where there are several', () => {
    const other = map({ __name__: 'up', job: 'web', host: 'b' })
    assert.equal(
      seriesName({ labels: api, legend: '__auto', expr: 'up', siblings: [api, other] }),
      '{job="api", host="a"}',
    )
  })
  it('names a series without labels for its query', () => {
    assert.equal(
      seriesName({ labels: map({}), legend: '__auto', expr: 'sum(up)', siblings: [map({})] }),
      'sum(up)',
    )
  })
})

it('fills display names', () => {
  const template = ['$', '{__field.labels.job}/', '$', '{__series.name}'].join('')
  assert.equal(fillDisplayName(template, { name: 'n', labels: api }), 'api/n')
})
