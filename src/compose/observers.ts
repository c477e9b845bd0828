import type { ObserversControl } from '../edge/http/control.ts'
import { executeAction } from '../flow/actions/execute.ts'
import { kindOf, type ObserversConfig, type ObserversFile } from '../flow/observers/definition.ts'
import { ObserverIndex } from '../flow/observers/observer-index.ts'
import { Observers, type ObserversOptions } from '../flow/observers/observers.ts'
import type { ObserversByName } from '../flow/observers/orphans.ts'
import { prepareObservers } from '../flow/observers/prepare.ts'
import { type ObserverJson, type ShownObserver, shownObserver, shownSchema } from '../flow/observers/shown.ts'
import { replay, tryEvent } from '../flow/observers/trial.ts'
import type { Did } from '../model/did.ts'
import type { Log } from '../model/log.ts'
import type { SyncOnce } from '../model/sync.ts'
import { createFetch } from '../net/fetch/fetch.ts'
import { judgeUrl } from '../net/fetch/policy.ts'
import { isHidden, type Storage } from '../state/storage/storage.ts'
import type { Engine } from './engine.ts'
import type { Stores } from './stores.ts'

export interface OpenObserversOptions extends Pick<ObserversOptions, 'onProcessed'> {
  readonly config: ObserversConfig
  readonly stores: Stores
  readonly engine: Pick<Engine, 'identity'>
  /** @throws {NotKeptError} for a repo that is not kept, besides what a sync run throws. */
  readonly syncOnce: SyncOnce
  readonly allowLoopback: boolean
  readonly execute?: typeof executeAction
  readonly log: Log
  /** Gets what has to be released in the end. */
  readonly stack: AsyncDisposableStack
}

/** Makes observers of a file and of what is kept. @throws {SetupError} for a module or an address that cannot be used. */
export async function openObservers({
  config: { file, folder, place },
  stores,
  engine,
  syncOnce,
  allowLoopback,
  execute = executeAction,
  log,
  stack,
  onProcessed,
}: OpenObserversOptions): Promise<Observers> {
  const { storage, search, streams, queue, checkpoint, cache } = stores
  const prepared = await prepareObservers(file, {
    folder,
    place,
    log,
    syncOnce,
    indexText: async (version, text) => {
      const record = await storage.get(version)
      if (record !== undefined && record.cid === version.cid) await search.index(record, text)
    },
    forget: async (what, { did, uri }) => {
      if (what === 'identity') engine.identity.forget(did)
      else await cache.drop([what === 'repo' ? { owner: did } : { owner: did, keys: [uri] }])
    },
    judge: (url) => judgeUrl(url, { allowLoopback }),
    // What an operator trusts may be anywhere and slow; how long it may take is the action's to say.
    createFetch: (trusted) =>
      stack.use(
        createFetch(
          { allowLoopback, ...(trusted && { trusted }) },
          { firstByteMs: longestMs, idleMs: longestMs },
        ),
      ),
  })
  return new Observers({
    file,
    prepared,
    streams,
    checkpoint,
    queue,
    execute,
    record: (address) => storage.get(address),
    isHidden: (did) => isHiddenRepo(storage, did),
    onError: (error) => log.error('observers fail, retrying', { reason: String(error) }),
    onFailed: ({ observer, kind, uri, error, isDead }) =>
      log[isDead ? 'warn' : 'debug'](
        isDead ? 'an action was given up' : 'an action has failed, and is tried again',
        {
          observer,
          action: kind,
          uri,
          reason: error,
        },
      ),
    ...(onProcessed && { onProcessed }),
  })
}

const longestMs = 24 * 3_600_000

/** What of live events is told to observers. */
export type IsObserved = (event: Parameters<ObserverIndex<ShownObserver>['concerns']>[0]) => boolean

/** Remembers who observes, for commands that apply events while no node runs. */
export async function rememberObservers(
  storage: Pick<Storage, 'setNote'>,
  file: ObserversFile | undefined,
): Promise<void> {
  const shown = file?.observers.map(shownObserver)
  await storage.setNote(note, shown && JSON.stringify(shown))
}

/** Who observed when a node ran last. */
export async function rememberedObservers(storage: Pick<Storage, 'note'>): Promise<readonly ShownObserver[]> {
  return shownSchema.parse(JSON.parse((await storage.note(note)) ?? '[]'))
}

export function isObservedBy(
  observers: readonly Pick<ShownObserver, 'name' | 'when'>[],
): IsObserved | undefined {
  if (observers.length === 0) return undefined
  const index = new ObserverIndex(observers)
  return (event) => index.concerns(event)
}

/** The kinds of actions that each observer of a file has, in order. */
export function actionsOf(file: ObserversFile | undefined): ObserversByName {
  return new Map(
    file?.observers.map(({ name, then }) => [name, { actions: then.map((one) => ({ kind: kindOf(one) })) }]),
  )
}

const note = 'observers'

/** What the API can ask about observers. @param list those that there are. */
export function observersControl(
  storage: Pick<Storage, 'scan' | 'getRepo'>,
  list: () => Promise<readonly ObserverJson[]>,
): ObserversControl {
  const shown = async () =>
    (await list()).map(({ name, when, actions }) => ({ name, when, actions: [...actions] }))
  return {
    list,
    test: async (event, observers) => tryEvent(observers ?? (await shown()), event),
    replay: async (sinceMs, observers) =>
      replay({
        observers: observers ?? (await shown()),
        records: storage.scan(),
        isHidden: (did) => isHiddenRepo(storage, did),
        sinceMs,
      }),
  }
}

/** A repo that is gone meanwhile is not shown either. */
async function isHiddenRepo(storage: Pick<Storage, 'getRepo'>, did: Did): Promise<boolean> {
  const repo = await storage.getRepo(did)
  return repo === undefined || isHidden(repo.status)
}

/** Likewise where no node runs: those of the one that ran last. */
export function storedObservers(storage: Pick<Storage, 'scan' | 'getRepo' | 'note'>): ObserversControl {
  return observersControl(storage, () => rememberedObservers(storage))
}
