import type { Attributes } from '@opentelemetry/api'

/** The attribute set that the specification reserves for measurements beyond a limit on series. */
export const overflow: Attributes = Object.freeze({ 'otel.metric.overflow': true })
