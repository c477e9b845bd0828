import { request } from './network.ts'

export interface Point {
  /** Milliseconds since 1970. */
  readonly timeMs: number
  readonly value: number
}

/**
 * Sends one point of the counter `e2e.sent` (`e2e_sent_total`) as OTLP in JSON.
 *
 * @returns whether it was taken: the receiver may refuse it, be gone, or not answer within two seconds.
 */
export async function send(otlpUrl: string, { timeMs, value }: Point): Promise<boolean> {
  const dataPoint = {
    asInt: String(value),
    startTimeUnixNano: `${startMs}000000`,
    timeUnixNano: `${timeMs}000000`,
    attributes: [],
  }
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [dataPoint] }
  const attributes = [
    { key: 'service.name', value: { stringValue: 'e2e' } },
    { key: 'service.instance.id', value: { stringValue: String(process.pid) } },
  ]
  const metrics = [{ name: 'e2e.sent', unit: '{point}', sum }]
  const body = { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope: {}, metrics }] }] }
  try {
    const response = await request(`${otlpUrl}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(2000),
    })
    await response.text()
    return response.ok
  } catch {
    return false
  }
}

const startMs = Date.now()
