import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getJson } from './get-json.ts'

const limits = { maxBytes: 1000, timeoutMs: 1000 }

describe('a request to an address that a stranger chose', () => {
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
  ]
  for (const url of refused) {
    it(`is not made to ${url}`, async () => {
      const asked = getJson(new URL(url), { ...limits, policy: { allowLoopback: false } })
      await assert.rejects(asked, { name: 'InvalidError' })
    })
  }

  it('is not made where a name leads to loopback', async () => {
    const asked = getJson(new URL('https://localhost:1/'), { ...limits, policy: { allowLoopback: false } })
    await assert.rejects(asked, { name: 'InvalidError' })
  })

  it('is made to loopback where that is allowed, but not to a private network', async () => {
    const policy = { allowLoopback: true }
    await assert.rejects(getJson(new URL('http://localhost:1/'), { ...limits, policy }), {
      name: 'UpstreamError',
    })
    await assert.rejects(getJson(new URL('http://10.0.0.1/'), { ...limits, policy }), {
      name: 'InvalidError',
    })
    await assert.rejects(getJson(new URL('http://example.com/'), { ...limits, policy }), {
      name: 'InvalidError',
    })
  })
})
