import type { Did } from '../../model/did.ts'
import type { ReadCallbacks } from '../../net/reading/reading.ts'
import { bodyOf } from './body.ts'
import type { Parts } from './context.ts'

/**
 * Asks for a repo.
 *
 * @param since leaves out what was there at this revision. A host may send it nevertheless. @default all of it
 */
export async function* fetchRepo(
  did: Did,
  host: URL,
  since: string | undefined,
  parts: Parts,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { hosts } = parts.options
  const options = since === undefined ? {} : { since }
  yield* told(parts, (signal) => hosts.getRepo(host, did, { ...options, signal }))
}

/** Asks for blocks that a repo lacks: it was written while it was sent, and what it lacks may be there by now. */
export function missingBlocks(did: Did, host: URL, parts: Parts): NonNullable<ReadCallbacks['onMissing']> {
  const { hosts } = parts.options
  let asked = 0
  return async (cids) => {
    // So many holes come of a tree that is another by now. All of it is fetched again sooner.
    if (++asked > maxRequests) return undefined
    const some = cids.slice(0, maxCids)
    const chunks = told(parts, (signal) => hosts.getBlocks(host, did, some, signal))
    // A host that lacks one of them answers with an error, which is no fault of the run.
    const first = await chunks.next().catch(() => undefined)
    parts.signal.throwIfAborted()
    if (first === undefined) {
      parts.progress.fault = undefined
      return undefined
    }
    return first.done ? undefined : followed(first.value, chunks)
  }
}

async function* followed(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first
  yield* rest
}

/** Counts what arrives, and notes that it was fetching that failed where it did. */
async function* told(
  { options, signal, progress }: Parts,
  ask: Parameters<typeof bodyOf>[0],
): AsyncGenerator<Uint8Array, void, undefined> {
  const onBytes = (bytes: number) => {
    progress.sizeBytes += bytes
  }
  try {
    yield* bodyOf(ask, options.body, { signal, onBytes })
  } catch (error) {
    if (!signal.aborted) progress.fault = 'fetch'
    throw error
  }
}

const maxRequests = 10

/** As many as fit into an address. */
const maxCids = 50
