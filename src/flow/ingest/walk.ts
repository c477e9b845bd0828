import type { Nsid } from '../../model/nsid.ts'
import {
  type Hosts,
  type ListedPage,
  type ListedRepo,
  RefusedError,
  UnsupportedMethod,
} from '../../net/host/host.ts'
import type { Listing } from './enumeration-state.ts'
import { bringsNews, newNovelty } from './novelty.ts'
import { leadsBack, newTrail } from './trail.ts'

export interface WalkOptions {
  readonly hosts: Pick<Hosts, 'listRepos' | 'listReposByCollection'>
  /** Lists the repos that have one of these, where the host can do that; with none, lists all repos. */
  readonly collections: readonly Nsid[]
  readonly pageSize: number
  readonly signal: AbortSignal
  /** Repeats what is worth repeating. */
  readonly ask: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** How many repos and pages that bring nothing new are put up with. */
  readonly patience: number
  /** Called when the host lists the same again and again, or nothing, which is taken for the end. */
  readonly onEndless: (host: URL) => void
  /** Called when the host refuses a cursor that it gave. */
  readonly onCursorSkip: (host: URL) => void
}

export interface WalkedPage {
  readonly repos: readonly ListedRepo[]
  /** Moves the listing past this page; to be called once its repos are safe. */
  advance(): void
}

/**
 * Goes on where a listing stands, to its end.
 *
 * @throws {UnsupportedMethod} when the host lists no repos, and what else it fails with.
 */
export async function* walk(listing: Listing, options: WalkOptions): AsyncGenerator<WalkedPage> {
  const { collections, patience, onEndless, onCursorSkip } = options
  if (collections.length === 0) delete listing.collectionsDone
  while (!listing.isDone) {
    let page: ListedPage
    try {
      page = await nextPage(listing, options)
    } catch (error) {
      if (error instanceof RefusedError && listing.cursor !== undefined && listing.restarts < maxRestarts) {
        onCursorSkip(new URL(listing.host))
        listing.restarts += 1
        beginAgain(listing)
        continue
      }
      if (error instanceof UnsupportedMethod && listing.collectionsDone !== undefined) {
        // Begun anew with all of its repos: of those that were listed already the queue knows.
        delete listing.collectionsDone
        beginAgain(listing)
        continue
      }
      throw error
    }
    const advance = () => {
      listing.size += 1 + page.repos.length
      // A cursor that leads back to where the walk has been would lead nowhere.
      const isEnd = page.cursor === undefined || leadsBack(listing.trail, page.cursor)
      const names = page.repos.map(({ did }) => did)
      const isEndless = !isEnd && !bringsNews(listing.novelty, names, patience)
      if (isEndless) onEndless(new URL(listing.host))
      const isLast = isEnd || isEndless
      if (isLast) beginAgain(listing)
      else listing.cursor = page.cursor
      if (!isLast) return
      if (listing.collectionsDone !== undefined) listing.collectionsDone += 1
      listing.isDone = listing.collectionsDone === undefined || listing.collectionsDone >= collections.length
    }
    yield { repos: page.repos, advance }
  }
}

function beginAgain(listing: Listing): void {
  delete listing.cursor
  listing.trail = newTrail()
  listing.novelty = newNovelty()
}

function nextPage(
  { host, cursor, collectionsDone }: Listing,
  { hosts, collections, pageSize, signal, ask }: WalkOptions,
): Promise<ListedPage> {
  const url = new URL(host)
  const query = { limit: pageSize, signal, ...(cursor !== undefined && { cursor }) }
  const collection = collectionsDone === undefined ? undefined : collections[collectionsDone]
  if (collection === undefined) return ask(() => hosts.listRepos(url, query))
  return ask(() => hosts.listReposByCollection(url, { ...query, collection }))
}

/** A host that refuses its own cursors again and again is not walked through for ever. */
export const maxRestarts = 3
