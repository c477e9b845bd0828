import {
  type Context,
  type ContextManager,
  context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

/** The span of a context if it is sampled: the only kind whose measurements become exemplars by default. */
export function sampledSpan(active: Context): SpanContext | undefined {
  const span = trace.getSpanContext(active)
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined
  return isSpanContextValid(span) ? span : undefined
}

/**
 * Says whether a measurement can be inside of a sampled span. As long as none has been active since a context manager
 * was registered, it cannot, and then to ask costs a comparison; to look at the active context costs ten times that.
 */
export function canBeInSpan(): boolean {
  if (entered) return true
  const manager = apis[registry]?.context
  return manager !== watched && watch(manager)
}

/** Notices a context manager before anything is measured, and one that is not where the API is known to keep it. */
export function noticeContexts(): void {
  if (!canBeInSpan() && apis[registry]?.context === undefined && isManaged()) entered = true
}

/** Where the API keeps what is registered, whichever copy of it has done that. */
const registry = Symbol.for('opentelemetry.js.api.1')
const apis = globalThis as { readonly [registry]?: { readonly context?: ContextManager } }

/** Whether a sampled span has ever been active, or might have been. */
let entered = false

/** The manager that tells when one is. */
let watched: ContextManager | undefined

/** Looks at every context that is entered from now on, until the first that has a sampled span. */
function watch(manager: ContextManager | undefined): boolean {
  watched = manager
  if (manager === undefined) return false
  const unwatch: (() => void)[] = []
  const onEnter = (entering: Context) => {
    if (sampledSpan(entering) === undefined) return
    entered = true
    for (const undo of unwatch) undo()
  }
  try {
    unwatch.push(intercept(manager, 'with', onEnter), intercept(manager, 'bind', onEnter))
    // The one that is active has been entered before.
    entered = sampledSpan(manager.active()) !== undefined
  } catch {
    // It lets nobody watch it.
    entered = true
  }
  return entered
}

/** Calls back with the context before each call. Returns what undoes it, unless somebody else has come after us. */
function intercept(
  manager: ContextManager,
  method: 'with' | 'bind',
  callback: (entering: Context) => void,
): () => void {
  const original = manager[method] as (...all: unknown[]) => unknown
  const before = Object.getOwnPropertyDescriptor(manager, method)
  const intercepting = function (this: unknown, entering: Context, ...rest: unknown[]): unknown {
    callback(entering)
    return original.call(this, entering, ...rest)
  }
  Object.defineProperty(manager, method, { configurable: true, writable: true, value: intercepting })
  return () => {
    if (manager[method] !== intercepting) return
    Reflect.deleteProperty(manager, method)
    if (before !== undefined) Object.defineProperty(manager, method, before)
  }
}

const probe = ROOT_CONTEXT.setValue(createContextKey('probe'), true)

/** Finds out whether there is a context manager, by entering a context and looking whether one is in it. */
function isManaged(): boolean {
  return context.with(probe, () => context.active() === probe)
}
