import { z } from 'zod'
import { defineTool, reading } from '../tool.ts'
import { collection, cursor, limit, nextCursor, shownRecord } from '../words.ts'

export const search = defineTool({
  name: 'search',
  title: 'Search records',
  description:
    'Finds records of all repos that are kept whose text holds every given word, the best match first. Use query to list records by repo, collection, link or field instead.',
  input: z.strictObject({
    q: z.string().min(1).max(1024).describe('Words to look for; there are no operators'),
    collection: collection.optional(),
    limit: limit(100, 20),
    cursor,
  }),
  output: z.object({ hits: z.array(shownRecord), cursor: nextCursor }),
  annotations: reading,
  run: (node, { q: text, ...rest }) =>
    node.search({ text, ...rest }).then(({ hits, cursor }) => ({ hits: [...hits], cursor })),
})
