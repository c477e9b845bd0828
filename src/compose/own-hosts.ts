import type { Did } from '../model/did.ts'
import type {
  AccountStatus,
  GetRepoOptions,
  HostPage,
  Hosts,
  ListedPage,
  PageQuery,
  RepoBody,
} from '../net/host/host.ts'
import type { Own } from './own.ts'

/** Hosts, of which one is this node: what is its own it reads from itself, and by no way that others can block. */
export class OwnHosts implements Hosts {
  readonly #hosts: Hosts
  readonly #own: Own

  constructor(hosts: Hosts, own: Own) {
    this.#hosts = hosts
    this.#own = own
  }

  getRepo(host: URL, did: Did, options?: GetRepoOptions): Promise<RepoBody> {
    return this.#of(did).getRepo(host, did, options)
  }

  getLatestCommit(
    host: URL,
    did: Did,
    signal?: AbortSignal,
  ): Promise<{ readonly rev: string; readonly cid: string }> {
    return this.#of(did).getLatestCommit(host, did, signal)
  }

  getRepoStatus(host: URL, did: Did, signal?: AbortSignal): Promise<AccountStatus> {
    return this.#of(did).getRepoStatus(host, did, signal)
  }

  getBlocks(host: URL, did: Did, cids: readonly string[], signal?: AbortSignal): Promise<RepoBody> {
    return this.#of(did).getBlocks(host, did, cids, signal)
  }

  listRepos(host: URL, query: PageQuery): Promise<ListedPage> {
    return this.#hosts.listRepos(host, query)
  }

  listReposByCollection(
    host: URL,
    query: Parameters<Hosts['listReposByCollection']>[1],
  ): Promise<ListedPage> {
    return this.#hosts.listReposByCollection(host, query)
  }

  listHosts(relay: URL, query: PageQuery): Promise<HostPage> {
    return this.#hosts.listHosts(relay, query)
  }

  blockedUntilMs(host: URL): number | undefined {
    return this.#hosts.blockedUntilMs(host)
  }

  #of(did: Did): Pick<Hosts, 'getRepo' | 'getLatestCommit' | 'getRepoStatus' | 'getBlocks'> {
    return this.#own.hostOf(did) ?? this.#hosts
  }
}
