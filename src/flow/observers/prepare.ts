import { isAbsolute, resolve } from 'node:path'
import { SetupError } from '../../model/errors.ts'
import type { Log } from '../../model/log.ts'
import type { SyncOnce } from '../../model/sync.ts'
import type { Fetch } from '../../net/fetch/fetch.ts'
import { createCacheAction, type Forget } from '../actions/cache-action.ts'
import { loadCustomAction } from '../actions/custom.ts'
import type { ReadyAction } from '../actions/execute.ts'
import { createLogAction } from '../actions/log-action.ts'
import type { RunAction } from '../actions/run-action.ts'
import { createSearchAction, type IndexText } from '../actions/search-action.ts'
import { createSyncAction } from '../actions/sync-action.ts'
import { createWebhook } from '../actions/webhook.ts'
import { type ActionDefinition, actionKeys, kindOf, type ObserversFile, secretBytes } from './definition.ts'

export interface PrepareOptions {
  /** The folder that modules of custom actions are named from. */
  readonly folder: string
  /** Names a key of the file in an error. */
  readonly place: (keys: readonly (string | number)[]) => string
  readonly log: Log
  readonly syncOnce: SyncOnce
  readonly indexText: IndexText
  readonly forget: Forget
  /** @throws {InvalidError} where an address that is not trusted may not be called, as it is written. */
  readonly judge: (url: URL) => void
  /** Makes what calls webhooks. @param trusted an address that may be anywhere, by http as well; none otherwise. */
  readonly createFetch: (trusted: URL | undefined) => Fetch
}

/** An observer whose actions are ready to run. */
export interface PreparedObserver {
  readonly name: string
  readonly actions: readonly PreparedAction[]
}

export interface PreparedAction extends ReadyAction {
  /** How often it is tried again. */
  readonly retries: number
}

/** Makes actions of their definitions. @throws {SetupError} for a module or an address that cannot be used. */
export async function prepareObservers(
  { observers, timeout, retries }: Pick<ObserversFile, 'observers' | 'timeout' | 'retries'>,
  options: PrepareOptions,
): Promise<readonly PreparedObserver[]> {
  const shared = options.createFetch(undefined)
  const prepared: PreparedObserver[] = []
  for (const [at, { name, then }] of observers.entries()) {
    const actions: PreparedAction[] = []
    for (const [number, definition] of then.entries()) {
      actions.push({
        kind: kindOf(definition),
        timeoutMs: definition.timeout ?? timeout,
        retries: definition.retries ?? retries,
        run: await runOf(definition, shared, {
          ...options,
          place: (...setting) => options.place(actionKeys(at, number, ...setting)),
        }),
      })
    }
    prepared.push({ name, actions })
  }
  return prepared
}

async function runOf(
  definition: ActionDefinition,
  shared: Fetch,
  { place, ...options }: Omit<PrepareOptions, 'place'> & { place(...setting: readonly string[]): string },
): Promise<RunAction> {
  const { webhook, log, search, cache, sync, custom } = definition
  if (webhook !== undefined) {
    const url = new URL(webhook.url)
    const key = secretBytes(webhook.secret)
    if (key === undefined) throw new TypeError('a secret that is none has passed the schema')
    if (!webhook.allow_private) judge(url, options.judge, place('webhook', 'url'))
    const fetch = webhook.allow_private ? options.createFetch(url) : shared
    return createWebhook({ url, key, fetch, ...(webhook.headers && { headers: webhook.headers }) })
  }
  if (log !== undefined) return createLogAction({ log: options.log, ...log })
  if (search !== undefined) return createSearchAction({ indexText: options.indexText, fields: search.fields })
  if (cache !== undefined) return createCacheAction({ forget: options.forget, what: cache.forget })
  if (sync !== undefined)
    return createSyncAction({
      syncOnce: options.syncOnce,
      ...(sync.repo !== 'own' && { field: sync.repo.field }),
    })
  if (custom === undefined) throw new TypeError('an action without a kind has passed the schema')
  const path = isAbsolute(custom.module) ? custom.module : resolve(options.folder, custom.module)
  return loadCustomAction(path, custom.options, place('custom', 'module'))
}

function judge(url: URL, rule: PrepareOptions['judge'], place: string): void {
  try {
    rule(url)
  } catch (cause) {
    throw new SetupError(`${place}: ${(cause as Error).message}; add allow_private: true where it is yours`, {
      cause,
    })
  }
}
