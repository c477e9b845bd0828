import type { ServerMetrics } from '../metrics/build-inventory.ts'
import { type ConnectedPrometheus, connectPrometheus } from '../server/client.ts'

/** Connects to the Prometheus that was named, if any; undefined too when it does not answer. */
export async function connect(
  url: string | undefined,
  headers: Readonly<Record<string, string>>,
  onProblem: (error: unknown) => void,
): Promise<ConnectedPrometheus | undefined> {
  if (url === undefined) return undefined
  try {
    return await connectPrometheus({ url, headers })
  } catch (error) {
    onProblem(error)
    return undefined
  }
}

/** Asks for the names of the last day: what is older has been lost, or was renamed. */
export async function serverMetrics(
  prometheus: ConnectedPrometheus,
  onProblem: (error: unknown) => void,
): Promise<ServerMetrics | undefined> {
  try {
    const to = new Date()
    const from = new Date(to.getTime() - 24 * 3_600_000)
    const [names, metadata] = await Promise.all([
      prometheus.labelValues('__name__', { from, to }),
      prometheus.metadata(),
    ])
    return { names, metadata }
  } catch (error) {
    onProblem(error)
    return undefined
  }
}
