import { now } from '@atcute/tid'
import { z } from 'zod'
import { isRecordKey } from '../../../model/record.ts'
import { ownRepo, written } from '../own-repo.ts'
import { defineTool } from '../tool.ts'
import { cid, collection } from '../words.ts'

export const putRecord = defineTool({
  name: 'put_record',
  title: 'Write a record',
  description:
    'Creates a record in the own repo of this node, or replaces it as a whole. Without rkey it is always a new one. Use edit_record to change single fields.',
  input: z.strictObject({
    collection,
    rkey: z
      .string()
      .refine(isRecordKey, { error: 'must be a record key' })
      .optional()
      .describe('Its key; self in collections of one record. By default a new one, of the time'),
    record: z
      .looseObject({})
      .describe('As JSON: links as {"$link": …}, bytes as {"$bytes": …}, no fractions'),
    swap: cid
      .nullable()
      .optional()
      .describe('Writes only where the record now has this CID, or, for null, where there is none'),
  }),
  output: z.object({
    uri: z.string(),
    cid: z.string().describe('Version of the record'),
    rev: z.string().describe('Revision that the repo has now'),
    created: z.boolean().describe('Whether there was no record before'),
    changed: z.boolean().describe('False where it was the same already'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  run: async (node, { collection, rkey = now(), record, swap }) => {
    const condition = swap === undefined ? {} : { swap }
    return written(ownRepo(node).put({ collection, rkey }, record, condition))
  },
})
