import assert from 'node:assert/strict'
import { fromUint8Array as readCar } from '@atcute/car'
import { decode, encode } from '@atcute/cbor'
import { toString as cidText } from '@atcute/cid'
import { MemoryBlockStore, NodeStore, NodeWrangler } from '@atcute/mst'
import { fromUint8Array as readRepo } from '@atcute/repo'
import { request } from './network.ts'
import type { ServedRecord, Tidegauge } from './tidegauge.ts'

/** A repo as its host sends it whole. */
export interface RepoTruth {
  readonly did: string
  readonly rev: string
  /** CID of the root of its tree. */
  readonly data: string
  /** CID and bytes of each record, by its URI. */
  readonly records: ReadonlyMap<string, { readonly cid: string; readonly bytes: Uint8Array }>
  readonly carBytes: number
}

/** Fetches a repo from its host. @throws {Error} when the host has none, or one with holes. */
export async function repoTruth(host: string, did: string): Promise<RepoTruth> {
  const response = await request(`${host}/xrpc/com.atproto.sync.getRepo?did=${did}`)
  if (!response.ok) throw new Error(`getRepo of ${did}: ${response.status} ${await response.text()}`)
  const car = new Uint8Array(await response.arrayBuffer())
  const { rev, data } = commitOf(car)
  const records = new Map<string, { cid: string; bytes: Uint8Array }>()
  for (const { collection, rkey, cid, bytes } of readRepo(car))
    records.set(`at://${did}/${collection}/${rkey}`, { cid: cid.$link, bytes })
  return { did, rev, data, records, carBytes: car.length }
}

/** The commit that a CAR file has as its root. */
export function commitOf(car: Uint8Array): { rev: string; data: string } {
  const reader = readCar(car)
  const root = reader.roots[0]?.$link
  for (const { cid, bytes } of reader) {
    if (cidText(cid) !== root) continue
    const { rev, data } = decode(bytes) as { rev: string; data: { $link: string } }
    return { rev, data: data.$link }
  }
  throw new Error('the file holds no commit')
}

/** Asserts that a service serves exactly the records of a repo, byte for byte, at its revision and tree. */
export async function sameRepo(service: Tidegauge, truth: RepoTruth): Promise<void> {
  const { did, rev, data } = truth
  const repo = await service.get<{ status: string; rev: string; data: string }>(`/repos/${did}`)
  assert.deepEqual(
    { did, status: repo.status, rev: repo.rev, data: repo.data },
    { did, status: 'synced', rev, data },
  )
  const served = await service.records(did)
  const missing = [...truth.records.keys()].filter((uri) => !served.has(uri))
  const tooMany = [...served.keys()].filter((uri) => !truth.records.has(uri))
  assert.deepEqual({ did, missing, tooMany }, { did, missing: [], tooMany: [] })
  for (const [uri, { cid, bytes }] of truth.records) {
    const record = served.get(uri) as ServedRecord
    assert.equal(record.cid, cid, uri)
    assert.ok(Buffer.from(bytesOf(record)).equals(bytes), `${uri} has other bytes than its host's`)
  }
}

/** The bytes that a record is made of, from how the API shows it. */
function bytesOf({ value, bytes }: ServedRecord): Uint8Array {
  return bytes === undefined ? encode(value) : Buffer.from(bytes, 'base64')
}

/** CID of the root of the tree that these records make, by their URIs. */
export async function rootOf(records: ReadonlyMap<string, { readonly cid: string }>): Promise<string> {
  const tree = new NodeWrangler(new NodeStore(new MemoryBlockStore()))
  let root: string | null = null
  for (const [uri, { cid }] of records)
    root = await tree.putRecord(root, uri.split('/').slice(3).join('/'), { $link: cid })
  return root ?? emptyTree
}

const emptyTree = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'
