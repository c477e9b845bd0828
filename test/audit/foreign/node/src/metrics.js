import client from 'prom-client'

export const register = new client.Registry()

const prefix = 'orders'

export const ordersPlaced = new client.Counter({
  name: `${prefix}_placed_total`,
  help: 'Orders that were placed.',
  labelNames: ['channel'],
  registers: [register],
})

export const ordersCancelled = new client.Counter({
  name: `${prefix}_cancelled`,
  help: 'Orders that were cancelled.',
  registers: [register],
})

export const payments = new client.Counter({
  name: 'payments_total',
  help: 'Payments, by how they went.',
  labelNames: ['outcome'],
  registers: [register],
})

export const requestDuration = new client.Histogram({
  name: 'http_request_duration_ms',
  help: 'Duration of HTTP requests.',
  labelNames: ['method', 'route', 'status'],
  buckets: [5, 25, 100, 500, 2500],
  registers: [register],
})

export const inFlight = new client.Gauge({
  name: 'http_requests_in_flight',
  help: 'Requests that are being answered.',
  registers: [register],
})

export const cacheHits = new client.Counter({
  name: 'catalogue_cache_hits_total',
  help: 'Lookups that the cache answered.',
  registers: [register],
})

export const cacheMisses = new client.Counter({
  name: 'catalogue_cache_misses_total',
  help: 'Lookups that went to the database.',
  registers: [register],
})

export const cacheEntries = new client.Gauge({
  name: 'catalogue_cache_entries',
  help: 'Entries in the cache.',
  registers: [register],
  collect() {
    this.set(sizeOfCache())
  },
})

export const loginFailures = new client.Counter({
  name: 'login_failures_total',
  help: 'Logins that were refused.',
  labelNames: ['user_id'],
  registers: [register],
})

export const emailsSent = new client.Counter({
  name: 'emails_sent_total',
  help: 'Mails that were handed to the mail server.',
  registers: [register],
})

export const refunds = new client.Counter({
  name: 'refunds_total',
  help: 'Refunds that were paid out.',
  registers: [register],
})

export const queueDepth = new client.Gauge({
  name: 'order_queue_depth',
  help: 'Orders that wait for the warehouse.',
  registers: [register],
})

let sizeOfCache = () => 0

export function watchCache(size) {
  sizeOfCache = size
}
