import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, type Program, readFlags, text } from '@tidegauge/tools/cli'
import { withNode } from './node/with-node.ts'
import { isPage, limitFlag, nodeHelp, pageFlags, printPage } from './pages.ts'
import { isRecordJson, recordLine } from './record-line.ts'

/** `search WORDS`: records that hold every word. */
export function searchCommand({ name }: Program): Command {
  return {
    synopsis: 'WORD… [FLAGS]',
    flags,
    json: '`{"hits": Hit[], "cursor"}`.',
    details: () => nodeHelp(flags),
    examples: [{ type: 'search high tide', toDo: 'Find posts and profiles that hold both words.' }],
    async run(args, terminal) {
      const command = `${name} search`
      const { values, words } = readFlags({ command, flags, args, allowsWords: true })
      const { collection, limit, cursor, json, ...place } = values
      if (words.every((word) => word.trim() === ''))
        throw new UsageError(`search needs a word to look for: ${command} WORD…`)
      await withNode(place, async (api) => {
        const query = { q: words.join(' '), collection, limit, cursor }
        const answer = await api.get('/search', isPage('hits', isRecordJson), query)
        printPage(terminal, { items: answer.hits, line: recordLine, answer, cursor: answer.cursor, json })
      })
      return 0
    },
  }
}

const flags = {
  collection: { argument: 'NSID', help: 'Only records of this collection.', read: text },
  ...pageFlags,
  limit: limitFlag(100, 25),
} as const satisfies Record<string, Flag>
