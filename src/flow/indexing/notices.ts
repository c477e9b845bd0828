import type { Did } from '../../model/did.ts'
import type { DesyncReason } from '../../model/repo.ts'

/** What others have to know of a batch once it is durable. None of these may throw. */
export interface NoticeOptions {
  /** A repo has gone out of sync, or an account is active again whose repo is. */
  readonly onDesync?: (did: Did, reason: DesyncReason) => void
  /** A repo was seen whose whole content is not known; once per process, or a little more often. */
  readonly onPending?: (did: Did) => void
  /** An event waits for the key of its DID. */
  readonly onUnverified?: (did: Did) => void
  /** The identity of a DID may have changed: look again. */
  readonly onIdentity?: (did: Did) => void
  /** An account was deleted at its host. */
  readonly onDeleted?: (did: Did) => void
  /** What became of a sync run that is over. `conflict`: newer than what it fetched is known; `void`: nobody waited for it. */
  readonly onEnd?: (did: Did, ticket: string, outcome: EndOutcome) => void
}

export type EndOutcome = 'applied' | 'conflict' | 'void'

/** What a batch has to tell, each thing once. */
export class Notices {
  readonly desync = new Map<Did, DesyncReason>()
  readonly pending = new Set<Did>()
  readonly unverified = new Set<Did>()
  readonly identity = new Set<Did>()
  readonly deleted = new Set<Did>()
  readonly ends: [did: Did, ticket: string, outcome: EndOutcome][] = []
}

/** Tells what a batch has to tell, and of pending repos no more than is needed. */
export class Notifier {
  readonly #options: Required<NoticeOptions>
  readonly #toldPending = new Set<Did>()

  constructor(options: Required<NoticeOptions>) {
    this.#options = options
  }

  tell({ desync, pending, unverified, identity, deleted, ends }: Notices): void {
    const { onDesync, onPending, onUnverified, onIdentity, onDeleted, onEnd } = this.#options
    for (const did of deleted) {
      // Should it come back, it is seen for the first time.
      this.#toldPending.delete(did)
      onDeleted(did)
    }
    for (const [did, reason] of desync) onDesync(did, reason)
    for (const did of pending) {
      if (this.#toldPending.has(did)) continue
      if (this.#toldPending.size >= mostRemembered) this.#toldPending.clear()
      this.#toldPending.add(did)
      onPending(did)
    }
    for (const did of unverified) onUnverified(did)
    for (const did of identity) onIdentity(did)
    for (const [did, ticket, outcome] of ends) onEnd(did, ticket, outcome)
  }
}

const mostRemembered = 100_000
