import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { sleepUnlessAborted } from '../../model/repeat.ts'
import type { Resolver } from '../fetch/connector.ts'
import type { IdentityInfo } from './document.ts'
import type { TxtResolver } from './handles.ts'
import type { KeptIdentities } from './keeper.ts'
import type { OnLookup } from './look-up.ts'

export interface IdentityOptions {
  /** The directory of `did:plc`. The operator chose it, so it may be anywhere. */
  readonly plc: URL
  /** Lets hosts that DIDs name be on loopback, and be asked over http there. @default false */
  readonly allowLoopback?: boolean
  /**
   * How a handle is verified: by asking where it leads, or, in a network without a name service, by what the document
   * of the DID says. @default 'verify'
   */
  readonly handles?: 'verify' | 'document'
  /** What is known of DIDs that nobody has to be asked about: the node's own. @default nothing */
  readonly own?: (did: Did) => IdentityInfo | undefined
  /** How long an answer is up to date, in ms. @default 1 hour */
  readonly ttlMs?: number
  /** Keeps answers for the next start. @default they are in memory alone */
  readonly kept?: KeptIdentities
  /** How long the answer that a DID is unknown or bad is trusted, in ms. @default 1 minute */
  readonly negativeTtlMs?: number
  /**
   * How often one DID may be asked about in the long run, in ms between two times: a flood of events with bad
   * signatures asks for each. @default 30_000
   */
  readonly refreshIntervalMs?: number
  /**
   * How many times one DID may be asked about at once after a quiet time: the key of a rotation may reach the stream
   * some seconds before the directory. @default 5
   */
  readonly refreshBurst?: number
  /** How many answers are kept. @default 200_000 */
  readonly maxEntries?: number
  /** How long one request may take, in ms. @default 10_000 */
  readonly timeoutMs?: number
  /** Longest document, in bytes. @default 65_536 */
  readonly maxDocumentBytes?: number
  /** How many requests to the directory are under way at a time. @default 16 */
  readonly concurrency?: number
  /**
   * How many requests a second the directory gets. The programs of those who run plc.directory allow themselves 100;
   * half of that leaves room for others behind the same address. It falls by itself when the directory complains.
   * @default 50
   */
  readonly perSecond?: number
  /** The longest time that a server may ask us to wait, in ms. @default 10 minutes */
  readonly maxRetryAfterMs?: number
  /** Finds the addresses of all hosts, the directory among them. @default as `createFetch` does */
  readonly resolver?: Resolver
  /** Finds TXT records. @default the name servers that the operating system uses */
  readonly resolveTxt?: TxtResolver
  /** Called when the directory stops answering, and when it answers again; not for each DID. Must not throw. */
  readonly onDirectory?: (answers: boolean, problem: string) => void
  /** Called when answers cannot be kept or found on disk; such a DID is asked about. Must not throw. */
  readonly onKeepError?: (error: unknown) => void
  readonly onLookup?: OnLookup
  /** Called when an answer was known without a request, and when it was not. Must not throw. */
  readonly onCache?: (isHit: boolean) => void
  /** @default steadyClock */
  readonly now?: Clock
  /** Resolves after so many ms, or as soon as the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export type Settings = Required<Omit<IdentityOptions, OptionsWithoutDefault>> &
  Pick<IdentityOptions, OptionsWithoutDefault>

type OptionsWithoutDefault = 'resolver' | 'resolveTxt' | 'kept' | 'own'

/** All options, with the defaults of those that were left out. */
export function withDefaults({
  allowLoopback = false,
  handles = 'verify',
  ttlMs = 3_600_000,
  negativeTtlMs = 60_000,
  refreshIntervalMs = 30_000,
  refreshBurst = 5,
  maxEntries = 200_000,
  timeoutMs = 10_000,
  maxDocumentBytes = 65_536,
  concurrency = 16,
  perSecond = 50,
  maxRetryAfterMs = 600_000,
  onDirectory = () => {},
  onKeepError = () => {},
  onLookup = () => {},
  onCache = () => {},
  now = steadyClock,
  sleep = sleepUnlessAborted,
  ...given
}: IdentityOptions): Settings {
  return {
    ...{
      ...given,
      allowLoopback,
      handles,
      ttlMs,
      negativeTtlMs,
      refreshIntervalMs,
      refreshBurst,
      maxEntries,
    },
    ...{ timeoutMs, maxDocumentBytes, concurrency, perSecond, maxRetryAfterMs },
    ...{ onDirectory, onKeepError, onLookup, onCache, now, sleep },
  }
}
