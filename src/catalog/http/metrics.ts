import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'
import { requestBuckets } from '@tidegauge/otel/catalog'

export const httpComponent = {
  name: 'http',
  title: 'HTTP API',
  description: 'Requests to the API: how many, how fast, with what answers.',
} as const satisfies Component

/** Methods that are told apart; any other is `_OTHER`, as the HTTP semantic conventions say. */
export const httpMethods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  '_OTHER',
] as const

export const httpServerRequestDuration = {
  name: 'http.server.request.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from the first byte of an API request to the last byte of its response.',
  attributes: { method: httpMethods, path: { limit: 100 } },
  buckets: requestBuckets,
  stream: {
    name: 'http.request.duration',
    attributes: { method: 'http.request.method', path: 'http.route' },
  },
  thresholds: { warning: 0.5, critical: 2 },
} as const satisfies MetricDefinition

export const httpRequests = {
  name: 'http.requests',
  instrument: 'counter',
  unit: '{request}',
  description: 'API requests that were answered, by the code of the answer.',
  attributes: { method: httpMethods, path: { limit: 100 }, status: { limit: 40 } },
} as const satisfies MetricDefinition
