import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig, metricsFlags, shownConfig } from '../../cli/serve/load-config.ts'
import { createLog } from '../../model/log.ts'
import { type Addresses, serve } from '../../serve.ts'
import { routes } from '../contract/contract.ts'
import { pathOf } from '../contract/outline.ts'
import { problemSchema, problemTypes } from '../contract/problem-types.ts'
import { problemsOf } from '../contract/problems-of.ts'
import { type AnswerShape, type Route, type RouteExample, routeName } from '../contract/route.ts'
import { exampleDid, exampleOwnDid } from '../contract/words.ts'

describe('the examples of the API', { timeout: 60_000 }, () => {
  const stop = new AbortController()
  let dir: string
  let running: Promise<void>
  let api: URL
  /** A post that the service keeps, where the examples name one. */
  let post: { readonly did: string; readonly rkey: string }

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'examples-'))
    const args = ['--data', dir, '--port', '0', '--metrics-port', '0', '--demo-rate', '0']
    const loaded = loadConfig(args, {})
    const listening = Promise.withResolvers<Addresses>()
    running = serve({
      config: loaded.config,
      service: { name: 'tidegauge', version: '1' },
      metrics: metricsFlags(loaded),
      shownConfig: shownConfig(loaded),
      log: createLog({ level: 'error', write: (line) => assert.fail(line) }),
      signal: stop.signal,
      onListening: async (addresses) => listening.resolve(addresses),
    })
    api = (await Promise.race([listening.promise, running.then(() => assert.fail('it ended'))])).api
    post = await firstPost()
  })
  after(async () => {
    stop.abort()
    await running
    await rm(dir, { recursive: true, force: true })
  })

  // What removes something comes last.
  const isLast = ({ method }: Route) => method === 'DELETE'
  for (const route of [...routes.filter((route) => !isLast(route)), ...routes.filter(isLast)])
    for (const example of route.examples)
      it(`are answered as they say: ${routeName(route)}, ${example.title}`, async () => {
        const { params, query, headers, body } = inLife(example)
        const response = await fetch(new URL(pathOf(route.path, { ...example, params, query }), api), {
          method: route.method,
          headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        const text = await response.text()
        assert.equal(response.status, example.status ?? Number(Object.keys(route.answers)[0]), text)
        requireDeclared(route, response, text)
      })

  /** The example, about what this service keeps. */
  function inLife({
    params = {},
    query = {},
    headers = {},
    body,
  }: RouteExample): Required<Omit<RouteExample, 'title' | 'status'>> {
    const text = JSON.stringify({ params, query, headers, body })
    const own = exampleOwnDid.replace('3000', api.port)
    return JSON.parse(
      text
        .replaceAll(exampleDid, post.did)
        .replaceAll('3k2a7xyzabc2d', post.rkey)
        .replaceAll(exampleOwnDid, own),
    )
  }

  async function firstPost(): Promise<typeof post> {
    for (;;) {
      const response = await fetch(new URL('/query', api), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ collection: 'app.bsky.feed.post' }),
      })
      const { records } = (await response.json()) as { readonly records: readonly { readonly uri: string }[] }
      // Not one of the node's own.
      const found = records.find(({ uri }) => uri.startsWith('at://did:plc:'))
      const [, , did, , rkey] = found?.uri.split('/') ?? []
      if (did !== undefined && rkey !== undefined) return { did, rkey }
      await sleep(50)
    }
  }
})

/** An answer holds what its route has declared, and nothing else. */
function requireDeclared(route: Route, { status, headers }: Response, text: string): void {
  const type = headers.get('content-type')?.split(';', 1)[0]
  const declared: AnswerShape | undefined = route.answers[status]
  if (declared === undefined) {
    const names = [...problemsOf(route).keys()].filter((name) => problemTypes[name].status === status)
    const fitting = names.filter((name) => problemSchema(name).strict().safeParse(JSON.parse(text)).success)
    assert.deepEqual([type, fitting.length], ['application/problem+json', 1], text)
    return
  }
  for (const header of Object.keys(declared.headers ?? {})) assert.ok(headers.has(header), header)
  if (declared.body === undefined) {
    assert.equal(text, '')
    return
  }
  assert.equal(type, declared.type ?? 'application/json')
  const body = type === 'application/json' ? JSON.parse(text) : text
  // What a schema does not know is missing from what it makes of a value.
  assert.deepEqual(declared.body.parse(body), body)
}
