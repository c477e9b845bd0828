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

/** Settings that may change while the service runs. */
export const changeableSettings = [
  'collections',
  'backfillConcurrency',
  'hostConcurrency',
  'logLevel',
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

export const httpConfigChanges = {
  name: 'http.config_changes',
  instrument: 'counter',
  unit: '{change}',
  description: 'Changes of the configuration that PATCH /config has made, by setting.',
  attributes: { setting: changeableSettings },
  noAlert: 'Whoever may change it has changed it; the log tells from what to what.',
} as const satisfies MetricDefinition
