import { createServer } from 'node:http'
import { CatalogueCache } from './cache.js'
import { createHandler } from './http.js'
import { inFlight, loginFailures, register, requestDuration } from './metrics.js'
import { Orders } from './orders.js'

const orders = new Orders(new CatalogueCache())

const routes = new Map([
  ['GET /metrics', { run: () => register.metrics() }],
  [
    'GET /order',
    { run: (query) => orders.place({ product: query.get('product'), channel: query.get('channel') ?? 'web' }) },
  ],
  ['GET /cancel', { needsLogin: true, run: (query) => orders.cancel(Number(query.get('id'))) }],
])

const handle = createHandler({
  routes,
  timing: requestDuration,
  running: inFlight,
  failures: loginFailures,
})

const server = createServer(async (request, response) => {
  if (request.url === '/metrics') {
    response.setHeader('content-type', register.contentType).end(await register.metrics())
    return
  }
  await handle(request, response)
})

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`listening on ${server.address().port}\n`)
})
