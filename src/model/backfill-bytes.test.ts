import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BackfillEntry, BackfillRecord } from './backfill.ts'
import { decodeBackfillEntry, encodeBackfillEntry } from './backfill-bytes.ts'
import { InvalidError } from './errors.ts'

const did = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
const tree = { did, ticket: 'run 1', data: 'bafydata', rev: '3kaaaaaaaaa22' } as const
const puts: readonly BackfillRecord[] = [
  { collection: 'a.b.c', rkey: 'x', cid: 'bafy1', bytes: new Uint8Array([0xa0]) },
  { collection: 'a.b.c', rkey: 'y~:_', cid: 'bafy2', bytes: new Uint8Array(70_000).fill(7) },
  { collection: 'a.b.d', rkey: 'x', cid: 'bafy3', bytes: new Uint8Array() },
  { collection: 'a.b.e', rkey: 'x', cid: 'bafy4', bytes: new Uint8Array([1, 2, 3]) },
  { collection: 'a.b.c', rkey: 'z', cid: 'bafy5', bytes: new Uint8Array([4]) },
]

const entries: Readonly<Record<string, BackfillEntry>> = {
  'a begin': { kind: 'begin', did, ticket: 'run 1' },
  'a part': { kind: 'part', ...tree, puts },
  'a part without records': { kind: 'part', ...tree, puts: [] },
  'an end of what was staged': { kind: 'end', ...tree, staged: true, puts: [], deletes: [] },
  'an end with changes': {
    kind: 'end',
    ...tree,
    staged: false,
    puts,
    deletes: [
      { collection: 'a.b.c', rkey: 'q' },
      { collection: 'a.b.d', rkey: 'r' },
    ],
  },
  'an abort': { kind: 'abort', did, ticket: 'run 1', isFinal: true },
  'a lapse': { kind: 'lapse', dids: [did, 'did:web:example.com'], reason: 'gap' },
  'a lapse after a live event': { kind: 'lapse', dids: [did], reason: 'gap', after: 7 },
  'an account that is hidden': { kind: 'account', did, after: 5, active: false, status: 'takendown' },
  'an account that is shown': { kind: 'account', did, after: 5, active: true },
  'a confirmation': { kind: 'confirm', askedMs: 5, repos: [{ did, rev: '3k' }] },
  'a key': { kind: 'key', did, signingKey: 'zQ3s', isFinal: false },
  'no key': { kind: 'key', did, isFinal: true },
  'a handle': { kind: 'handle', did, handle: 'ålice."test\ud800' },
  'a removal': { kind: 'remove', did },
}

describe('backfill bytes', () => {
  for (const [name, entry] of Object.entries(entries)) {
    it(`bring back ${name}`, () => {
      assert.deepEqual(decodeBackfillEntry(encodeBackfillEntry(entry)), entry)
    })

    it(`bring back ${name} that lies anywhere in a larger buffer`, () => {
      const bytes = encodeBackfillEntry(entry)
      const larger = Buffer.alloc(bytes.length + 20, 255)
      larger.set(bytes, 13)
      assert.deepEqual(decodeBackfillEntry(larger.subarray(13, 13 + bytes.length)), entry)
    })

    it(`are refused at every length but their own: ${name}`, () => {
      const bytes = encodeBackfillEntry(entry)
      for (let length = 0; length < Math.min(bytes.length, 600); length++)
        assert.throws(() => decodeBackfillEntry(bytes.subarray(0, length)), InvalidError)
    })

    it(`are refused with bytes left over: ${name}`, () => {
      const longer = Buffer.concat([encodeBackfillEntry(entry), Buffer.of(0)])
      assert.throws(() => decodeBackfillEntry(longer), InvalidError)
    })
  }

  it('hold the records themselves, not copies', () => {
    const bytes = encodeBackfillEntry({ kind: 'part', ...tree, puts })
    const step = decodeBackfillEntry(bytes)
    assert.ok(step.kind === 'part')
    for (const put of step.puts) assert.equal(put.bytes.buffer, bytes.buffer)
  })

  it('can be handed to another thread without others that share their memory', () => {
    const bytes = encodeBackfillEntry({ kind: 'part', ...tree, puts: [] })
    assert.equal(bytes.byteLength, bytes.buffer.byteLength)
  })

  const head = `["${did}","t","bafy","3k"`
  for (const [name, bytes] of Object.entries({
    'bytes of another version': Buffer.concat([
      Buffer.of(2),
      encodeBackfillEntry({ kind: 'remove', did }).subarray(1),
    ]),
    'JSON that is no entry': withHeader(`{"kind":"party","did":"${did}"}`),
    'a removal of nobody': withHeader('{"kind":"remove"}'),
    'a lapse of something else than repos': withHeader('{"kind":"lapse","dids":["a"],"reason":"gap"}'),
    'a lapse for an unknown reason': withHeader(`{"kind":"lapse","dids":["${did}"],"reason":"mood"}`),
    'a lapse after nothing': withHeader(`{"kind":"lapse","dids":["${did}"],"reason":"gap","after":"a"}`),
    'a confirmation without a rev': withHeader(`{"kind":"confirm","askedMs":5,"repos":[{"did":"${did}"}]}`),
    'a confirmation of nothing': withHeader('{"kind":"confirm","askedMs":5,"repos":[null]}'),
    'a confirmation that nobody asked for': withHeader(
      `{"kind":"confirm","repos":[{"did":"${did}","rev":"3k"}]}`,
    ),
    'a key that is not text': withHeader(`{"kind":"key","did":"${did}","signingKey":1,"isFinal":true}`),
    'an abort that is neither final nor not': withHeader(`{"kind":"abort","did":"${did}","ticket":"t"}`),
    'an account that is neither active nor not': withHeader(`{"kind":"account","did":"${did}","after":1}`),
    'an account at no time': withHeader(`{"kind":"account","did":"${did}","active":true}`),
    'a part without records': withHeader(`${head}]`),
    'a part whose groups are none': withHeader(`${head},[1]]`),
    'a part with half a record': withHeader(`${head},[["a.b.c",["x","bafy"]]]]`),
    'a part with a negative length': withHeader(`${head},[["a.b.c",["x","bafy",-1]]]]`),
    'a part with a broken length': withHeader(`${head},[["a.b.c",["x","bafy",0.5]]]]`),
    'an end that is neither staged nor not': withHeader(`${head},[],null,[]]`),
    'an end with half a delete': withHeader(`${head},[],true,["a.b.c"]]`),
    'an end that deletes what is no path': withHeader(`${head},[],true,["a.b.c",1]]`),
    null: withHeader('null'),
  })) {
    it(`are refused: ${name}`, () => {
      assert.throws(() => decodeBackfillEntry(bytes), InvalidError)
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
