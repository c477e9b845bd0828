import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackfillRecord, EndStep, PartStep } from '../../../model/backfill.ts'
import { decodeBackfillEntry } from '../../../model/backfill-bytes.ts'
import { cidText } from '../../repo/cid.ts'
import { type ReadPlace, readRepo } from '../read-repo.ts'
import type { ReadCallbacks, ReadOptions, ReadResult } from '../reading.ts'
import { StoredEntries } from '../stored-entries.ts'
import { did, inChunks, type MadeRepo } from './made-repo.ts'

export type Reader = (
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  callbacks: ReadCallbacks,
) => Promise<ReadResult>

/** A reading with its steps. */
export interface Reading {
  readonly result: ReadResult
  readonly parts: readonly PartStep[]
  readonly end: EndStep
  /** The records that all steps hold together: CID and bytes of each path. */
  readonly content: Readonly<Record<string, readonly [cid: string, bytes: string]>>
}

export interface ReadRequest extends Partial<ReadOptions>, Partial<Omit<ReadCallbacks, 'onPart'>> {
  readonly chunkBytes?: number
}

/** Reads a file with a reader, as it would read one of that repo. */
export async function readWith(
  reader: Reader,
  { multikey }: Pick<MadeRepo, 'multikey'>,
  file: Uint8Array | AsyncIterable<Uint8Array>,
  { chunkBytes, onMissing, signal, ...options }: ReadRequest = {},
): Promise<Reading> {
  const parts: PartStep[] = []
  const onPart = (bytes: Uint8Array) => {
    const part = decodeBackfillEntry(bytes)
    assert.ok(part.kind === 'part')
    parts.push(part)
  }
  const chunks = file instanceof Uint8Array ? inChunks(file, chunkBytes) : file
  const result = await reader(
    chunks,
    { did, signingKey: multikey, ticket: 'run', ...options },
    { onPart, ...(onMissing && { onMissing }), ...(signal && { signal }) },
  )
  const end = decodeBackfillEntry(result.end)
  assert.ok(end.kind === 'end')
  for (const step of [...parts, end]) {
    assert.equal(step.ticket, 'run')
    assert.equal(step.data, result.data)
    assert.equal(step.rev, result.rev)
    assert.ok(step.puts.length <= 400)
  }
  const puts = [...parts, end].flatMap((step) => step.puts)
  return { result, parts, end, content: Object.fromEntries(puts.map(entryOf)) }
}

/** What a reading of the whole repo has to give. */
export function contentOf({ records }: MadeRepo): Reading['content'] {
  return Object.fromEntries(
    Array.from(records, ([path, { cid, bytes }]) => [path, [cidText(cid), latin1(bytes)] as const]),
  )
}

/** What `records` are when they are stored. */
export function storedAs(entries: Iterable<readonly [path: string, cid: string]>): Uint8Array {
  const stored = new StoredEntries()
  for (const [path, cid] of entries) stored.add(path, cid)
  return stored.bytes
}

/** A place for temporary files, which must be gone when it is disposed. */
export interface TestPlace extends ReadPlace, Disposable {}

export function createPlace(options: Omit<ReadPlace, 'folder'> = {}): TestPlace {
  const folder = mkdtempSync(join(tmpdir(), 'reading-'))
  return {
    folder,
    ...options,
    [Symbol.dispose]() {
      const left = readdirSync(folder)
      rmSync(folder, { recursive: true })
      assert.deepEqual(left, [])
    },
  }
}

/** A reader that works on this thread. */
export function readerAt(place: ReadPlace): Reader {
  return (chunks, options, callbacks) => readRepo(chunks, options, callbacks, place)
}

function entryOf({ collection, rkey, cid, bytes }: BackfillRecord) {
  return [`${collection}/${rkey}`, [cid, latin1(bytes)] as const] as const
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
