import { type Command, type Flag, InvalidValue, type Program, readFlags, text } from '@tidegauge/tools/cli'
import { withNode } from './node/with-node.ts'
import { isPage, nodeHelp, pageFlags, printPage } from './pages.ts'
import { isRecordJson, recordLine } from './record-line.ts'

/** `query`: records by repo, collection, link or field. */
export function queryCommand({ name }: Program): Command {
  return {
    synopsis: '[FLAGS]',
    flags,
    json: '`{"records": Record[], "cursor"}`.',
    details: () => nodeHelp(flags),
    examples: [
      {
        type: 'query --collection app.bsky.feed.like --links-to did:plc:ewvi7nxzyoun6zhxrhs64oiz',
        toDo: 'List the likes of what somebody wrote.',
      },
      {
        type: 'query --collection app.bsky.feed.post --where langs=en --json',
        toDo: 'List posts by a field that serve --index names.',
      },
    ],
    async run(args, terminal) {
      const { values } = readFlags({ command: `${name} query`, flags, args })
      const { did, collection, 'links-to': linksTo, where, limit, cursor, json, ...place } = values
      const query = { did, collection, linksTo, where: where && Object.fromEntries(where), limit, cursor }
      await withNode(place, async (api) => {
        const answer = await api.post('/query', isPage('records', isRecordJson), query)
        printPage(terminal, { items: answer.records, line: recordLine, answer, cursor: answer.cursor, json })
      })
      return 0
    },
  }
}

const flags = {
  did: { argument: 'DID', help: 'Only records of this repo.', read: text },
  collection: { argument: 'NSID', help: 'Only records of this collection.', read: text },
  'links-to': { argument: 'URI|DID', help: 'Only records that link to it.', read: text },
  where: {
    argument: 'PATH=VALUE',
    help: 'Only records with this value in a field that is indexed; a number, true and false are written as in JSON. May be repeated.',
    read: fieldValue,
    takes: 'repeated',
  },
  ...pageFlags,
} as const satisfies Record<string, Flag>

function fieldValue(typed: string): readonly [path: string, value: string | number | boolean] {
  const [, path, value] = /^([^=]+)=(.*)$/s.exec(typed) ?? []
  if (path === undefined || value === undefined) throw new InvalidValue('must be PATH=VALUE')
  if (/^(true|false|-?\d+(\.\d+)?)$/.test(value)) return [path, JSON.parse(value)]
  return [path, value]
}
