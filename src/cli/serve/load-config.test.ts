import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Config } from '../../config.ts'
import { configHelp, loadConfig, metricsFlags, shownConfig } from './load-config.ts'

const token = 'abcdefghijklmnop'
const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'

describe('loadConfig', () => {
  it('knows a value for everything', () => {
    assert.deepEqual(loadConfig([], {}).config, {
      relay: undefined,
      plc: new URL('https://plc.directory'),
      allowLoopback: false,
      data: './data',
      host: '127.0.0.1',
      port: 3000,
      metricsPort: undefined,
      metricsToken: undefined,
      verify: 'full',
      strict: false,
      from: 'oldest',
      collections: [],
      index: [],
      search: undefined,
      dids: [],
      backfill: undefined,
      backfillConcurrency: 4,
      hostConcurrency: 2,
      queueLimit: 10_000_000,
      maxRepoBytes: 4_000_000_000,
      syncInterval: 86_400_000,
      handles: undefined,
      demoRate: 5,
      observers: undefined,
      highWater: 100_000,
      logLevel: 'info',
      allowedHosts: [],
      publicUrl: undefined,
      ownDid: undefined,
      token: undefined,
      rateLimit: 1000,
      maxBodyBytes: 65_536,
    } satisfies Config)
  })

  const settings: readonly (readonly [flag: string, text: string, key: keyof Config, value: unknown])[] = [
    ['relay', 'https://relay.example.org', 'relay', new URL('https://relay.example.org')],
    ['relay', 'wss://relay.example.org/', 'relay', new URL('https://relay.example.org')],
    ['relay', 'ws://127.0.0.1:2583', 'relay', new URL('http://127.0.0.1:2583')],
    ['plc', 'http://localhost:2582', 'plc', new URL('http://localhost:2582')],
    ['data', '/var/lib/tide gauge', 'data', '/var/lib/tide gauge'],
    ['host', '0.0.0.0', 'host', '0.0.0.0'],
    ['host', '::1', 'host', '::1'],
    ['port', '0', 'port', 0],
    ['metrics-port', '65535', 'metricsPort', 65535],
    ['verify', 'signature', 'verify', 'signature'],
    ['from', 'live', 'from', 'live'],
    ['from', '12345', 'from', 12345],
    [
      'collections',
      'app.bsky.feed.*, app.bsky.graph.follow',
      'collections',
      ['app.bsky.feed.*', 'app.bsky.graph.follow'],
    ],
    [
      'index',
      'app.bsky.feed.like:subject.uri',
      'index',
      [{ collection: 'app.bsky.feed.like', path: 'subject.uri' }],
    ],
    ['index', 'a.b.c:d\\.e.f', 'index', [{ collection: 'a.b.c', path: 'd\\.e.f' }]],
    ['search', '*:text', 'search', [{ collection: '*', path: 'text' }]],
    ['dids', `${did},did:web:example.org`, 'dids', [did, 'did:web:example.org']],
    ['backfill', 'seen', 'backfill', 'seen'],
    ['backfill-concurrency', '16', 'backfillConcurrency', 16],
    ['host-concurrency', '1', 'hostConcurrency', 1],
    ['queue-limit', '1000', 'queueLimit', 1000],
    ['max-repo-bytes', '1000000', 'maxRepoBytes', 1_000_000],
    ['sync-interval', '90m', 'syncInterval', 5_400_000],
    ['handles', 'document', 'handles', 'document'],
    ['public-url', 'https://gauge.example.org', 'publicUrl', new URL('https://gauge.example.org')],
    ['own-did', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz', 'ownDid', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'],
    ['allowed-hosts', 'tidegauge,gauge.example.org', 'allowedHosts', ['tidegauge', 'gauge.example.org']],
    ['demo-rate', '0.5', 'demoRate', 0.5],
    ['high-water', '10', 'highWater', 10],
    ['log-level', 'debug', 'logLevel', 'debug'],
    ['token', token, 'token', token],
    ['rate-limit', '0', 'rateLimit', 0],
    ['max-body-bytes', '1000', 'maxBodyBytes', 1000],
  ]
  for (const [flag, text, key, value] of settings) {
    const variable = `TIDEGAUGE_${flag.toUpperCase().replaceAll('-', '_')}`
    it(`takes ${text} from --${flag} and from ${variable}`, () => {
      for (const args of [[`--${flag}`, text], [`--${flag}=${text}`]]) {
        const { config, origins } = loadConfig(args, { [variable]: '!' })
        assert.deepEqual([config[key], origins[key]], [value, `--${flag}`])
      }
      const { config, origins } = loadConfig([], { [variable]: text })
      assert.deepEqual([config[key], origins[key]], [value, variable])
    })
  }

  it('takes switches', () => {
    assert.equal(loadConfig(['--strict', '--allow-loopback'], {}).config.allowLoopback, true)
    assert.equal(loadConfig([], { TIDEGAUGE_STRICT: 'true' }).config.strict, true)
    assert.equal(loadConfig(['--no-strict'], { TIDEGAUGE_STRICT: '1' }).config.strict, false)
  })

  it('leaves other variables and empty ones alone', () => {
    const { origins } = loadConfig([], { OTEL_SERVICE_NAME: 'x', PORT: '1', TIDEGAUGE_PORT: '' })
    assert.deepEqual(new Set(Object.values(origins)), new Set(['default']))
  })

  interface Wrong {
    readonly args?: readonly string[]
    readonly env?: Readonly<Record<string, string>>
    readonly says: RegExp
  }
  const wrong: readonly Wrong[] = [
    { args: ['--no-such-flag'], says: /^there is no flag --no-such-flag; tidegauge serve --help/ },
    { args: ['--prot=1'], says: /--prot \(did you mean --port\?\)/ },
    { args: ['-p', '1'], says: /there is no flag -p;/ },
    { args: ['--port'], says: /^--port needs a value: write --port=PORT$/ },
    { args: ['--port', '--strict'], says: /^--port needs a value/ },
    { args: ['--strict=yes'], says: /^--strict takes no value: write --strict alone, or --no-strict$/ },
    { args: ['--no-port'], says: /there is no flag --no-port \(did you mean --port\?\)/ },
    { args: ['extra'], says: /^"extra" belongs to no flag/ },
    { args: ['--', '--port'], says: /^"--port" belongs to no flag/ },
    { args: ['--port', '1', '--port', '2'], says: /^--port is given more than once/ },
    { args: ['--port', 'abc'], says: /^--port is "abc", but must be a whole number from 0 to 65535$/ },
    { args: ['--port', '65536'], says: /whole number/ },
    { args: ['--port', '1e3'], says: /whole number/ },
    { args: ['--demo-rate', 'fast'], says: /must be a number/ },
    { args: ['--demo-rate', '0x10'], says: /must be a number/ },
    {
      args: ['--public-url', 'https://10.0.0.1'],
      says: /^--public-url is https:\/\/10\.0\.0\.1, and no did:web can be made of it, since it is an IP address/,
    },
    { args: ['--public-url', 'https://gauge.example:8443'], says: /since it has a port: .* --own-did$/ },
    { args: ['--public-url', 'http://gauge.example'], says: /since it is not https/ },
    { args: ['--own-did', 'alice.test'], says: /must name DIDs/ },
    { args: ['--relay', 'not a url'], says: /^--relay is "not a url", but must be an address/ },
    { args: ['--relay', 'bsky.network'], says: /such as https:\/\/bsky\.network$/ },
    { args: ['--relay', 'ftp://x'], says: /must be an address/ },
    { args: ['--relay', 'https://x/xrpc'], says: /must end after the host: https:\/\/x$/ },
    { args: ['--relay', 'https://me:secret@x'], says: /must not hold a user name/ },
    { args: ['--data', ''], says: /^--data is "", but must not be empty/ },
    { args: ['--host', 'http://x'], says: /must be a host/ },
    { args: ['--verify', 'some'], says: /must be one of full, signature, none/ },
    { args: ['--from', 'now'], says: /oldest, live or a sequence number/ },
    { args: ['--from', '99999999999999999999'], says: /oldest, live or a sequence number/ },
    { args: ['--collections', 'a.b.c,,a.b.d'], says: /without empty parts/ },
    { args: ['--collections', 'post'], says: /must name collections/ },
    { args: ['--index', 'app.bsky.feed.like'], says: /must name fields as COLLECTION:PATH/ },
    { args: ['--search', '*:'], says: /must name fields as COLLECTION:PATH/ },
    { args: ['--index', '*:text'], says: /must name fields as COLLECTION:PATH/ },
    { args: ['--index', 'like:subject.uri'], says: /must name fields as COLLECTION:PATH/ },
    { args: ['--index', 'a.b.c:d\\e'], says: /no other backslash than before a dot or a backslash/ },
    { args: ['--search', '*:d\\'], says: /no other backslash than before a dot or a backslash/ },
    { args: ['--search', 'a.b.c:d.\\'], says: /no other backslash than before a dot or a backslash/ },
    { args: ['--index', 'app.bsky.feed.like:subject..uri'], says: /must name fields as COLLECTION:PATH/ },
    { args: ['--collections', 'app.*.post'], says: /must name collections/ },
    { args: ['--dids', 'alice.example.org'], says: /must name DIDs/ },
    { args: ['--token', 'short'], says: /^--token must be 16 letters/ },
    {
      args: ['--port', '9', '--metrics-port', '9'],
      says: /^--metrics-port is 9, the port of the API \(--port\)/,
    },
    { env: { TIDEGAUGE_PROT: '1' }, says: /^TIDEGAUGE_PROT is not a variable .*TIDEGAUGE_PORT/ },
    { env: { TIDEGAUGE_PORT: 'x' }, says: /^TIDEGAUGE_PORT is "x", but/ },
    { env: { TIDEGAUGE_STRICT: 'yes' }, says: /must be true or false/ },
    { env: { TIDEGAUGE_TOKEN: 'hunter2' }, says: /^TIDEGAUGE_TOKEN must be 16/ },
    { env: { TIDEGAUGE_METRICS_TOKEN: 'hunter2' }, says: /^TIDEGAUGE_METRICS_TOKEN must be 16/ },
  ]
  for (const { args = [], env = {}, says } of wrong) {
    it(`refuses ${JSON.stringify([...args, env])}`, () => {
      assert.throws(
        () => loadConfig(args, env),
        (error) => {
          assert.ok(error instanceof UsageError)
          assert.match(error.message, says)
          assert.doesNotMatch(error.message, /\n|hunter2|short/)
          return true
        },
      )
    })
  }
})

