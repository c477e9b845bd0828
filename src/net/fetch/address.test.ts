import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isCallable } from './address.ts'

const open = ['1.1.1.1', '93.184.215.14', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1']
const closed = [
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::10.0.0.1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '2001:db8::1',
  'example.com',
  '',
]
const loopback = ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1']

describe('an address that a stranger names', () => {
  for (const allowLoopback of [true, false]) {
    for (const address of open)
      it(`${address} may be called`, () => assert.equal(isCallable(address, { allowLoopback }), true))
    for (const address of closed)
      it(`${address || 'nothing'} may not be called`, () =>
        assert.equal(isCallable(address, { allowLoopback }), false))
    for (const address of loopback)
      it(`${address} may ${allowLoopback ? '' : 'not '}be called`, () =>
        assert.equal(isCallable(address, { allowLoopback }), allowLoopback))
  }
})
