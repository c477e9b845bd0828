import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isSecretName, maskedJson, maskSecrets } from './mask.ts'

const shown: Readonly<Record<string, string>> = {
  'http://me:pw@host:9090/path?a=b&c': 'http://***@host:9090/path?a=***&***',
  'redis://:pw@host': 'redis://***@host',
  'http://me:p@ss@host': 'http://***@host',
  'http://me:p/w?r#d@host': 'http://***@host',
  'http://me:12/34@host': 'http://***@host',
  '--relay is "https://me:a b@host", but': '--relay is "https://***@host", but',
  'me:pw@host': '***@host',
  'http://host/?token=abc: it cannot be reached': 'http://host/?token=***: it cannot be reached',
  'host/?a=1&toekn=abc&b=2': 'host/?a=1&toekn=***&b=2',
  'to=http%3A%2F%2Fhost%2F%3Fsig%3Dabc%26a%3Db': 'to=http%3A%2F%2Fhost%2F%3Fsig%3D***%26a%3Db',
  'Authorization: Bearer abc': 'Authorization: Bearer ***',
  '{"api-key":"a \\"b","a":1}': '{"api-key":"***","a":1}',
}

/** What looks like a secret and is none, or says how to give one. */
const left = [
  'http://127.0.0.1:9090/api/v1/a@b',
  'http://localhost:9090/api/v1/a@b',
  'http://127.0.0.1:9090/?',
  'at run (file:///app/node_modules/@scope/name/a.ts:1:2)',
  'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/abc',
  'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme',
  'set TIDEGAUGE_TOKEN, or give --token',
  '--token needs a value: write --token=TOKEN',
  "as in --header 'Authorization: Bearer …'",
  'it takes basic authentication, or a Bearer token.',
  'config.yaml:9: tidegauge.scrape_auth.bearer_token: is missing; add it',
  'tls.key_file=/etc/key.pem',
  'write key=value,key2=value2 and percent-encode , = and % in them',
]

describe('maskSecrets', { timeout: 60_000 }, () => {
  for (const [text, expected] of Object.entries(shown))
    it(`shows ${text} as ${expected}`, () => {
      assert.equal(maskSecrets(text), expected)
      assert.equal(maskSecrets(expected), expected)
    })
  for (const text of left) it(`leaves ${text}`, () => assert.equal(maskSecrets(text), text))

  for (const part of [
    'a',
    'a.',
    'token',
    'a://b:x',
    'a://b:1/',
    'a:',
    ' a:b',
    'Bearer ',
    'token=',
    'abcd=',
    'token: "',
    '"',
  ])
    it(`takes no longer for each ${JSON.stringify(part)} of a long text`, () => {
      const text = part.repeat(100_000)
      const { length } = maskSecrets(text)
      assert.ok(length > 0)
    })
})

describe('isSecretName', () => {
  for (const name of [
    'token',
    'bearer_tokn',
    'apiKey',
    'X-Api-Key',
    'pasword',
    'headers_list',
    'scrape_auth',
  ])
    it(`suspects ${name}`, () => assert.equal(isSecretName(name), true))
  for (const name of [
    'token_file',
    'monkey',
    'design',
    'passive',
    'author',
    'compass',
    'host',
    'header_bytes',
  ])
    it(`does not suspect ${name}`, () => assert.equal(isSecretName(name), false))
})

describe('maskedJson', () => {
  it('masks secrets by their names, whatever they are, and in pairs', () => {
    const value = {
      port: 1,
      token: 5,
      auth: { a: 'b' },
      pairs: [{ name: 'api-key', value: 'x' }],
      url: 'a://b@c',
    }
    const masked = {
      port: 1,
      token: '***',
      auth: '***',
      pairs: [{ name: 'api-key', value: '***' }],
      url: 'a://***@c',
    }
    assert.equal(maskedJson(value), JSON.stringify(masked))
    assert.equal(maskedJson(undefined), 'undefined')
  })
})
