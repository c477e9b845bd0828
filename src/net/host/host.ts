import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { Nsid } from '../../model/nsid.ts'

/**
 * What is asked of a relay or a PDS (`com.atproto.sync.*`, https://atproto.com/specs/sync).
 *
 * Every method throws {UpstreamError} (or {TimeoutError}, {RateLimitedError}) when there is no answer, {AuthError}
 * when the host wants credentials, {UnsupportedMethod} when it has no such method, {UnavailableRepoError} when it does
 * not give out the repo, {RefusedError} when it refuses what was asked, and {InvalidError} when its answer breaks the
 * protocol. When the signal aborts, they throw its reason.
 */
export interface Hosts {
  /**
   * The whole repo as a CAR file, or what changed after `since`. The body has to be read, or else cancelled by
   * `return()` of its iterator: until then it counts among the requests to that host. While it is read it throws what
   * the methods throw.
   */
  getRepo(host: URL, did: Did, options?: GetRepoOptions): Promise<RepoBody>

  getLatestCommit(
    host: URL,
    did: Did,
    signal?: AbortSignal,
  ): Promise<{ readonly rev: string; readonly cid: string }>

  /** What a host says of an account that it has. One that it does not have is {UnavailableRepoError}. */
  getRepoStatus(host: URL, did: Did, signal?: AbortSignal): Promise<AccountStatus>

  /** Blocks by their CIDs, as text, in a CAR file. */
  getBlocks(host: URL, did: Did, cids: readonly string[], signal?: AbortSignal): Promise<RepoBody>

  /** One page of the repos of a host. */
  listRepos(host: URL, query: PageQuery): Promise<ListedPage>

  /** One page of the repos that have records in a collection; of these only the DIDs are told. */
  listReposByCollection(host: URL, query: PageQuery & { readonly collection: Nsid }): Promise<ListedPage>

  /** One page of the hosts that a relay follows. */
  listHosts(relay: URL, query: PageQuery): Promise<HostPage>

  /** When a host may be asked again, in ms since 1970; undefined when it may be asked now. */
  blockedUntilMs(host: URL): number | undefined
}

export interface GetRepoOptions {
  readonly since?: string
  readonly signal?: AbortSignal
}

export interface AccountStatus {
  readonly active: boolean
  /** Why it is not active, in the words of the host. */
  readonly status?: string
}

export interface RepoBody {
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface PageQuery {
  readonly limit?: number
  readonly cursor?: string
  readonly signal?: AbortSignal
}

export interface ListedPage {
  readonly repos: readonly ListedRepo[]
  /** Absent on the last page. */
  readonly cursor?: string
}

export interface ListedRepo {
  readonly did: Did
  readonly rev?: string
  readonly active?: boolean
  readonly status?: string
}

export interface HostPage {
  readonly hosts: readonly { readonly hostname: string; readonly status?: string }[]
  readonly cursor?: string
}

/** A host does not have a method: another way of asking is needed. */
export class UnsupportedMethod extends Error {
  override readonly name = 'UnsupportedMethod'
  readonly type = 'invalid'
}

/** A host refuses a request as it is, for instance because of a cursor that it does not know. */
export class RefusedError extends InvalidError {}
