import assert from 'node:assert/strict'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import express, { type Express, type RequestHandler, Router } from 'express'
import { followExpressRoutes, routeOf } from './express-routes.ts'

const ok: RequestHandler = (_request, response) => void response.end()
const pass: RequestHandler = (_request, _response, next) => next()
const later: RequestHandler = (_request, _response, next) => void setImmediate(next)

interface Case {
  readonly title: string
  readonly build: (app: Express) => void
  readonly routes: Readonly<Record<string, string>>
}

const cases: readonly Case[] = [
  {
    title: 'routes of the application itself',
    build: (app) => app.use(pass).get('/', ok).get('/repos/:did', ok),
    routes: {
      '/': '/',
      '/repos/did:plc:a': '/repos/{did}',
      '/repos': 'unmatched',
      '/nothing?x=/': 'unmatched',
    },
  },
  {
    title: 'routers in routers, with parameters in the paths that they are mounted at',
    build: (app) => {
      const inner = Router().use(later).get('/:rkey', ok).get('/', ok)
      app.use('/api/:version', later, Router().use('/at/:did', pass, inner).get('/at', ok))
    },
    routes: {
      '/api/v1/at/did:plc:a/self': '/api/{version}/at/{did}/{rkey}',
      '/api/v1/at/did:plc:a/': '/api/{version}/at/{did}',
      '/api/v1/at': '/api/{version}/at',
      '/api/v1': 'unmatched',
    },
  },
  {
    title: 'a parameter whose value is a path of another router',
    build: (app) => {
      app.use('/a', Router().use('/b', pass).get('/other', ok))
      app.use('/a/:x', Router().use('/c/:y', Router().get('/d', ok)).get('/e', ok))
    },
    routes: { '/a/b/c/z/d': '/a/{x}/c/{y}/d', '/a/b/e': '/a/{x}/e', '/a/other': '/a/other' },
  },
  {
    title: 'a value that repeats its own mount',
    build: (app) => app.use('/:a', Router().use('/:b', Router().use('/:c', Router().get('/:d', ok)))),
    routes: { '/x/x/x/x': '/{a}/{b}/{c}/{d}' },
  },
  {
    title: 'one router that is mounted twice',
    build: (app) => {
      const router = Router().get('/x', ok)
      app.use('/one/:a', router).use('/two/:b', router)
    },
    routes: { '/one/1/x': '/one/{a}/x', '/two/2/x': '/two/{b}/x' },
  },
  {
    title: 'mounted applications, one in the other',
    build: (app) => {
      const inner = express().use(later, Router().get('/y', ok)).get('/:z', ok)
      inner.use('/deep/:w', Router().get('/:v', ok))
      const left = express().use('/n', express().get('/never', ok))
      app.use('/app/:x', left, express().get('/', ok).use('/inner', inner))
    },
    routes: {
      '/app/1': '/app/{x}',
      '/app/1/inner/y': '/app/{x}/inner/y',
      '/app/1/inner/2': '/app/{x}/inner/{z}',
      '/app/1/inner/deep/2/3': '/app/{x}/inner/deep/{w}/{v}',
      '/app/1/n/x': 'unmatched',
    },
  },
  {
    title: 'mounts that were left again on the way',
    build: (app) => {
      const outer = express().use('/n/:q', express().get('/never', ok))
      outer.use('/n/:z', Router().get('/y', ok))
      app.use('/app/:x', outer)
      app.use('/a', Router().use('/b', Router().get('/never', ok)).use('/b/:c', Router().get('/d', ok)))
    },
    routes: { '/app/1/n/2/y': '/app/{x}/n/{z}/y', '/a/b/x/d': '/a/b/{c}/d' },
  },
  {
    title: 'callbacks for parameters, and slashes at the end of mounts',
    build: (app) => {
      const router = Router().param('x', (_request, _response, next) => setImmediate(next))
      app.use('/slash/:a/', router.get('/:x', pass).get('/:x/y', ok).get('/:y', ok))
    },
    routes: { '/slash/1/2': '/slash/{a}/{y}', '/slash/1/2/y': '/slash/{a}/{x}/y' },
  },
  {
    title: 'wildcards, optional parts, lists of paths and regular expressions',
    build: (app) => {
      app.use('/files/*where', Router().get('/', ok))
      app.use(['/first', '/second/:id'], Router().get('/list', ok))
      app.get(['/one', '/two/:n'], ok)
      app.get('/docs{/:lang}/start', ok)
      app.use(/^\/(v\d+)/, Router().get(/^\/tags\/(.+)$/, ok))
    },
    routes: {
      '/files/a/b/c': '/files/{*where}',
      '/first/list': '/first/list',
      '/second/7/list': '/second/{id}/list',
      '/two/5': '/two/{n}',
      '/docs/de/start': '/docs[/{lang}]/start',
      '/docs/start': '/docs[/{lang}]/start',
      '/v12/tags/x/y': '/^\\/(v\\d+)//^\\/tags\\/(.+)$/',
    },
  },
  {
    title: 'a router that a function hides',
    build: (app) => {
      const hidden = Router().get('/x', ok).use('/more/:b', Router().get('/y', ok))
      app.use('/hid/:a', (request, response, next) => hidden(request, response, next))
    },
    routes: { '/hid/1/x': '/hid/{a}/x', '/hid/1/more/2/y': '/hid/{a}/more/{b}/y' },
  },
  {
    title: 'handlers that pass on: the last route that took the request counts',
    build: (app) => {
      app.get('/pass/:x', pass).get('/pass/:y', later, ok)
      app.get('/gone/:x', pass)
      app.get('/skip/:x', (_request, _response, next) => next('route'), ok)
      app.use(
        '/exit/:x',
        Router().get('/y', (_request, _response, next) => next('router')),
      )
    },
    routes: {
      '/pass/1': '/pass/{y}',
      '/gone/1': '/gone/{x}',
      '/skip/1': '/skip/{x}',
      '/exit/1/y': '/exit/{x}/y',
    },
  },
  {
    title: 'errors, thrown and rejected, and what handles them',
    build: (app) => {
      app.param('bad', () => {
        throw new Error('no such thing')
      })
      app.get('/throw/:x', () => {
        throw new Error('thrown')
      })
      app.get('/reject/:x', () => Promise.reject(new Error('rejected')))
      app.get('/param/:bad', ok)
      app.use(
        '/sub/:x',
        Router().get('/throw', () => Promise.reject(new Error('below'))),
      )
      app.use(((_error, _request, response, _next) =>
        response.status(500).end()) as express.ErrorRequestHandler)
    },
    routes: {
      '/throw/1': '/throw/{x}',
      '/reject/1': '/reject/{x}',
      '/sub/1/throw': '/sub/{x}/throw',
      // No handler of the route was reached.
      '/param/1': 'unmatched',
      '/throw/%zz': 'unmatched',
    },
  },
]

