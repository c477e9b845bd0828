import type { Did } from '../../model/did.ts'
import type { DesyncReason } from '../../model/repo.ts'

/** What others have to know of a batch once it is durable. None of these may throw. */
export interface NoticeOptions {
  /** A repo has gone out of sync, or an account is active again whose repo is; without a reason where it was given up. */
  readonly onDesync?: (did: Did, reason: DesyncReason | undefined) => void
  /** A repo was seen whose whole content is not known; once per process, or a little more often. */
  readonly onPending?: (did: Did) => void
  /** Nothing is to be fetched of a repo any more: it is synced, or its account is not active, or nothing is kept of it. */
  readonly onNeedless?: (did: Did) => void
  /** Its owner has written, as a verified commit shows, and what is stored of the repo cannot be held against that. */
  readonly onWritten?: (did: Did) => void
  /** An event waits for the key of its DID. */
  readonly onUnverified?: (did: Did) => void
  /** A repo is synced whose handle is not known: nothing has told of it, or that was missed. */
  readonly onNewcomer?: (did: Did) => void
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
  readonly desync = new Map<Did, DesyncReason | undefined>()
  readonly pending = new Set<Did>()
  readonly needless = new Set<Did>()
  readonly written = new Set<Did>()
  readonly unverified = new Set<Did>()
  readonly newcomer = new Set<Did>()
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

  tell(notices: Notices): void {
    const { desync, pending, needless, written, unverified, newcomer, identity, deleted, ends } = notices
    const { onDesync, onPending, onNeedless, onWritten, onUnverified } = this.#options
    const { onNewcomer, onIdentity, onDeleted, onEnd } = this.#options
    for (const did of deleted) onDeleted(did)
    for (const did of needless) {
      // Should it be needed again, it is seen for the first time.
      this.#toldPending.delete(did)
      onNeedless(did)
    }
    for (const [did, reason] of desync) onDesync(did, reason)
    for (const did of pending) {
      if (this.#toldPending.has(did)) continue
      if (this.#toldPending.size >= mostRemembered) this.#toldPending.clear()
      this.#toldPending.add(did)
      onPending(did)
    }
    for (const did of written) onWritten(did)
    for (const did of unverified) onUnverified(did)
    for (const did of newcomer) onNewcomer(did)
    for (const did of identity) onIdentity(did)
    for (const [did, ticket, outcome] of ends) onEnd(did, ticket, outcome)
  }
}

const mostRemembered = 100_000
