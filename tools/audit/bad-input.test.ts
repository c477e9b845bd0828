import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type AuditFlags, auditCommand } from './command.ts'

const deep = 100_000
const lol = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at}, `.repeat(9)}]\n`)
const bomb = `l0: &l0 [lol]\n${lol.join('')}`
const dashboard = { title: 'T', schemaVersion: 39, panels: [] }

const files: Readonly<Record<string, string | Buffer>> = {
  'good.txt': '# HELP orders_total Orders.\n# TYPE orders_total counter\norders_total 1\n',
  'web.txt': '<!doctype html>\n<html>',
  'words.txt': 'hello world\n',
  'deep.json': '['.repeat(deep) + ']'.repeat(deep),
  'objects.json': `${'{"panels":'.repeat(deep)}1${'}'.repeat(deep)}`,
  'twice.json': '{"title": "a",\n"title": "b"}',
  'utf16.json': Buffer.from(`\ufeff${JSON.stringify(dashboard)}`, 'utf16le'),
  'zip.json': gzipSync(JSON.stringify(dashboard)),
  'proto.json': JSON.stringify(dashboard).replace('{', '{"__proto__": {"panels": 7}, "constructor": 1, '),
  'numbers.json':
    '{"title": "T", "schemaVersion": 1e999, "panels": [{"id": 1e400, "gridPos": {"x": -9e99}}]}',
  'kinds.json':
    '{"title": 5, "schemaVersion": "x", "panels": [null, 5, [], {"id": {}, "targets": {"a": 1}}]}',
  'deep.yaml': `groups: ${'['.repeat(deep)}${']'.repeat(deep)}`,
  'bomb.yaml': `${bomb}groups: *l9\n`,
  'bomb-catalog.yaml': `${bomb}metrics: *l9\n`,
  'tab.yaml': 'groups:\n\t- name: x\n',
  'list.yaml': '- 1\n',
  'pattern.yaml': 'except: [{ check: "*", file: "[z-a]", reason: r }]\n',
  'many.yaml': `except:\n${'  - { check: "*", reason: r }\n'.repeat(1001)}`,
  'proto.yaml': '__proto__: { a: 1 }\ngroups: []\n',
}

const vector = (result: unknown) =>
  JSON.stringify({ status: 'success', data: { resultType: 'vector', result } })
const html = '<html><body>Bad\u001b[31m'

/** Servers as they should not be, by the first part of the path. */
const answers: Readonly<Record<string, RequestListener>> = {
  'answer-500': (_, response) => response.writeHead(500).end(html),
  'answer-403': (_, response) => response.writeHead(403).end(html),
  html: (_, response) => response.setHeader('content-type', 'text/html').end(html),
  'no-content': (_, response) => response.writeHead(204).end(),
  circle: (_, response) => response.writeHead(302, { location: '/circle' }).end(),
  'to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  'bad-gzip': (_, response) => response.setHeader('content-encoding', 'gzip').end('no gzip'),
  cut: (_, response) =>
    response.writeHead(200, { 'content-length': 100 }).write('a', () => response.destroy()),
  drip: (_, response) => {
    const timer = setInterval(() => response.write('#'), 20)
    response.on('close', () => clearInterval(timer))
  },
  endless: (_, response) => {
    const part = 'a_total 1\n'.repeat(100_000)
    const more = () => void (response.destroyed || response.write(part, more))
    more()
  },
  null: (_, response) => response.end('null'),
  list: (_, response) => response.end('[1]'),
  error: (_, response) =>
    response.writeHead(500).end('{"status": "error", "error": "out of\\nmemory\\u001b[31m"}'),
  'odd-error': (_, response) => response.end('{"status": "error", "error": {"a": 1}}'),
  number: (_, response) => response.end('{"status": "success", "data": 5}'),
  'odd-vector': (_, response) => response.end(vector(7)),
  'odd-series': (_, response) => response.end(vector([{ metric: { a: 5 }, value: [1, '1'] }])),
  'odd-point': (_, response) => response.end(vector([{ metric: {}, value: [1] }])),
  /** Answers queries, and nothing else. */
  half: ({ url = '' }, response) =>
    response.end(url.includes('/query') ? vector([]) : '{"status":"success","data":5}'),
}

