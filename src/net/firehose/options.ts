import type { Operation, RepoEvent } from '../../model/event.ts'
import type { Log } from '../../model/log.ts'
import type { Backoff } from '../../model/repeat.ts'
import type { KeySource } from './keys.ts'
import type { MessageType } from './message.ts'
import type { RejectReason } from './rejection.ts'
import type { VerifyMode } from './verify.ts'

/** Events in their order, and the place in the stream to go on from when they have been saved. */
export interface FirehoseBatch {
  /** May be empty when everything since the last batch was skipped. */
  readonly events: readonly RepoEvent[]
  /** The last frame that was dealt with, skipped ones included. */
  readonly seq: number
  /** When that frame was sent first, in ms since 1970, by the host's clock; absent when it was skipped. */
  readonly timeMs?: number
}

export type EventType = MessageType | 'info' | 'unknown'

export interface FirehoseOptions {
  /** Where the relay or PDS is; http, https, ws and wss name the same two protocols. */
  readonly relay: URL
  readonly identity: KeySource
  /** The last event that was dealt with: the stream goes on behind it. 0 is the oldest kept, `live` what comes next. */
  readonly cursor: number | 'live'
  /** @default 'full' */
  readonly verify?: VerifyMode
  /** Refuses commits that do not name the tree before them. @default false */
  readonly strict?: boolean
  /** Skips frames larger than this, in bytes. @default 5_000_000 */
  readonly maxFrameBytes?: number
  /** Gives up the connection for messages larger than this, in bytes, and steps past them. @default 32_000_000 */
  readonly maxMessageBytes?: number
  /** How many frames wait at most until the relay has to. @default 1024 */
  readonly maxQueuedFrames?: number
  /** How many bytes of frames wait at most, in bytes. @default 32_000_000 */
  readonly maxQueuedBytes?: number
  /** How many events a batch has at most. @default 500 */
  readonly maxBatchEvents?: number
  /** How many DIDs are looked up at once. @default 64 */
  readonly lookups?: number
  /** How long a host that is not the directory may take to tell the key of its DID, in ms. @default 3_000 */
  readonly strangerTimeoutMs?: number
  /** How long the relay may take to open the connection, in ms. @default 15_000 */
  readonly handshakeTimeoutMs?: number
  /** After how long without a sign of life the connection is given up, in ms, at most twice that. @default 30_000 */
  readonly idleTimeoutMs?: number
  /** How long frames may be none of the protocol, in ms, before the first that is. @default 5_000 */
  readonly foreignTimeoutMs?: number
  /** @default up to 1 s, doubling up to 30 s */
  readonly backoff?: Backoff
  readonly log?: Log
  /** Called for each event received, before it is verified. None of the callbacks may throw. */
  readonly onEvent?: (type: EventType) => void
  /** Called for each operation of a commit that was verified. */
  readonly onOperation?: (op: Operation['op']) => void
  /** Called once for each event that is skipped, and when the relay does not know our place in its stream. */
  readonly onReject?: (reason: RejectReason) => void
  /** Called when an attempt to connect failed (`connect`), or an open connection was lost (`connection`). */
  readonly onFailure?: (kind: 'connect' | 'connection') => void
  /** Called when a connection is open again after one was lost. */
  readonly onReconnect?: () => void
  /** Called for each message, with its size in bytes. */
  readonly onReceive?: (sizeBytes: number) => void
  /** Called when events are known to be missing, because the relay no longer keeps them or was set back. */
  readonly onGap?: (message: string) => void
}

/** All options, those that were left out filled in. */
export type Settings = ReturnType<typeof withDefaults>

export function withDefaults(options: FirehoseOptions) {
  return { ...defaults, ...given(options) } as FirehoseOptions & typeof defaults
}

/** An option that is there but undefined is one that was left out. */
function given(options: FirehoseOptions): Partial<FirehoseOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

const nothing = () => {}

const defaults = {
  verify: 'full' as VerifyMode,
  strict: false,
  maxFrameBytes: 5_000_000,
  maxMessageBytes: 32_000_000,
  maxQueuedFrames: 1024,
  maxQueuedBytes: 32_000_000,
  maxBatchEvents: 500,
  lookups: 64,
  strangerTimeoutMs: 3_000,
  handshakeTimeoutMs: 15_000,
  idleTimeoutMs: 30_000,
  foreignTimeoutMs: 5_000,
  backoff: { firstMs: 1_000, maxMs: 30_000 } as Backoff,
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing } as Log,
  onEvent: nothing as NonNullable<FirehoseOptions['onEvent']>,
  onOperation: nothing as NonNullable<FirehoseOptions['onOperation']>,
  onReject: nothing as NonNullable<FirehoseOptions['onReject']>,
  onFailure: nothing as NonNullable<FirehoseOptions['onFailure']>,
  onReconnect: nothing,
  onReceive: nothing as NonNullable<FirehoseOptions['onReceive']>,
  onGap: nothing as NonNullable<FirehoseOptions['onGap']>,
}
