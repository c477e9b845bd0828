import { build, type Program } from '../../../tools/collector/build.ts'
import { findCollector, findProgram } from '../../../tools/collector/find.ts'
import { cacheDir } from './cache.ts'

/** Paths of the Collector, Prometheus 3 and promtool: from the PATH where they are new enough, built otherwise. */
export async function programs(
  onBuild?: (missing: readonly Program[]) => void,
): Promise<Record<Program, string>> {
  const found = {
    otelcol: await findCollector(),
    prometheus: await findProgram('prometheus', '3.0'),
    promtool: await findProgram('promtool', '3.0'),
  }
  const missing = Object.entries(found).flatMap(([name, path]) => (path ? [] : [name as Program]))
  return { ...found, ...(await build(missing, { cacheDir, onBuild })) } as Record<Program, string>
}