describe('tidegauge audit with bad input', () => {
  let dir = ''
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split('/')[1] ?? '']
    response.on('error', () => {})
    if (answer === undefined) response.writeHead(404).end('nothing')
    else answer(request, response)
  })
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-bad-'))
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content)
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(dir, { recursive: true })
  })
  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`
  const file = (name: string) => join(dir, name)

  async function audit(flags: AuditFlags) {
    let [out, err] = ['', '']
    const code = await auditCommand(flags, {
      program: 'tidegauge',
      version: '1',
      hasColor: false,
      out: (text) => {
        out += text
      },
      err: (text) => {
        err += text
      },
    })
    return { code, out, err }
  }

  /** What cannot be read, and what the line says of it. Each stands beside a scrape that is audited. */
  const unreadable: readonly { readonly flags: () => AuditFlags; readonly says: RegExp }[] = [
    ...rows('dashboards', {
      'none.json': /there is no such file; check the path/,
      '.': /it is a folder; give a file, or, where several are read, a pattern/,
      'none-*.json': /no file matches this pattern/,
      'deep.json': /nested more than 200 deep/,
      'objects.json': /nested more than 200 deep/,
      'twice.json': /twice\.json:2: the key "title" stands twice/,
      'utf16.json': /it is UTF-16; save it as UTF-8/,
      'zip.json': /it is compressed; unpack it first/,
      'web.txt': /this is HTML or XML/,
    }),
    ...rows('rules', {
      'none.yaml': /there is no such file; check the path/,
      'deep.yaml': /it is nested too deeply/,
      'bomb.yaml': /bomb\.yaml:\d+: groups is not a list/,
      'tab.yaml':
        /tab\.yaml:2: it is not valid YAML: tabs are not allowed as indentation; indent with spaces/,
      'list.yaml': /a rule file is a map with groups/,
    }),
    ...rows('source', {
      none: /none: does not exist; check the path/,
      'none/*.ts': /matches no file of source code; check it/,
      '.': /holds no source code in JavaScript/,
      'list.yaml': /is in no language that is read/,
    }),
    ...[
      { given: 'web.txt', says: /it is a web page, not a scrape/ },
      { given: 'words.txt', says: /words\.txt:1: .*; give a scrape in the Prometheus text format/ },
    ].map(({ given, says }) => ({ flags: () => ({ scrape: [[file('good.txt')], [file(given)]] }), says })),
    ...[
      { path: 'answer-500', says: /answer-500: 500; the service could not answer the scrape/ },
      { path: 'answer-403', says: /403: it asks for credentials; give them in the URL/ },
      { path: 'html', says: /it is a web page, not a scrape/ },
      { path: 'no-content', says: /204; the service could not answer/ },
      { path: 'none', says: /404: there is nothing at this path/ },
      { path: 'circle', says: /it redirects in a circle/ },
      { path: 'to-file', says: /it cannot be reached: .*; check the address/ },
      { path: 'bad-gzip', says: /cannot be unpacked; fix the server/ },
      { path: 'cut', says: /it broke off the connection/ },
      { path: 'drip', says: /no whole answer within 0.2 s/ },
      { path: 'endless', says: /no whole answer within 0.2 s|larger than 256 MiB/ },
      { path: 'null', says: /:1: .*; give a scrape/ },
    ].map(({ path, says }) => ({
      flags: () => ({ scrape: [[file('good.txt')], [url(path)]], timeout: 200 }),
      says,
    })),
    ...[
      { given: 'ftp://x/y', says: /ftp:\/\/x\/y: only http:\/\/ and https:\/\/ can be asked/ },
      { given: 'http://', says: /http:\/\/: it is not an address; write one like/ },
      { given: 'http://me:secret@[', says: /^tidegauge: http:\/\/\[: it is not an address/m },
      { given: 'http://127.0.0.1:1', says: /it cannot be reached: bad port; check the address/ },
      { given: 'http://a.invalid/', says: /the name of the host is not known; check the address/ },
    ].map(({ given, says }) => ({ flags: () => ({ scrape: [[file('good.txt')], [given]] }), says })),
    ...[
      { path: 'answer-500', says: /it answered 500 without JSON; give the address of a Prometheus/ },
      { path: 'answer-403', says: /it asks for credentials; put user and password in the URL/ },
      { path: 'html', says: /it answered 200 without JSON; give the address/ },
      { path: 'circle', says: /it redirects in a circle/ },
      { path: 'null', says: /it answers otherwise than the HTTP API of Prometheus does; check the address/ },
      { path: 'list', says: /otherwise than the HTTP API/ },
      { path: 'error', says: /error: it answers with an error: out of memory \[31m; see its log/ },
      { path: 'odd-error', says: /otherwise than the HTTP API/ },
      { path: 'number', says: /otherwise than the HTTP API/ },
      { path: 'odd-vector', says: /otherwise than the HTTP API/ },
      { path: 'odd-series', says: /otherwise than the HTTP API/ },
      { path: 'odd-point', says: /otherwise than the HTTP API/ },
      { path: 'half', says: /otherwise than the HTTP API/ },
    ].map(({ path, says }) => ({
      flags: () => ({ scrape: [file('good.txt')], prometheus: url(path) }),
      says,
    })),
  ]
  for (const { flags, says } of unreadable) {
    it(`says in one line: ${says.source}, exits with 2, and audits the rest`, async () => {
      const { code, out, err } = await audit(flags())
      assert.equal(code, 2)
      assert.match(err, says)
      assert.match(err, /^tidegauge: [^\n\p{Cc}]+\n$/u)
      assert.doesNotMatch(err, /secret/)
      if (flags().scrape !== undefined) assert.match(out, /orders_total|Audited/)
    })
  }

  function rows(input: 'dashboards' | 'rules' | 'source', cases: Readonly<Record<string, RegExp>>) {
    return Object.entries(cases).map(([name, says]) => ({
      flags: () => ({ scrape: [file('good.txt')], [input]: [file(name)] }),
      says,
    }))
  }

  for (const name of ['proto.json', 'numbers.json', 'kinds.json']) {
    it(`audits ${name}, odd as it is`, async () => {
      const { code, err } = await audit({ dashboards: [file(name)] })
      assert.equal(err, '')
      assert.ok(code < 2)
    })
  }

  const settings: readonly { readonly flags: AuditFlags; readonly says: RegExp }[] = [
    { flags: { config: 'none.yaml' }, says: /there is no such file/ },
    { flags: { config: 'list.yaml' }, says: /list\.yaml:1: holds no settings; write them as "scrape: …"/ },
    { flags: { config: 'deep.yaml' }, says: /deep\.yaml:1: is nested too deeply/ },
    { flags: { config: 'bomb.yaml' }, says: /has aliases \(\*name\) that unfold to far too much/ },
    { flags: { config: 'proto.yaml' }, says: /proto\.yaml:1: __proto__: is not a known key/ },
    { flags: { config: 'pattern.yaml' }, says: /except\[0\]\.file: .*; write a pattern of paths, such as/ },
    { flags: { config: 'many.yaml' }, says: /except: .*; keep a thousand; a pattern stands for many/ },
    { flags: { catalog: 'bomb-catalog.yaml' }, says: /has aliases \(\*name\) that unfold to far too much/ },
    { flags: { catalog: 'web.txt' }, says: /web\.txt:1: holds no settings; write them as "metrics: …"/ },
    { flags: { catalog: 'list.yaml' }, says: /list\.yaml:1: holds no settings/ },
    {
      flags: { baseline: 'none.json' },
      says: /no such file; check the path; or write a new one with --write-baseline/,
    },
    {
      flags: { baseline: 'twice.json' },
      says: /twice\.json:2: title: stands here a second time; remove one of the two; or write/,
    },
    {
      flags: { baseline: 'proto.json' },
      says: /version: is missing; add it; or write a new one with --write-baseline/,
    },
  ]
  for (const { flags, says } of settings) {
    it(`refuses ${JSON.stringify(flags)} before anything is audited`, async () => {
      const given = Object.fromEntries(
        Object.entries(flags).map(([flag, name]) => [flag, file(String(name))]),
      )
      await assert.rejects(audit({ scrape: [file('good.txt')], ...given }), { type: 'usage', message: says })
    })
  }
})
