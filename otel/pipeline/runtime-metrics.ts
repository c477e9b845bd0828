import type { MeterProvider } from '@opentelemetry/api'
import { importOptional, MissingPackageError } from '../optional-package.ts'
import type { OnLog } from './diagnostics.ts'

/**
 * Measures the runtime: event loop, garbage collection, heap.
 *
 * @param wanted `true` needs the package that does it, `false` leaves it out, `undefined` uses it where it is installed.
 * @returns ends it.
 * @throws {MissingPackageError} when it is wanted and not installed.
 */
export async function observeRuntime(
  provider: MeterProvider,
  wanted: boolean | undefined,
  onLog: OnLog,
): Promise<() => void> {
  if (wanted === false) return () => {}
  try {
    const { RuntimeNodeInstrumentation } = await importOptional(
      packageName,
      'runtimeMetrics',
      () => import('@opentelemetry/instrumentation-runtime-node'),
    )
    const runtime = new RuntimeNodeInstrumentation()
    runtime.setMeterProvider(provider)
    return () => runtime.disable()
  } catch (error) {
    if (wanted || !(error instanceof MissingPackageError)) throw error
    const what = 'event loop, garbage collection and heap are not recorded'
    onLog('info', `${what}: npm install ${packageName}, or start with runtimeMetrics: false`)
    return () => {}
  }
}

const packageName = '@opentelemetry/instrumentation-runtime-node'
