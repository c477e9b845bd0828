import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, type Program, readFlags, toggle } from '@tidegauge/tools/cli'
import { NotFound } from './node/api-client.ts'
import { nodeFlags, withNode } from './node/with-node.ts'
import { clean, nodeHelp } from './pages.ts'
import { isRepoJson, repoLine } from './repos.ts'

const example = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'

/** `repos track DID…` */
export function reposTrackCommand({ name }: Program): Command {
  return {
    synopsis: 'DID… [FLAGS]',
    flags,
    json: '`RepoDetails` of each, a line each.',
    details: () => nodeHelp(flags),
    examples: [{ type: `repos track ${example}`, toDo: 'Fetch a repo, and follow it from now on.' }],
    async run(args, { out }) {
      const { dids, json, place } = read(`${name} repos track`, args)
      await withNode(place, async (api) => {
        for (const did of dids) {
          const repo = await api.post('/repos', isRepoJson, { did })
          out(`${json ? JSON.stringify(repo) : repoLine(repo).map(clean).join('  ')}\n`)
        }
      })
      return 0
    },
  }
}

/** `repos untrack DID…` */
export function reposUntrackCommand({ name }: Program): Command {
  return {
    synopsis: 'DID… [FLAGS]',
    flags,
    json: '`{"did", "removed": true}` of each, a line each.',
    details: () => nodeHelp(flags),
    examples: [{ type: `repos untrack ${example}`, toDo: 'Remove a repo with all that is kept of it.' }],
    async run(args, { out, err }) {
      const { dids, json, place } = read(`${name} repos untrack`, args)
      return withNode(place, async (api) => {
        let exitCode: 0 | 1 = 0
        for (const did of dids) {
          try {
            await api.delete(`/repos/${encodeURIComponent(did)}`)
            out(json ? `${JSON.stringify({ did, removed: true })}\n` : `${clean(did)}  removed\n`)
          } catch (error) {
            if (!(error instanceof NotFound)) throw error
            err(`${name}: ${clean(did)}: ${error.message}\n`)
            exitCode = 1
          }
        }
        return exitCode
      })
    },
  }
}

function read(command: string, args: readonly string[]) {
  const { values, words } = readFlags({ command, flags, args, allowsWords: true })
  const { json, ...place } = values
  if (words.length === 0)
    throw new UsageError(`${command.split(' ').slice(1).join(' ')} takes DIDs: ${command} DID…`)
  return { dids: words, json, place }
}

const flags = {
  json: toggle('Prints what the API answers, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>
