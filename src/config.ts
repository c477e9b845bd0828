import type { Did } from './model/did.ts'
import type { LogLevel } from './model/log.ts'
import type { Nsid } from './model/nsid.ts'

/** What this service is told by flags and by `TIDEGAUGE_*` variables; `OTEL_*` is the pipeline's. */
export interface Config {
  /** The relay or PDS to follow; without one the demo network runs inside. Its scheme is `http:` or `https:`. */
  readonly relay: URL | undefined
  /** The directory of `did:plc` identifiers. @default https://plc.directory */
  readonly plc: URL
  /** Lets addresses on loopback, and plain http, in. @default false */
  readonly allowLoopback: boolean
  /** The folder that everything is kept in. @default './data' */
  readonly data: string
  /** The address that the API listens on. Opened without a `token`, everybody it reaches may use it. @default '127.0.0.1' */
  readonly host: string
  /** The port of the API; 0 takes any that is free. @default 3000 */
  readonly port: number
  /** The port of the scrape endpoint; undefined leaves it to `OTEL_*`, and in the end to 9464. */
  readonly metricsPort: number | undefined
  /** The bearer token that scrapes must show; undefined leaves it to the configuration of the pipeline. */
  readonly metricsToken: string | undefined
  /** How much of each commit is verified. @default 'full' */
  readonly verify: 'full' | 'signature' | 'none'
  /** Refuses commits that do not name the tree before them (`prevData`). @default false */
  readonly strict: boolean
  /** Where a stream without a stored cursor begins. @default 'oldest' */
  readonly from: 'oldest' | 'live' | number
  /** Collections to keep, `app.bsky.feed.*` meaning all below; empty means all there are. @default [] */
  readonly collections: readonly string[]
  /** Fields that queries may ask for with `where`; rebuilt when they change. @default [] */
  readonly index: readonly { readonly collection: Nsid; readonly path: string }[]
  /** Fields whose text is searched; rebuilt when they change. @default text of posts, name and description of profiles */
  readonly search: readonly { readonly collection: Nsid | '*'; readonly path: string }[] | undefined
  /** Repos to keep; empty means all there are. @default [] */
  readonly dids: readonly Did[]
  /**
   * Which repos are fetched whole: `none` but those that are asked for, those that the stream has `seen`, or `all` that
   * the source lists. @default all for the demo network and for a list of DIDs, otherwise none
   */
  readonly backfill: 'none' | 'seen' | 'all' | undefined
  /** Repos that are fetched at a time. @default 4 */
  readonly backfillConcurrency: number
  /** Repos that are fetched from one host at a time. @default 2 */
  readonly hostConcurrency: number
  /** Repos that may wait to be fetched; enumeration pauses above that. @default 10_000_000 */
  readonly queueLimit: number
  /** The largest repo that is fetched, in bytes. @default 4_000_000_000 */
  readonly maxRepoBytes: number
  /** A repo that nothing has confirmed for this long, in ms, is compared with its host. @default 24 hours */
  readonly syncInterval: number
  /**
   * Whether the handle that a DID document names is checked against the handle's own domain (`verify`), or believed
   * (`document`), as in networks without names. @default document with `allowLoopback`, otherwise verify
   */
  readonly handles: 'verify' | 'document' | undefined
  /** Events per second that the demo network makes. @default 5 */
  readonly demoRate: number
  /** The file that says who observes what; undefined where nobody does. */
  readonly observers: string | undefined
  /** Entries in a stream above which reading pauses. @default 100_000 */
  readonly highWater: number
  /** @default 'info' */
  readonly logLevel: LogLevel
  /** Names besides `localhost` and `host` by which the API may be addressed; IP addresses always may. @default [] */
  readonly allowedHosts: readonly string[]
  /** Where others find this node: its own repo gets `did:web` of it. @default the API, on this machine alone */
  readonly publicUrl: URL | undefined
  /** The DID of the node's own repo, where it is not that of `publicUrl`. Its document has to lead here. */
  readonly ownDid: Did | undefined
  /** What a caller of the API has to show; undefined lets everybody use it. */
  readonly token: string | undefined
  /** Requests per second that one client may make, in the long run; 0 sets no limit. @default 1000 */
  readonly rateLimit: number
  /** Largest body of a request, in bytes. @default 65_536 */
  readonly maxBodyBytes: number
}

/** Where each value came from: `default`, `--port` or `TIDEGAUGE_PORT`. */
export type Origins = { readonly [Key in keyof Config]: string }

export interface LoadedConfig {
  readonly config: Config
  readonly origins: Origins
}
