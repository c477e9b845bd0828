import type { Config } from '../config.ts'
import { checkAddressed, refusalBy } from '../edge/http/addressed.ts'
import type { Listener } from '../edge/http/listen.ts'
import { Subscribers } from '../edge/xrpc/subscribers.ts'
import { acceptSubscribers } from '../edge/xrpc/upgrade.ts'
import { FollowUp } from '../flow/local/follow-up.ts'
import type { LocalRepo } from '../flow/local/local-repo.ts'
import type { Log } from '../model/log.ts'
import { keptSync } from './control.ts'
import type { Engine } from './engine.ts'
import type { Own } from './own.ts'
import type { Stores } from './stores.ts'

export interface ServeOwnOptions {
  readonly config: Config
  readonly listener: Listener
  readonly own: Own
  readonly engine: Engine
  readonly stores: Stores
  readonly stack: AsyncDisposableStack
  readonly log: Log
}

/**
 * Opens the node's own repo, whose DID may depend on the port of the API, and lets others subscribe to it.
 *
 * @returns what takes its writes in, as long as that runs.
 * @throws {SetupError} when it cannot be opened.
 */
export async function serveOwn(options: ServeOwnOptions): Promise<FollowUp> {
  const { config, listener, own, stack, stores, log } = options
  const followUp = new FollowUp({
    sync: createOwnSync(options),
    onError: (error) =>
      log.warn('the own repo could not be synced, retrying; what was written is kept', {
        reason: String(error),
      }),
  })
  stack.use(own)
  const repo = await own.open(config, listener.port, (written) => followUp.add(written))
  await catchUp(repo, stores, followUp)
  // Half of the connections that the listener takes: the rest is for those who ask.
  const subscribers = new Subscribers({ events: repo.events, most: 256 })
  stack.defer(() => subscribers.close())
  stack.defer(repo.events.listen(() => subscribers.notify()))
  const refusal = refusalBy(checkAddressed({ names: apiNames(config) }))
  acceptSubscribers(listener.server, { subscribers: () => subscribers, refusal })
  return followUp
}

/** The names by which the API may be addressed. */
export function apiNames({ host, allowedHosts, publicUrl }: Config): readonly string[] {
  return [host, ...allowedHosts, ...(publicUrl ? [publicUrl.hostname] : [])]
}

/** Whatever other repos are kept, this one is. */
function createOwnSync({ own, engine, stores }: ServeOwnOptions): FollowUpSync {
  const { storage } = stores
  const sync = keptSync({ engine, stores })
  let isTracked = false
  return async (trigger) => {
    const { did } = own.repo as LocalRepo
    if (!isTracked || !engine.kept.has(did)) {
      await storage.setTracking(did, 'tracked')
      engine.kept.add(did)
      isTracked = true
    }
    return await sync(did, trigger)
  }
}

type FollowUpSync = ConstructorParameters<typeof FollowUp>[0]['sync']

/** Has taken in what a process before this one has written, and not lived to. */
async function catchUp(repo: LocalRepo, { storage }: Stores, followUp: FollowUp): Promise<void> {
  const [head, known] = await Promise.all([repo.head(), storage.getRepo(repo.did)])
  if (head === undefined || (known?.content === 'synced' && (known.rev ?? '') >= head.rev)) return
  followUp.add({ rev: head.rev, trigger: head.action === 'create' ? 'write' : 'edit' })
}
