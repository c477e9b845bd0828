import { z } from 'zod'
import { isDid } from '../../../model/did.ts'
import { defineTool, reading } from '../tool.ts'
import { collection, cursor, did, limit, nextCursor, shownRecord } from '../words.ts'

export const query = defineTool({
  name: 'query',
  title: 'List records',
  description:
    'Lists records by repo, collection, what they link to, or the values of indexed fields. Use search to find records by their words.',
  input: z.strictObject({
    did: did.optional(),
    collection: collection.optional(),
    linksTo: z
      .string()
      .max(8192)
      .refine((text) => isDid(text) || text.startsWith('at://'), { error: 'must be an at:// URI or a DID' })
      .optional()
      .describe('Only records that link to this at:// URI or DID, anywhere in them'),
    where: z
      .record(z.string().min(1).max(1024), z.union([z.string().max(8192), z.number(), z.boolean()]))
      .optional()
      .describe(
        'Fields by path, each equal to a value; only fields that the node indexes, and only with collection',
      ),
    limit: limit(1000, 20),
    cursor,
  }),
  output: z.object({ records: z.array(shownRecord), cursor: nextCursor }),
  annotations: reading,
  run: async (node, input) => {
    const { records, cursor } = await node.query(input)
    return { records: [...records], cursor }
  },
})
