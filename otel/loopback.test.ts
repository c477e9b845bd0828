import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLoopback } from './loopback.ts'

describe('isLoopback', () => {
  for (const host of [
    '127.0.0.1',
    '127.255.0.9',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LocalHost.',
  ])
    it(`is true of ${host}`, () => assert.equal(isLoopback(host), true))
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '::ffff:10.0.0.1',
    '127.example.org',
    'localhost.example.org',
    'host',
    '',
  ])
    it(`is false of ${host || 'nothing'}`, () => assert.equal(isLoopback(host), false))
})
