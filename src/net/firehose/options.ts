import { type Clock, latestClock, wallClock } from '../../model/clock.ts'
import type { Operation, RepoEvent } from '../../model/event.ts'
import type { Log } from '../../model/log.ts'
import type { Backoff } from '../../model/repeat.ts'
import type { FormatReason } from '../repo/rejection.ts'
import type { GapKind } from './gap.ts'
import type { KeySource } from './keys.ts'
import type { MessageType } from './message.ts'
import type { RejectReason } from './rejection.ts'
import { defaultMaxRevAheadMs } from './rev.ts'
import type { VerifyMode } from './verify-options.ts'

/** Events in order, and the place in the stream to resume from once they have been saved. */
export interface FirehoseBatch {
  /** Empty when everything since the last batch was skipped, and says nothing about a repo. */
  readonly events: readonly RepoEvent[]
  /** The seq of the last frame in this batch, skipped ones included. */
  readonly seq: number
  /** When the last of its frames that says so was first sent, in ms since 1970, by the host's clock. */
  readonly timeMs?: number
  /** Whether events are missing just before these, and how that is known. @default none are */
  readonly gap?: GapKind
}

export type EventType = MessageType | 'info' | 'unknown'

export interface FirehoseOptions {
  /** Where the relay or PDS is; http and ws mean the same, and so do https and wss. */
  readonly relay: URL
  readonly identity: KeySource
  /** The seq of the last event that was saved; the stream resumes after it. 0 asks for all that is kept, `live` for none. */
  readonly cursor: number | 'live'
  /** When the event at the cursor was sent, in ms since 1970: a relay that was reset is told by it. @default unknown */
  readonly cursorTimeMs?: number
  /** @default 'full' */
  readonly verify?: VerifyMode
  /** Refuses commits that do not name the tree before them. @default false */
  readonly strict?: boolean
  /** Skips frames larger than this, in bytes. @default 5_000_000 */
  readonly maxFrameBytes?: number
  /** Drops the connection for messages larger than this, in bytes, and steps past them. @default 32_000_000 */
  readonly maxMessageBytes?: number
  /** How many frames may wait before the relay has to. @default 1024 */
  readonly maxQueuedFrames?: number
  /** How much of them may wait before the relay has to, in bytes. @default 32_000_000 */
  readonly maxQueuedBytes?: number
  /** The most events that a batch has. @default 500 */
  readonly maxBatchEvents?: number
  /** How many `did:plc` are looked up at a time, and how many others. @default 64 */
  readonly lookups?: number
  /** How long an event waits for the key of its DID before it leaves unverified, in ms. @default 250 */
  readonly lookupWaitMs?: number
  /** Refuses revisions that are further ahead of our clock, in ms. @default 300_000 */
  readonly maxRevAheadMs?: number
  /** How long the relay may take to open the connection, in ms. @default 15_000 */
  readonly handshakeTimeoutMs?: number
  /** Pings the relay this often, in ms, and gives it up when nothing has come from one ping to the next. @default 10_000 */
  readonly heartbeatMs?: number
  /** How long to wait for the first frame of the protocol once others have arrived, in ms. @default 5_000 */
  readonly foreignTimeoutMs?: number
  /** @default up to 1 s, doubling up to 30 s */
  readonly backoff?: Backoff
  readonly log?: Log
  /** What the times of events are compared with. @default wallClock */
  readonly now?: Clock
  /** The latest time that an event may say that it is of, by its revision. @default `now`, or latestClock */
  readonly latest?: Clock
  /** What waits are measured by, in ms from any point; never set. @default performance.now */
  readonly elapsed?: () => number
  /** Called for each event received, before it is verified. None of the callbacks may throw. */
  readonly onEvent?: (type: EventType) => void
  /** Called for each operation of a commit that was verified. */
  readonly onOperation?: (op: Operation['op']) => void
  /** Called once for each event that is skipped, and when the relay does not have our place in its stream. */
  readonly onReject?: (reason: RejectReason) => void
  /** Called when an attempt to connect failed (`connect`), or an open connection was lost (`connection`). */
  readonly onFailure?: (kind: 'connect' | 'connection') => void
  /** Called when a connection has been opened again after one was lost. */
  readonly onReconnect?: () => void
  /** Called for each message, with its size in bytes. */
  readonly onReceive?: (sizeBytes: number) => void
  /** Called for each record of a verified commit that is kept though it cannot be read, with what is odd about it. */
  readonly onOddRecord?: (reason: FormatReason) => void
  /** Called when an event was skipped of which nobody can tell the repo, before any that come after it are yielded. */
  readonly onHole?: () => void
}

/** All options, with the defaults of those that were left out. */
export type Settings = ReturnType<typeof withDefaults>

export function withDefaults(options: FirehoseOptions) {
  const { now = wallClock, latest = options.now ?? latestClock } = options
  return { ...defaults, ...withoutUndefined(options), now, latest } as FirehoseOptions &
    typeof defaults &
    Clocks
}

type Clocks = Required<Pick<FirehoseOptions, 'now' | 'latest'>>

/** An option that is undefined counts as left out. */
function withoutUndefined(options: FirehoseOptions): Partial<FirehoseOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

const ignore = () => {}

const defaults = {
  verify: 'full' as VerifyMode,
  strict: false,
  maxFrameBytes: 5_000_000,
  maxMessageBytes: 32_000_000,
  maxQueuedFrames: 1024,
  maxQueuedBytes: 32_000_000,
  maxBatchEvents: 500,
  lookups: 64,
  lookupWaitMs: 250,
  maxRevAheadMs: defaultMaxRevAheadMs,
  handshakeTimeoutMs: 15_000,
  heartbeatMs: 10_000,
  foreignTimeoutMs: 5_000,
  backoff: { firstMs: 1_000, maxMs: 30_000 } as Backoff,
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore } as Log,
  elapsed: () => performance.now(),
  onEvent: ignore as NonNullable<FirehoseOptions['onEvent']>,
  onOperation: ignore as NonNullable<FirehoseOptions['onOperation']>,
  onReject: ignore as NonNullable<FirehoseOptions['onReject']>,
  onFailure: ignore as NonNullable<FirehoseOptions['onFailure']>,
  onReconnect: ignore,
  onReceive: ignore as NonNullable<FirehoseOptions['onReceive']>,
  onOddRecord: ignore as NonNullable<FirehoseOptions['onOddRecord']>,
  onHole: ignore,
}
