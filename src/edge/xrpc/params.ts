import { validate as isTid } from '@atcute/tid'
import type { Request } from 'express'
import type { LocalKey } from '../../flow/local/local-records.ts'
import type { LocalRepo } from '../../flow/local/local-repo.ts'
import { isDid } from '../../model/did.ts'
import { isNsid, type Nsid } from '../../model/nsid.ts'
import { isRecordKey } from '../../model/record.ts'
import { isCid, parseCid } from '../../net/repo/cid.ts'
import { XrpcError } from './errors.ts'

/** The parameters of a call. Each method throws {XrpcError} `InvalidRequest` for what cannot be used. */
export class Params {
  readonly #params: URLSearchParams

  constructor({ originalUrl }: Pick<Request, 'originalUrl'>) {
    const mark = originalUrl.indexOf('?')
    this.#params = new URLSearchParams(mark === -1 ? '' : originalUrl.slice(mark + 1))
  }

  /** @returns undefined for one that is not there, or empty, as hosts have it. */
  text(name: string): string | undefined {
    return this.#params.get(name) || undefined
  }

  /** Checks that `did` is that of the repo. @throws {XrpcError} `RepoNotFound` where it is another. */
  did(repo: LocalRepo): void {
    const did = this.text('did')
    if (!isDid(did)) throw invalid('did must be a DID')
    if (did !== repo.did) throw new XrpcError('RepoNotFound', `Could not find repo for DID: ${did}`)
  }

  /** The same for `repo`, a DID or a handle. */
  repo(repo: LocalRepo): void {
    const named = this.text('repo')
    if (named === undefined) throw invalid('repo must be a DID or a handle')
    if (named !== repo.did && named.toLowerCase() !== repo.handle)
      throw new XrpcError('InvalidRequest', `Could not find repo: ${named.slice(0, 200)}`)
  }

  collection(): Nsid {
    const collection = this.text('collection')
    if (!isNsid(collection)) throw invalid('collection must be an NSID')
    return collection
  }

  key(): LocalKey {
    const rkey = this.text('rkey')
    if (!isRecordKey(rkey)) throw invalid('rkey must be a record key')
    return { collection: this.collection(), rkey }
  }

  since(): string | undefined {
    const since = this.text('since')
    if (since !== undefined && !isTid(since)) throw invalid('since must be a TID')
    return since
  }

  /** CIDs as they are compared, 100 at most. */
  cids(): readonly string[] {
    const cids = this.#params.getAll('cids')
    if (cids.length === 0 || cids.length > 100 || !cids.every(isCid))
      throw invalid('cids must be 1 to 100 CIDs')
    return cids.map(parseCid)
  }

  limit(usual: number, most: number): number {
    const text = this.text('limit') ?? String(usual)
    const limit = Number(text)
    if (!/^\d+$/.test(text) || limit < 1 || limit > most) throw invalid(`limit must be from 1 to ${most}`)
    return limit
  }

  truth(name: string): boolean {
    const text = this.text(name)
    if (text !== undefined && text !== 'true' && text !== 'false')
      throw invalid(`${name} must be true or false`)
    return text === 'true'
  }
}

const invalid = (message: string) => new XrpcError('InvalidRequest', message)
