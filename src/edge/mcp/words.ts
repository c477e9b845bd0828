import { z } from 'zod'
import { type Did, isDid } from '../../model/did.ts'
import { isNsid, type Nsid } from '../../model/nsid.ts'
import { isRecordKey, type RecordAddress } from '../../model/record.ts'
import { repoStatuses } from '../../model/repo.ts'

// The words that the inputs and outputs of several tools are made of.

export const did = z
  .string()
  .refine((text): text is Did => isDid(text), {
    error: 'must be a DID, such as did:plc:ewvi7nxzyoun6zhxrhs64oiz',
  })
  .describe('DID of a repo, such as did:plc:ewvi7nxzyoun6zhxrhs64oiz')

export const collection = z
  .string()
  .refine((text): text is Nsid => isNsid(text), { error: 'must be a collection, such as app.bsky.feed.post' })
  .describe('Collection, such as app.bsky.feed.post')

export const recordUri = z
  .string()
  .max(8192)
  .refine((text) => addressOf(text) !== undefined, {
    error:
      'must be the URI of a record with a DID, such as at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k…',
  })
  .describe('URI of a record: at://DID/COLLECTION/KEY')

export const cursor = z
  .string()
  .min(1)
  .max(4096)
  .optional()
  .describe('The cursor that came with the page before, for the next page')

export const limit = (most: number, usual: number) =>
  z.int().min(1).max(most).default(usual).describe('At most this many')

export const nextCursor = z.string().optional().describe('Asks for the next page; absent on the last')

export const shownRecord = z.object({
  uri: z.string(),
  cid: z.string().describe('Version of the record'),
  rev: z.string().describe('Revision of the repo that wrote it'),
  indexedAt: z.string().describe('When this node wrote its copy'),
  value: z
    .unknown()
    .describe('The record; null where it cannot be shown as JSON')
    .meta({ anyOf: [{ type: 'object', additionalProperties: true }, { type: 'null' }] }),
  bytes: z.string().optional().describe('The record in DAG-CBOR, in base64, where value is null'),
  score: z.number().optional().describe('How well it matches; higher is better'),
})

/** The CID that a record must have for a write to happen. */
export const cid = z.string().regex(/^[a-zA-Z0-9]{1,200}$/, 'must be a CID, as get_record shows it')

export const repoStatus = z.enum(repoStatuses)

/** @returns undefined for what is not the URI of a record with a DID. */
export function addressOf(uri: string): RecordAddress | undefined {
  const [, did, collection, rkey] = /^at:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? []
  return isDid(did) && isNsid(collection) && isRecordKey(rkey) ? { did, collection, rkey } : undefined
}
