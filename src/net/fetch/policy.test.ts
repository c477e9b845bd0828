import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judgeUrl } from './policy.ts'

const refused = [
  'http://example.com/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://10.0.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[fe80::1]/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'data:text/plain,1',
  'blob:https://example.com/1',
  'https://user@example.com/',
  'https://user:password@example.com/',
  'https://example.com:22/',
  'https://example.com:25/',
  'https://example.com:80/',
  'https://example.com:1023/',
  'https://example.com:5432/',
  'https://example.com:6379/',
  'https://example.com:6000/',
  'https://example.com:27017/',
]

const local = ['http://localhost:2583/', 'http://127.0.0.1/', 'http://[::1]:3000/', 'https://127.0.0.1:8443/']

const allowed = [
  'https://example.com/',
  'https://example.com:443/',
  'https://example.com:8443/x?y=1',
  'https://1.1.1.1/',
]

describe('a URL that a stranger wrote', () => {
  for (const url of refused)
    it(`is not called as ${url}`, () =>
      assert.throws(() => judgeUrl(new URL(url), {}), { name: 'InvalidError' }))

  for (const url of allowed) it(`is called as ${url}`, () => judgeUrl(new URL(url), {}))

  for (const url of local)
    it(`is called as ${url} only where loopback is allowed`, () => {
      assert.throws(() => judgeUrl(new URL(url), {}), { name: 'InvalidError' })
      judgeUrl(new URL(url), { allowLoopback: true })
    })

  const notEvenThen = ['http://10.0.0.1/', 'http://example.com/', 'http://localhost.example.com/']
  for (const url of [...notEvenThen, 'http://127.0.0.1:6379/', 'http://u@127.0.0.1/', 'https://192.168.0.1/'])
    it(`is not called as ${url} even where loopback is allowed`, () =>
      assert.throws(() => judgeUrl(new URL(url), { allowLoopback: true }), { name: 'InvalidError' }))
})

describe('an origin that the operator chose', () => {
  const trusted = new URL('http://10.0.0.1:6379/some/path')

  it('may be anywhere', () => judgeUrl(new URL('http://10.0.0.1:6379/other'), { trusted }))

  for (const url of [
    'http://10.0.0.1/',
    'https://10.0.0.1:6379/',
    'http://10.0.0.2:6379/',
    'http://u@10.0.0.1:6379/',
  ])
    it(`does not make ${url} one`, () =>
      assert.throws(() => judgeUrl(new URL(url), { trusted }), { name: 'InvalidError' }))
})
