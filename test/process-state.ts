import { channel } from 'node:diagnostics_channel'
import { Server } from 'node:http'
import timers from 'node:timers'
import { canBeInSpan } from '../otel/sdk/spans.ts'

/** What tests in one process could leave behind for each other, each thing by a name that tells what it is. */
export type ProcessState = ReadonlyMap<string, unknown>

export function processState(): ProcessState {
  const registered = (globalThis as Registry)[Symbol.for('opentelemetry.js.api.1')] ?? {}
  return new Map<string, unknown>([
    ['the current folder', process.cwd()],
    ...named('the environment variable ', process.env),
    ...process.eventNames().map(listeners),
    ...['context', 'diag', 'metrics', 'propagation', 'trace'].map(
      (api) => [`what is registered with the OpenTelemetry API as ${api}`, registered[api]] as const,
    ),
    // Instruments look for a span in each measurement from the first sampled one on, for good.
    ['a sampled span was active', canBeInSpan()],
    ...['http.server.request.start', 'tracing:express.router.request:start'].map(
      (name) => [`subscribers of the channel ${name}`, channel(name).hasSubscribers] as const,
    ),
    ['http.Server.prototype.emit', Server.prototype.emit],
    ...named('console.', console),
    ...named('node:timers ', timers),
    ...named('the global ', {
      setTimeout,
      setInterval,
      setImmediate,
      clearTimeout,
      clearInterval,
      clearImmediate,
      queueMicrotask,
      fetch,
      Date,
    }),
    ['Date.now', Date.now],
    ['performance.now', performance.now],
    ['process.emitWarning', process.emitWarning],
    ['process.exitCode', process.exitCode],
    ['process.stdout.write', process.stdout.write],
    ['process.stderr.write', process.stderr.write],
  ])
}

/** What is not as it was, by its name. */
export function changedIn(before: ProcessState, after: ProcessState): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names.filter((name) => before.get(name) !== after.get(name))
}

/** What keeps the event loop going, by kind: timers, servers, sockets. */
export function resourcesInUse(): readonly string[] {
  // Standard streams are opened when they are first asked for.
  const isStream = (kind: string) => kind === 'PipeWrap' || kind === 'TTYWrap'
  return process
    .getActiveResourcesInfo()
    .filter((kind) => !isStream(kind))
    .sort()
}

interface Registry {
  readonly [key: symbol]: Readonly<Record<string, unknown>> | undefined
}

function named(prefix: string, values: object): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries(values).map(([name, value]) => [prefix + name, value])
}

function listeners(event: string | symbol): readonly [name: string, count: number] {
  return [`listeners of process for ${String(event)}`, process.listenerCount(event)]
}
