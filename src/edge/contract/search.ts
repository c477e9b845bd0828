import { z } from 'zod'
import { recordShape } from './records.ts'
import type { Route } from './route.ts'
import { collection, cursor, limit, nextCursor, word } from './words.ts'

export const searchRecords = {
  method: 'GET',
  path: '/search',
  summary: 'Finds records whose text holds every word.',
  description:
    'Searched are the fields that `--search` names. A page may be shorter than asked for, and not the last.',
  query: z.strictObject({
    q: word.meta({ description: 'The words.' }),
    collection: collection.optional(),
    limit: limit(100).default(25),
    cursor: cursor.optional(),
  }),
  answers: {
    200: {
      description: 'A page of hits, the best first.',
      body: z.object({
        hits: z.array(
          recordShape
            .extend({ score: z.number().meta({ description: 'How well it fits; higher is better.' }) })
            .meta({ id: 'Hit' }),
        ),
        cursor: nextCursor,
      }),
    },
  },
  examples: [{ title: 'Two words in posts', query: { q: 'high tide', collection: 'app.bsky.feed.post' } }],
} as const satisfies Route

export const rebuildSearch = {
  method: 'POST',
  path: '/search/reindex',
  summary: 'Rebuilds the search index.',
  description: 'Searching goes on meanwhile.',
  answers: {
    202: { description: 'It is being rebuilt.', body: z.object({ state: z.literal('running') }) },
  },
  problems: { conflict: 'it is being rebuilt already' },
  examples: [{ title: 'Rebuild it' }],
} as const satisfies Route
