import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listedResources, readResource } from './resources.ts'
import { createTestNode, did, record, repo } from './testing/node.ts'

const node = createTestNode()

describe('the resources', () => {
  it('list the metrics of each component', () => {
    assert.deepEqual(
      listedResources(node).map(({ uri }) => uri),
      ['tidegauge://metrics', 'tidegauge://metrics/sync'],
    )
  })

  const path = record.uri.slice('at://'.length)
  const found = [
    { uri: 'tidegauge://metrics', text: '# all' },
    { uri: 'tidegauge://metrics/sync', text: '# sync' },
    { uri: `tidegauge://repos/${did}`, text: JSON.stringify(repo) },
    { uri: `tidegauge://repos/${encodeURIComponent(did)}`, text: JSON.stringify(repo) },
    { uri: `tidegauge://records/${path}`, text: JSON.stringify(record) },
  ]
  for (const { uri, text } of found)
    it(`has ${uri}`, async () => {
      const { contents } = await readResource(node, uri)
      assert.deepEqual(
        contents.map((one) => ('text' in one ? [one.uri, one.text] : [])),
        [[uri, text]],
      )
    })

  const none = [
    'tidegauge://metrics/none',
    'tidegauge://metrics/sync/more',
    'tidegauge://repos/did:plc:none',
    'tidegauge://repos/alice.test',
    'tidegauge://repos',
    `tidegauge://records/${did}/app.bsky.feed.post/none`,
    `tidegauge://records/${did}`,
    'tidegauge://repos/%E0%A4%A',
    'https://example.org/metrics',
    'tidegauge:metrics',
  ]
  for (const uri of none)
    it(`has no ${uri}`, () => assert.rejects(readResource(node, uri), { code: -32602, message: /not found/ }))
})
