import { type FieldPath, parsePath } from '../../model/field-path.ts'
import type { Nsid } from '../../model/nsid.ts'
import { decodeRecord, valuesAt } from '../../model/record-values.ts'

/** A field whose text can be searched. */
export interface TextField {
  /** A collection, or `*` for all of them. */
  readonly collection: Nsid | '*'
  /** Where the text stands in the record, such as `text` or `embed.images.alt`; a dot within a key is written `\.`. */
  readonly path: string
}

/** What people write in posts, and what they say of themselves. */
export const defaultTextFields: readonly TextField[] = [
  { collection: 'app.bsky.feed.post', path: 'text' },
  { collection: 'app.bsky.actor.profile', path: 'displayName' },
  { collection: 'app.bsky.actor.profile', path: 'description' },
]

/** Takes the searchable text out of records. */
export class RecordText {
  readonly #general: readonly FieldPath[]
  readonly #special: ReadonlyMap<Nsid, readonly FieldPath[]>

  constructor(fields: readonly TextField[]) {
    const byCollection = Object.groupBy(fields, ({ collection }) => collection)
    const general = (byCollection['*'] ?? []).map(({ path }) => path)
    this.#general = parsed(general)
    this.#special = new Map(
      Object.entries(byCollection).map(([collection, of = []]) => [
        collection,
        parsed([...general, ...of.map(({ path }) => path)]),
      ]),
    )
  }

  isSearched(collection: Nsid): boolean {
    return this.#pathsOf(collection).length > 0
  }

  /** The texts of a record, one per line; undefined when it has none. */
  of(collection: Nsid, bytes: Uint8Array): string | undefined {
    const record = decodeRecord(bytes)
    const texts = this.#pathsOf(collection)
      .flatMap((path) => valuesAt(record, path))
      .filter((value) => typeof value === 'string')
    return texts.some((text) => text.trim() !== '') ? texts.join('\n') : undefined
  }

  #pathsOf(collection: Nsid): readonly FieldPath[] {
    return this.#special.get(collection) ?? this.#general
  }
}

/** Each path once, taken apart; without what is none. */
function parsed(paths: readonly string[]): readonly FieldPath[] {
  return [...new Set(paths)].map(parsePath).filter((path) => path !== undefined)
}
