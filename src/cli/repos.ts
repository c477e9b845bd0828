import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, oneOf, type Program, readFlags } from '@tidegauge/tools/cli'
import { repoStatuses } from '../model/repo.ts'
import { NotFound } from './node/api-client.ts'
import { withNode } from './node/with-node.ts'
import { clean, hasTexts, isPage, nodeHelp, pageFlags, printPage } from './pages.ts'

/** `repos [DID]`: which repos are kept, and how well. */
export function reposCommand({ name }: Program): Command {
  return {
    synopsis: '[DID] [FLAGS]',
    flags,
    json: '`{"repos": Repo[], "cursor"}`; `RepoDetails` of one.',
    details: () => nodeHelp(flags),
    examples: [
      { type: 'repos --status desync', toDo: 'List the repos whose chain is broken.' },
      { type: 'repos did:plc:ewvi7nxzyoun6zhxrhs64oiz --json', toDo: 'Show one repo, for programs.' },
    ],
    async run(args, terminal) {
      const command = `${name} repos`
      const { values, words } = readFlags({ command, flags, args, allowsWords: true })
      const { status, limit, cursor, json, ...place } = values
      const [did, ...more] = words
      if (more.length > 0) throw new UsageError(`repos takes one DID or none: ${command} [DID]`)
      return withNode(place, async (api) => {
        if (did === undefined) {
          const answer = await api.get('/repos', isPage('repos', isRepoJson), { status, limit, cursor })
          printPage(terminal, { items: answer.repos, line: repoLine, answer, cursor: answer.cursor, json })
          return 0
        }
        try {
          const repo = await api.get(`/repos/${encodeURIComponent(did)}`, isRepoJson)
          terminal.out(`${json ? JSON.stringify(repo) : repoLine(repo).map(clean).join('  ')}\n`)
          return 0
        } catch (error) {
          if (!(error instanceof NotFound)) throw error
          terminal.err(`${name}: ${error.message}\n`)
          return 1
        }
      })
    },
  }
}

const flags = {
  status: { argument: 'STATUS', help: `Only these: ${repoStatuses.join(', ')}.`, read: oneOf(repoStatuses) },
  ...pageFlags,
} as const satisfies Record<string, Flag>

/** A repo, as the API writes it. */
export interface RepoJson {
  readonly did: string
  readonly handle?: string
  readonly status: string
  readonly rev?: string
  readonly updatedAt: string
  readonly desync?: { readonly reason: string; readonly since: string }
}

export function isRepoJson(body: unknown): body is RepoJson {
  return hasTexts(body, ['did', 'status', 'updatedAt'], ['handle', 'rev'])
}

export function repoLine({
  did,
  handle = '-',
  status,
  rev = '-',
  updatedAt,
  desync,
}: RepoJson): readonly string[] {
  return [did, desync ? `${status} (${desync.reason})` : status, rev, updatedAt, handle]
}
