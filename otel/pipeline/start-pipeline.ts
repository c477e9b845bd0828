import type { Pipeline, PipelineOptions } from './pipeline.ts'

/**
 * Starts to measure, as the configuration says.
 *
 * @throws {UsageError} for a configuration that cannot take effect, for a port in use, and for a package that is asked
 * for and not installed.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  // What it takes is loaded here: whoever imports the library for a meter or an endpoint does not pay for it.
  const { start } = await import('./start.ts')
  return start(options)
}
