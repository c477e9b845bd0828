import { type FieldPath, parsePath } from '../../model/field-path.ts'
import type { Nsid } from '../../model/nsid.ts'
import { decodeRecord, linksIn, type Scalar, valuesAt } from '../../model/record-values.ts'

/** A field that records of a collection are found by. */
export interface FieldIndex {
  readonly collection: Nsid
  /** Where it stands in the record, such as `reply.root.uri`; a dot within a key is written `\.`. */
  readonly path: string
}

/**
 * The terms of the inverted index. Values are hashed, so that a term is short and needs no quoting; two values may
 * share a term, so that a look-up has to check each record that it finds. No repo has the number of another with the
 * other sign.
 */
export const repoTerm = (repo: number): string => `r${Math.abs(repo)}`
export const repoCollectionTerm = (repo: number, collection: number): string =>
  `${repoTerm(repo)}c${collection}`
export const linkTerm = (target: string): string => `l${hash(target)}`
export const fieldTerm = (collection: Nsid, path: string, value: Scalar): string =>
  `f${hash(`${collection} ${path} ${typeof value} ${value}`)}`

/** Computes the terms by which a record is found. */
export class RecordTerms {
  readonly #paths: ReadonlyMap<Nsid, ReadonlyMap<string, FieldPath>>

  constructor(fields: readonly FieldIndex[]) {
    this.#paths = new Map(
      Object.entries(Object.groupBy(fields, ({ collection }) => collection)).map(([collection, of = []]) => [
        collection,
        new Map(of.map(({ path }) => [path, parsePath(path) ?? []])),
      ]),
    )
  }

  hasField(collection: Nsid, path: string): boolean {
    return this.#paths.get(collection)?.has(path) === true
  }

  /** @param repo and `collectionId` are their numbers in the database. */
  of(repo: number, collectionId: number, collection: Nsid, bytes: Uint8Array): string {
    let terms = `${repoTerm(repo)} ${repoCollectionTerm(repo, collectionId)}`
    for (const link of linksIn(bytes)) terms += ` ${linkTerm(link)}`
    const paths = this.#paths.get(collection)
    if (paths === undefined) return terms
    const record = decodeRecord(bytes)
    for (const [path, keys] of paths) {
      for (const value of new Set(valuesAt(record, keys))) terms += ` ${fieldTerm(collection, path, value)}`
    }
    return terms
  }
}

/** 53 bits of a text (cyrb53), in base 36. Fast and evenly spread, not safe against those who seek collisions. */
export function hash(text: string): string {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return (b >>> 0).toString(36) + (a >>> 11).toString(36)
}
