import { emptyResource } from '@opentelemetry/resources'
import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics'
import { currentRun } from '../sdk/callbacks.ts'

/** Keeps a producer that fails, or never answers, from taking the whole collection with it. */
export function guardProducer(producer: MetricProducer): MetricProducer {
  const collected = new WeakMap<object, CollectionResult>()
  return {
    collect: async (options) => {
      const run = currentRun()
      try {
        if (run?.ahead) return collected.get(run.ahead) ?? failed(late())
        const result = await inTime(producer.collect(options), run?.deadline.passed)
        if (run) collected.set(run, result)
        return result
      } catch (error) {
        return failed(error)
      }
    },
  }
}

/** @param passed resolves when the time is up; without it there is no limit. */
function inTime(work: Promise<CollectionResult>, passed?: Promise<void>): Promise<CollectionResult> {
  const tooLate = passed?.then(() => Promise.reject(late()))
  return tooLate === undefined ? work : Promise.race([work, tooLate])
}

function late(): Error {
  return new Error('a metric producer did not answer in the time of the scrape')
}

function failed(error: unknown): CollectionResult {
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [] }, errors: [error] }
}
