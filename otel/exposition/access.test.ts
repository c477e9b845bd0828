import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { EndpointAuth } from './access.ts'
import { testCertificate } from './certificate.fixture.ts'
import { PrometheusEndpoint } from './endpoint.ts'
import { fetchFrom, mounted, scraped } from './scraped.fixture.ts'

const bearer: EndpointAuth = { bearerToken: 's3cret' }
const basic: EndpointAuth = { basic: { username: 'scraper', password: 'pä:ss' } }
const encoded = Buffer.from('scraper:pä:ss').toString('base64')

const cases: [auth: EndpointAuth | undefined, authorization: string | undefined, status: number][] = [
  [undefined, undefined, 200],
  [undefined, 'Bearer whatever', 200],
  [bearer, undefined, 401],
  [bearer, '', 401],
  [bearer, 'Bearer', 401],
  [bearer, 'Bearer s3cre', 401],
  [bearer, 'Bearer s3cret2', 401],
  [bearer, 'Bearer S3CRET', 401],
  [bearer, 'Basic s3cret', 401],
  [bearer, 's3cret', 401],
  [bearer, 'Bearer s3cret', 200],
  [bearer, 'bearer s3cret', 200],
  [basic, `Basic ${encoded}`, 200],
  [basic, `Basic ${Buffer.from('scraper:other').toString('base64')}`, 401],
  [basic, `Bearer ${encoded}`, 401],
]

describe('access to the endpoint', () => {
  for (const [auth, authorization, status] of cases) {
    it(`answers ${status} to ${authorization ?? 'nobody'} where ${JSON.stringify(auth)} is asked for`, async () => {
      await using target = await scraped(auth ? { auth } : {})
      const answer = await target.get(authorization === undefined ? {} : { authorization })
      assert.equal(answer.status, status)
    })
  }

  it('tells those without credentials neither paths nor methods', async () => {
    await using target = await scraped({ auth: bearer })
    const answers = await Promise.all([
      target.get({}),
      target.get({}, { path: '/elsewhere' }),
      target.get({}, { method: 'POST' }),
    ])
    for (const { status, text, headers } of answers) {
      assert.deepEqual(
        [status, text, headers['www-authenticate']],
        [401, answers[0].text, 'Bearer realm="metrics"'],
      )
    }
  })

  it('asks for credentials on a server of somebody else too', async () => {
    await using target = await scraped({ auth: bearer })
    await using server = await mounted(target.endpoint.handler)
    assert.equal((await fetchFrom(server.url)).status, 401)
    assert.equal((await fetchFrom(server.url, { authorization: 'Bearer s3cret' })).status, 200)
  })

  const empty: EndpointAuth[] = [
    { bearerToken: '' },
    { basic: { username: '', password: 'x' } },
    { basic: { username: 'x', password: '' } },
    { basic: { username: 'a:b', password: 'x' } },
  ]
  for (const auth of empty) {
    it(`refuses to be made with ${JSON.stringify(auth)}`, () => {
      assert.throws(() => new PrometheusEndpoint({ auth, preventServerStart: true }), TypeError)
    })
  }

  it('serves HTTPS with a key and a certificate', async () => {
    await using target = await scraped({ tls: testCertificate })
    assert.match(target.endpoint.url, /^https:/)
    const { request } = await import('node:https')
    const status = await new Promise((resolve, reject) => {
      const options = { rejectUnauthorized: false, agent: false as const }
      request(target.endpoint.url, options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    assert.equal(status, 200)
  })
})
