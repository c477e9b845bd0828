import type { IncomingMessage, RequestListener } from 'node:http'
import type { Meter } from '@opentelemetry/api'
import { bind, routeOf } from '@tidegauge/otel'
import {
  type changeableSettings,
  httpConfigChanges,
  httpMethods,
  httpRequests,
} from '../../catalog/http/metrics.ts'

/**
 * Counts each request when its response has ended, by the route that handled it.
 *
 * @returns a listener for the `request` event of the API's server, beside the one that answers.
 */
export function countRequests(meter: Meter): RequestListener {
  const requests = bind(meter, httpRequests)
  return (request, response) => {
    response.once('close', () => {
      // A caller that went away before the answer began was sent no code; 499 is what proxies write then.
      const status = response.headersSent ? response.statusCode : 499
      requests.add(1, { method: methodOf(request), path: routeOf(request), status: String(status) })
    })
  }
}

/** Counts each setting that `PATCH /config` has changed. */
export function countConfigChanges(meter: Meter): (setting: (typeof changeableSettings)[number]) => void {
  const changes = bind(meter, httpConfigChanges)
  return (setting) => changes.add(1, { setting })
}

function methodOf({ method = '_OTHER' }: IncomingMessage): (typeof httpMethods)[number] {
  return httpMethods.find((known) => known === method) ?? '_OTHER'
}