describe('routeOf', () => {
  let following: Disposable
  before(() => {
    following = followExpressRoutes()
  })
  after(() => following[Symbol.dispose]())

  for (const { title, build, routes } of cases) {
    it(`tells ${title}`, async () => {
      const app = express()
      build(app)
      const seen = await routesSeen(app, Object.keys(routes))
      assert.deepEqual(seen, routes)
    })
  }
})

describe('followExpressRoutes', () => {
  it('follows until the last of its callers has ended it', async () => {
    const app = express().get('/x', ok)
    const [one, other] = [followExpressRoutes(), followExpressRoutes()]
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    assert.deepEqual(await routesSeen(app, ['/x']), { '/x': '/x' })
    other[Symbol.dispose]()
    assert.deepEqual(await routesSeen(app, ['/x']), { '/x': 'unmatched' })
  })
})

/** What `routeOf` says of each path when its response has ended. */
async function routesSeen(app: Express, paths: readonly string[]): Promise<Record<string, string>> {
  const seen: Record<string, string> = {}
  app.set('env', 'test')
  const server = createServer(app)
  server.prependListener('request', (request, response) => {
    const path = request.url as string
    response.on('close', () => {
      seen[path] = routeOf(request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  for (const path of paths)
    await new Promise<void>((resolve, reject) => {
      get({ port, path, host: '127.0.0.1', agent: false }, (response) =>
        response.resume().on('close', resolve),
      ).on('error', reject)
    })
  await new Promise((resolve) => server.close(resolve))
  return seen
}
