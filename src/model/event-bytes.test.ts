import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvalidError } from './errors.ts'
import { type CommitEvent, emptyTree, type RepoEvent } from './event.ts'
import { decodeEvent, encodeEvent } from './event-bytes.ts'

const base = { did: 'did:plc:aliceaaaaaaaaaaaaaaaaaaa', seq: 2 ** 40, timeMs: 1_700_000_000_123 } as const
const commit: CommitEvent = {
  ...base,
  kind: 'commit',
  rev: '3kaaaaaaaaa22',
  data: 'bafydata',
  prevData: emptyTree,
  since: '3kaaaaaaaaa2a',
  operations: [
    { op: 'create', collection: 'a.b.c', rkey: 'x', cid: 'bafy1', record: new Uint8Array([0xa0]) },
    { op: 'delete', collection: 'a.b.c', rkey: 'y' },
    { op: 'update', collection: 'a.b.c', rkey: 'z~:_', cid: 'bafy2', record: new Uint8Array(70_000).fill(7) },
    { op: 'create', collection: 'a.b.c', rkey: 'e', cid: 'bafy3', record: new Uint8Array() },
  ],
}

const events: Readonly<Record<string, RepoEvent>> = {
  'a commit': commit,
  'a commit without the tree before it': {
    ...base,
    kind: 'commit',
    rev: '3k',
    data: 'bafy',
    operations: [],
  },
  'a sync': { ...base, kind: 'sync', rev: '3k', data: 'bafy' },
  'an identity': { ...base, kind: 'identity', handle: 'ålice."test\ud800' },
  'an identity without a handle': { ...base, kind: 'identity' },
  'an account': { ...base, kind: 'account', active: false, status: 'takendown' },
  'a rejected commit': { ...base, kind: 'rejected', reason: 'key', rev: '3k' },
  'an unverified commit': { ...base, kind: 'unverified', rev: '3k', frame: new Uint8Array([0xa2, 0, 255]) },
  'an active account': { ...base, kind: 'account', active: true },
}

describe('event bytes', () => {
  for (const [name, event] of Object.entries(events)) {
    it(`bring back ${name}`, () => {
      assert.deepEqual(plain(decodeEvent(encodeEvent(event))), event)
    })
  }

  it('bring back an event that lies anywhere in a larger buffer', () => {
    const bytes = encodeEvent(commit)
    const larger = new Uint8Array(bytes.length + 20).fill(255)
    larger.set(bytes, 13)
    assert.deepEqual(plain(decodeEvent(larger.subarray(13, 13 + bytes.length))), commit)
  })

  for (const name of Object.keys(events)) {
    it(`are refused at every length but their own: ${name}`, () => {
      const bytes = encodeEvent(events[name] as RepoEvent)
      const short = bytes.subarray(0, Math.min(bytes.length, 600))
      for (let length = 0; length < short.length; length++) {
        if (length === bytes.length) continue
        assert.throws(() => decodeEvent(short.subarray(0, length)), InvalidError)
      }
    })
  }

  for (const [name, bytes] of Object.entries({
    'bytes of another version': Buffer.concat([Buffer.from([2]), encodeEvent(commit).subarray(1)]),
    'more bytes than there should be': Buffer.concat([encodeEvent(commit), Buffer.from([0])]),
    'more bytes than an account has': Buffer.concat([
      encodeEvent(events['an active account'] as RepoEvent),
      Buffer.from([0]),
    ]),
    'a rejection for an unknown reason': withHeader(
      '{"kind":"rejected","did":"did:plc:a","seq":1,"timeMs":1,"rev":"3k","reason":"mood"}',
    ),
    'an unverified commit without its frame': withHeader(
      '{"kind":"unverified","did":"did:plc:a","seq":1,"timeMs":1,"rev":"3k"}',
    ),
    'JSON that is not an event': withHeader('{"kind":"party","did":"did:plc:a","seq":1,"timeMs":1}'),
    'an event without a DID': withHeader('{"kind":"identity","seq":1,"timeMs":1}'),
    'an account that is neither active nor not': withHeader(
      '{"kind":"account","did":"did:plc:a","seq":1,"timeMs":1}',
    ),
    'a commit whose operations are none': withHeader('["did:plc:a",1,1,"3k","bafy",null,null,[1]]'),
    'a commit with an unknown operation': withHeader(
      '["did:plc:a",1,1,"3k","bafy",null,null,[["move","a.b.c","x"]]]',
    ),
    'a commit with a negative length': withHeader(
      '["did:plc:a",1,1,"3k","bafy",null,null,[["create","a.b.c","x","bafy",-1]]]',
    ),
    null: withHeader('null'),
  })) {
    it(`are refused: ${name}`, () => {
      assert.throws(() => decodeEvent(bytes), InvalidError)
    })
  }
})

function withHeader(json: string): Uint8Array {
  const bytes = Buffer.alloc(5 + json.length)
  bytes[0] = 1
  bytes.writeUInt32LE(json.length, 1)
  bytes.write(json, 5)
  return bytes
}

/** With records as plain arrays of bytes, whatever kind of view they are. */
function plain(event: RepoEvent): RepoEvent {
  if (event.kind === 'unverified') return { ...event, frame: new Uint8Array(event.frame) }
  if (event.kind !== 'commit') return event
  const operations = event.operations.map((operation) =>
    operation.op === 'delete' ? operation : { ...operation, record: new Uint8Array(operation.record) },
  )
  return { ...event, operations }
}
