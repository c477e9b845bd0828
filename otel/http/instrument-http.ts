import type { IncomingMessage } from 'node:http'
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
 * It may be called at any time: after `node:http` and Express were imported and servers were made, and again after
 * an earlier call was disposed of, which leaves the process as it was.
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
  const needsContextManager = !hasContextManager()
  if (needsContextManager) await setContextManager()
  const following = followExpressRoutes()
  const instrumentation = new HttpInstrumentation({
    // It would wait for a `require` of node:http, and hears only of the first one in the life of the process.
    enabled: false,
    disableOutgoingRequestInstrumentation: true,
    ignoreIncomingRequestHook: ({ socket }) => !listensOn().includes(socket.localPort ?? -1),
    requestHook: (_span, request) => nameRoute(request as IncomingMessage),
  })
  instrumentation.setMeterProvider(meterProvider)
  const modules = instrumentation.init()
  for (const { name, patch } of modules) patch?.(process.getBuiltinModule(name))
  return {
    [Symbol.dispose]() {
      for (const { name, unpatch } of modules) unpatch?.(process.getBuiltinModule(name))
      if (needsContextManager) context.disable()
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
