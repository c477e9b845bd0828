import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { Steps } from '../../model/time-slices.ts'
import { compileCondition, type Predicate } from './condition.ts'
import { type Operation, operations, type When } from './definition.ts'
import { LazyRecord, type ObservedEvent } from './observed-event.ts'

/** What the index needs to know of an observer. */
export interface Watching {
  readonly name: string
  readonly when: When
}

/**
 * Finds the observers that an event concerns by its collection and its DID, so that those of other collections and
 * repos cost nothing, however many there are.
 */
export class ObserverIndex<Of extends Watching> {
  /** By the collection, or by what a prefix such as `app.bsky.feed.*` has before its star; '' is all of them. */
  readonly #byCollection = new Map<string, Bucket<Of>>()

  /** @throws for a pattern that the schema would have refused. */
  constructor(observers: readonly Of[]) {
    for (const observer of observers) {
      const { when } = observer
      const entry: Entry<Of> = {
        observer,
        operations: new Set(when.operation ?? (when.record ? ['create', 'update'] : operations)),
        fits: when.record && compileCondition(when.record),
      }
      for (const place of widest(when.collection ?? ['*'])) {
        const bucket: Bucket<Of> = this.#byCollection.get(place) ?? { anyDid: [], byDid: new Map() }
        this.#byCollection.set(place, bucket)
        if (when.did === undefined) bucket.anyDid.push(entry)
        for (const did of new Set(when.did)) {
          const entries = bucket.byDid.get(did) ?? []
          bucket.byDid.set(did, entries)
          entries.push(entry)
        }
      }
    }
  }

  /** Whether an observer may want such an event; its record is not looked at. */
  concerns({ did, collection, operation }: Pick<ObservedEvent, 'did' | 'collection' | 'operation'>): boolean {
    for (const { operations } of this.#candidates(collection, did)) if (operations.has(operation)) return true
    return false
  }

  /** The observers whose conditions an event fulfils, each once. */
  match(event: ObservedEvent): readonly Of[] {
    const record = new LazyRecord(event)
    const found: Of[] = []
    for (const { observer, operations, fits } of this.#candidates(event.collection, event.did)) {
      if (!operations.has(event.operation)) continue
      if (fits !== undefined && (record.value === undefined || !fits.test(record.value))) continue
      found.push(observer)
    }
    return found
  }

  /** Does what `match` does in steps, each of which is a test of one value at most. */
  *matchInSteps(event: ObservedEvent): Steps<readonly Of[]> {
    const record = new LazyRecord(event)
    const found: Of[] = []
    for (const { observer, operations, fits } of this.#candidates(event.collection, event.did)) {
      yield
      if (!operations.has(event.operation)) continue
      if (fits !== undefined && (record.value === undefined || !(yield* fits.steps(record.value)))) continue
      found.push(observer)
    }
    return found
  }

  *#candidates(collection: Nsid, did: Did): Generator<Entry<Of>> {
    for (let end = collection.length; ; end = collection.lastIndexOf('.', end - 2) + 1) {
      const bucket = this.#byCollection.get(end === collection.length ? collection : collection.slice(0, end))
      if (bucket !== undefined) {
        yield* bucket.anyDid
        const own = bucket.byDid.get(did)
        if (own !== undefined) yield* own
      }
      if (end <= 0) return
    }
  }
}

interface Entry<Of> {
  readonly observer: Of
  readonly operations: ReadonlySet<Operation>
  readonly fits: Predicate | undefined
}

interface Bucket<Of> {
  readonly anyDid: Entry<Of>[]
  readonly byDid: Map<Did, Entry<Of>[]>
}

/** Where an observer stands, once for whatever it may see: places that lie within others are left out. */
function widest(patterns: readonly string[]): readonly string[] {
  const places = [...new Set(patterns.map((pattern) => pattern.replace(/\*$/, '')))]
  return places.filter(
    (place) =>
      !places.some(
        (other) => other !== place && (other === '' || other.endsWith('.')) && place.startsWith(other),
      ),
  )
}
