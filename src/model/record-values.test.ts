import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, toBytes } from '@atcute/cbor'
import { parsePath } from './field-path.ts'
import { decodeRecord, linksIn, valuesAt } from './record-values.ts'

const did = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
const uri = `at://${did}/app.bsky.feed.post/3kaaaaaaaaa22`

describe('linksIn', () => {
  const cases: Readonly<Record<string, readonly [value: unknown, links: readonly string[]]>> = {
    'a strong reference': [{ subject: { uri, cid: 'bafy' } }, [uri]],
    'a DID, deep in arrays': [{ a: [[{ b: [did] }]] }, [did]],
    'a key of a map': [{ [did]: 1 }, [did]],
    'a DID of the web': [['did:web:example.com'], ['did:web:example.com']],
    'a URI with a handle': [['at://alice.test/a.b.c/self'], ['at://alice.test/a.b.c/self']],
    'a URI of a repo, of a collection': [
      [`at://${did}`, `at://${did}/a.b.c`],
      [`at://${did}`, `at://${did}/a.b.c`],
    ],
    'each once': [
      [uri, did, uri, { uri }],
      [uri, did],
    ],
    'no text that only contains one': [[`see ${uri}`, ` ${did}`, `${uri} `], []],
    'no other URI': [['https://example.com', 'at:/x', 'at://', 'did:', 'did:plc', 'atom', 'dido'], []],
    'no bytes that look like one': [toBytes(Buffer.from(uri)), []],
    'after all kinds of values': [
      [1, -1, 300, 70_000, 2 ** 40, 1.5, true, null, toBytes(Buffer.alloc(300)), 'x'.repeat(70_000), uri],
      [uri],
    ],
    'not what is longer than any link': [[`did:web:${'a'.repeat(9000)}`, `at://${'a'.repeat(9000)}`], []],
  }
  for (const [name, [value, links]] of Object.entries(cases)) {
    it(`finds ${name}`, () => {
      assert.deepEqual([...linksIn(encode(value))].sort(), [...links].sort())
    })
  }

  it('ends with any bytes, broken ones too', () => {
    const record = encode({ a: [uri, 2 ** 40, { b: did, c: toBytes(Buffer.alloc(30)) }], z: 1.5 })
    for (let length = 0; length < record.length; length++) linksIn(record.subarray(0, length))
    for (let at = 0; at < record.length; at++) {
      for (const byte of [0, 0x1f, 0x5f, 0x7b, 0x9b, 0xff]) {
        const broken = record.slice()
        broken[at] = byte
        linksIn(broken)
      }
    }
    assert.deepEqual([...linksIn(new Uint8Array())], [])
  })
})

describe('valuesAt', () => {
  const record = {
    a: { b: [1, { c: 'x' }, { c: ['y', true, null, ['no']] }], 'c.d': { '.': 2 } },
    'd.e': 1,
    f: 0,
    'g\\': { 'h\\.i': 3 },
    '🌊.': 4,
  }
  const cases: readonly (readonly [path: string, values: readonly unknown[]])[] = [
    ['a.b', [1]],
    ['a.b.c', ['x', 'y', true]],
    ['f', [0]],
    ['a', []],
    ['d.e', []],
    ['d\\.e', [1]],
    ['a.c\\.d.\\.', [2]],
    ['g\\\\.h\\\\\\.i', [3]],
    ['g\\\\', []],
    ['🌊\\.', [4]],
    ['d\\e', []],
    ['d\\.e\\', []],
    ['a.b.c.d', []],
    ['toString', []],
    ['__proto__.a', []],
    ['', []],
  ]
  for (const [path, values] of cases) {
    it(`finds ${JSON.stringify(values)} at "${path}"`, () => {
      const decoded = decodeRecord(encode(record))
      assert.deepEqual(valuesAt(decoded, path), values)
      assert.deepEqual(valuesAt(decoded, parsePath(path) ?? ['nowhere']), values)
    })
  }
})

describe('parsePath', () => {
  const cases: Readonly<Record<string, readonly string[] | undefined>> = {
    'a.b': ['a', 'b'],
    'a\\.b.c': ['a.b', 'c'],
    'a\\\\.b': ['a\\', 'b'],
    'a\\\\\\.b': ['a\\.b'],
    'a\nb\\.': ['a\nb.'],
    'a\\b': undefined,
    'a\\': undefined,
    'a\\\\\\': undefined,
  }
  for (const [path, keys] of Object.entries(cases)) {
    it(`takes ${JSON.stringify(path)} apart as ${JSON.stringify(keys)}`, () => {
      assert.deepEqual(parsePath(path), keys)
    })
  }
})

describe('decodeRecord', () => {
  for (const bytes of [[], [0xa1], [0x01], [0xf6], [0xa0, 0x00], [0xa1, 0x61]]) {
    it(`finds nothing in ${JSON.stringify(bytes)}`, () => {
      assert.equal(decodeRecord(new Uint8Array(bytes)), undefined)
    })
  }
})
