import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import { context, createContextKey, type MeterProvider } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'
import { importOptional } from '../optional-package.ts'
import { carryRoute, followExpressRoutes } from './express-routes.ts'

export interface InstrumentHttpOptions {
  readonly meterProvider: MeterProvider
  /** The ports whose requests are measured, asked anew for each request. Scrapes and other listeners are not. */
  readonly listensOn: () => readonly number[]
}

/**
 * Measures `http.server.request.duration` of every HTTP server of this process that listens on one of the ports,
 * with the template of the route as `http.route` (`unmatched` where no route took the request).
 *
 * It may be called at any time, also after `node:http` and Express were imported and servers were made.
 *
 * @throws {UsageError} when `@opentelemetry/instrumentation-http` is not installed, or `@opentelemetry/context-async-hooks`
 * where no other context manager is registered.
 */
export async function instrumentHttp({
  meterProvider,
  listensOn,
}: InstrumentHttpOptions): Promise<Disposable> {
  const { HttpInstrumentation } = await importOptional(
    '@opentelemetry/instrumentation-http',
    'instrumentHttp',
    () => import('@opentelemetry/instrumentation-http'),
  )
  // Without one the instrumentation cannot find the route again when the response ends.
  if (!hasContextManager()) await setContextManager()
  const following = followExpressRoutes()
  const instrumentation = new HttpInstrumentation({
    disableOutgoingRequestInstrumentation: true,
    ignoreIncomingRequestHook: ({ socket }) => !listensOn().includes(socket.localPort ?? -1),
    requestHook: (_span, request) => nameRoute(request as IncomingMessage),
  })
  instrumentation.setMeterProvider(meterProvider)
  // The hook on `require` takes effect at the first call of it: modules of ES import past it.
  createRequire(import.meta.url)('node:http')
  return {
    [Symbol.dispose]() {
      instrumentation.disable()
      following[Symbol.dispose]()
    },
  }
}

async function setContextManager(): Promise<void> {
  const { AsyncLocalStorageContextManager } = await importOptional(
    '@opentelemetry/context-async-hooks',
    'instrumentHttp without another context manager',
    () => import('@opentelemetry/context-async-hooks'),
  )
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
}

/** The API does not tell; a context that is kept does. */
function hasContextManager(): boolean {
  const probe = context.active().setValue(createContextKey('probe'), true)
  return context.with(probe, () => context.active() === probe)
}

/** Where the instrumentation looks for the route once the response has ended. */
function nameRoute(request: IncomingMessage): void {
  const metadata = getRPCMetadata(context.active())
  if (metadata) carryRoute(request, metadata)
}
