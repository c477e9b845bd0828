import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseVariableQuery } from './variable-query.ts'

const cases = [
  { text: 'label_values(job)', kind: 'label values', label: 'job', of: undefined },
  {
    text: 'label_values(up{a="b, c", d=~"$e"}, instance)',
    kind: 'label values',
    label: 'instance',
    of: 'up{a="b, c", d=~"$e"}',
  },
  { text: 'label_values(up, $label)', kind: 'label values', label: '$label', of: 'up' },
  { text: 'label_names()', kind: 'label names', label: undefined, of: undefined },
  { text: 'metrics(http_.*)', kind: 'metric names', label: undefined, of: undefined },
  {
    text: 'query_result(topk(5, sum by (a) (x)))',
    kind: 'query',
    label: undefined,
    of: 'topk(5, sum by (a) (x))',
  },
  { text: 'up{a="b"}', kind: 'series', label: undefined, of: 'up{a="b"}' },
]
for (const { text, kind, label, of } of cases) {
  it(`reads ${text}`, () => {
    const query = parseVariableQuery(text)
    assert.equal(query.kind, kind)
    assert.equal('label' in query ? query.label : undefined, label)
    const inner = 'of' in query ? query.of : undefined
    assert.equal(inner?.result.query?.text, of)
    if (of !== undefined) assert.equal(inner?.at, text.indexOf(of))
  })
}
