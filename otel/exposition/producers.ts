import { emptyResource } from '@opentelemetry/resources'
import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics'

/** Keeps a producer that fails, or never answers, from taking the whole collection with it. */
export function guardProducer(producer: MetricProducer): MetricProducer {
  return {
    collect: async (options) => {
      const timeoutMs = options?.timeoutMillis
      let timer: NodeJS.Timeout | undefined
      const timeout = new Promise<never>((_, reject) => {
        if (timeoutMs === undefined) return
        const error = new Error('a metric producer did not answer in the time of the scrape')
        timer = setTimeout(reject, timeoutMs, error)
      })
      try {
        return await Promise.race([producer.collect(options), timeout])
      } catch (error) {
        return failed(error)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

function failed(error: unknown): CollectionResult {
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [] }, errors: [error] }
}
