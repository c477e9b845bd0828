import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../model/did.ts'
import { type OwnPlaceOptions, ownPlace } from './own-place.ts'

const plc: Did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const test: Did = 'did:web:localhost%3A3000'
const none = { publicUrl: undefined, ownDid: undefined, stored: undefined, port: 3000 }

const cases: readonly (readonly [
  name: string,
  options: Partial<OwnPlaceOptions>,
  did: Did,
  address: string,
  handle?: string,
  warning?: RegExp,
])[] = [
  ['this machine, where nothing is said', {}, test, 'http://localhost:3000'],
  [
    'the public address',
    { publicUrl: new URL('https://gauge.example.org') },
    'did:web:gauge.example.org',
    'https://gauge.example.org',
    'gauge.example.org',
  ],
  [
    'another DID at the public address',
    { publicUrl: new URL('https://gauge.example.org'), ownDid: plc },
    plc,
    'https://gauge.example.org',
    'gauge.example.org',
  ],
  [
    'another DID at an address that is no handle',
    { publicUrl: new URL('https://gauge.example.org:8443'), ownDid: plc },
    plc,
    'https://gauge.example.org:8443',
  ],
  ['what it was before', { stored: test }, test, 'http://localhost:3000'],
  [
    'what it was before, by name',
    { stored: 'did:web:gauge.example.org' },
    'did:web:gauge.example.org',
    'https://gauge.example.org',
    'gauge.example.org',
  ],
  ['what it was before, where nothing listens', { stored: test, port: 0 }, test, 'http://localhost:3000'],
  [
    'what it was on another port, which it says',
    { stored: test, port: 4000 },
    test,
    'http://localhost:4000',
    undefined,
    /start with --port 3000/,
  ],
  [
    'a DID of a directory and no address, which it says',
    { stored: plc },
    plc,
    'http://localhost:3000',
    undefined,
    /--public-url/,
  ],
]

describe('the place of the own repo', () => {
  for (const [name, options, did, address, handle, warning] of cases) {
    it(`is ${name}`, () => {
      const place = ownPlace({ ...none, ...options })
      assert.deepEqual([place.did, place.address.origin, place.handle], [did, address, handle])
      if (warning === undefined) assert.equal(place.warning, undefined)
      else assert.match(place.warning ?? '', warning)
    })
  }
})