describe('shownConfig', () => {
  it('shows every value and where it came from, and hides secrets', () => {
    const shown = shownConfig(loadConfig(['--relay', 'https://x.example'], { TIDEGAUGE_TOKEN: token }))
    assert.deepEqual(shown.relay, { value: 'https://x.example', origin: '--relay' })
    assert.deepEqual(shown.token, { value: '***', origin: 'TIDEGAUGE_TOKEN' })
    assert.deepEqual(shown.metricsPort, { value: null, origin: 'default' })
    assert.deepEqual(Object.keys(shown), Object.keys(loadConfig([], {}).config))
    assert.deepEqual(shownConfig(loadConfig([], {})).token, { value: null, origin: 'default' })
  })
})

describe('metricsFlags', () => {
  it('hands on what is said of the metrics, by flag or variable', () => {
    const loaded = loadConfig(['--metrics-port', '9'], { TIDEGAUGE_METRICS_TOKEN: token })
    assert.deepEqual(metricsFlags(loaded), { host: undefined, port: 9, token })
    assert.deepEqual(metricsFlags(loadConfig(['--host', '::1'], {})), {
      host: '::1',
      port: undefined,
      token: undefined,
    })
  })
})

describe('configHelp', () => {
  it('names every flag', () => {
    const help = configHelp()
    for (const key of Object.keys(loadConfig([], {}).config)) {
      const flag = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      assert.match(help, new RegExp(`^  --${flag} `, 'm'))
    }
  })
})
