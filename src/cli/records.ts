import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, type Program, readFlags, toggle } from '@tidegauge/tools/cli'
import { NotFound } from './node/api-client.ts'
import { nodeFlags, withNode } from './node/with-node.ts'
import { nodeHelp } from './pages.ts'
import { isRecordJson } from './record-line.ts'

/** `records URI`: one record. */
export function recordsCommand({ name }: Program): Command {
  return {
    synopsis: 'at://DID/COLLECTION/RKEY [FLAGS]',
    flags,
    json: '`Record`.',
    details: () => nodeHelp(flags),
    examples: [
      {
        type: 'records at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.actor.profile/self',
        toDo: 'Show a profile.',
      },
    ],
    async run(args, { out, err }) {
      const command = `${name} records`
      const { values, words } = readFlags({ command, flags, args, allowsWords: true })
      const { json, ...place } = values
      const [uri = '', ...more] = words
      const [, did, collection, rkey] = /^at:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? []
      if (did === undefined || collection === undefined || rkey === undefined || more.length > 0)
        throw new UsageError(`records takes one URI: ${command} at://DID/COLLECTION/RKEY`)
      const path = ['/records', did, collection, rkey].map((part, i) => (i ? encodeURIComponent(part) : part))
      return withNode(place, async (api) => {
        try {
          const record = await api.get(path.join('/'), isRecordJson)
          out(`${json ? JSON.stringify(record) : JSON.stringify(record, null, 2)}\n`)
          return 0
        } catch (error) {
          if (!(error instanceof NotFound)) throw error
          err(`${name}: ${error.message}\n`)
          return 1
        }
      })
    },
  }
}

const flags = {
  json: toggle('Prints it on one line, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>
