import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDid } from './did.ts'
import { isNsid } from './nsid.ts'
import { isRecordKey, recordUri } from './record.ts'

describe('words of the protocol', () => {
  const cases = [
    {
      is: isDid,
      good: ['did:plc:z72i7hdynmk6r22z27h6tvur', 'did:web:example.com', 'did:web:localhost%3A1234'],
    },
    {
      is: isDid,
      bad: [
        '',
        'did:',
        'did:plc:',
        'DID:plc:x',
        'did:plc:a/b',
        'did:PLC:a',
        'did:plc:a:',
        `did:plc:${'a'.repeat(2048)}`,
        7,
        null,
      ],
    },
    { is: isNsid, good: ['app.bsky.feed.post', 'com.example.fooBar', 'a.b.c', 'net.users.bob.ping'] },
    {
      is: isNsid,
      bad: [
        '',
        'a',
        'a.b',
        'com.example.3',
        'com.example.foo-bar',
        'com..example',
        '-a.b.c',
        `${'a'.repeat(63)}.${'b'.repeat(300)}.c`,
        undefined,
      ],
    },
    { is: isRecordKey, good: ['3jui7kd54zh2y', 'self', 'a:b', '~1.2-3_4', '...', 'x'.repeat(512)] },
    { is: isRecordKey, bad: ['', '.', '..', 'a/b', 'a b', 'ä', '#', 'x'.repeat(513), 1] },
  ]
  for (const { is, good = [], bad = [] } of cases) {
    for (const text of good) it(`${is.name} takes ${label(text)}`, () => assert.equal(is(text), true))
    for (const text of bad) it(`${is.name} refuses ${label(text)}`, () => assert.equal(is(text), false))
  }

  it('recordUri joins an address', () => {
    const address = { did: 'did:plc:abc', collection: 'app.bsky.feed.post', rkey: '1' } as const
    assert.equal(recordUri(address), 'at://did:plc:abc/app.bsky.feed.post/1')
  })
})

function label(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 40 ? `${text.slice(0, 40)}… (${text.length})` : text
}
