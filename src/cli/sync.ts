import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, type Program, readFlags, toggle } from '@tidegauge/tools/cli'
import { type ApiClient, FailedRequest } from './node/api-client.ts'
import { nodeFlags, withNode } from './node/with-node.ts'
import { clean, hasTexts, nodeHelp } from './pages.ts'
import { isRepoJson } from './repos.ts'

/** `sync DID…`: repos are brought up to date while the caller waits. */
export function syncCommand({ name }: Program): Command {
  return {
    synopsis: 'DID… [FLAGS]',
    flags,
    json: 'For each repo `{"did", "state"}`, a line each: with `rev`, `records` and `sizeBytes` where it is `synced`, otherwise with `message`, and `reason` where that is known.',
    details: () => `${nodeHelp(flags)}

Where no node runs, the command syncs by itself, with the settings of the last one; the next serve counts what it did.
Ends with 1 when a repo could not be synced.`,
    examples: [{ type: 'sync did:plc:ewvi7nxzyoun6zhxrhs64oiz', toDo: 'Fetch what has changed in a repo.' }],
    async run(args, terminal) {
      const command = `${name} sync`
      const { values, words } = readFlags({ command, flags, args, allowsWords: true })
      const { json, ...place } = values
      if (words.length === 0) throw new UsageError(`sync takes DIDs: ${command} DID…`)
      return withNode(place, async (api) => {
        let exitCode: 0 | 1 = 0
        for (const did of words) {
          const outcome = await syncOne(api, did)
          if (outcome.state !== 'synced') exitCode = 1
          terminal.out(`${json ? JSON.stringify(outcome) : line(outcome)}\n`)
        }
        return exitCode
      })
    },
  }
}

type Outcome =
  | SyncedJson
  | { readonly did: string; readonly state: string; readonly reason?: string; readonly message: string }

interface SyncedJson {
  readonly did: string
  readonly state: 'synced'
  readonly rev: string
  readonly records: number
  readonly sizeBytes: number
}

async function syncOne(api: ApiClient, did: string): Promise<Outcome> {
  const path = `/repos/${encodeURIComponent(did)}`
  try {
    const answer = await api.post(`${path}/sync?trigger=cli&wait=${waitSeconds}`, isAnswer, undefined, {
      timeoutMs: (waitSeconds + 30) * 1000,
    })
    if (isSynced(answer)) return answer
  } catch (error) {
    if (!(error instanceof FailedRequest)) throw error
    return { did, state: 'failed', ...(error.reason && { reason: error.reason }), message: error.message }
  }
  // A long run goes on without us; its end shows in the status.
  for (;;) {
    await sleep(1000)
    const repo = await api.get(path, isRepoJson)
    if (repo.status === 'syncing') continue
    return {
      did,
      state: repo.status,
      message: `the repo is ${repo.status}${repo.rev ? ` at ${repo.rev}` : ''}`,
    }
  }
}

const waitSeconds = 300

function isAnswer(body: unknown): body is SyncedJson | { readonly did: string; readonly state: string } {
  return hasTexts(body, ['did', 'state'])
}

function isSynced(answer: { readonly state: string }): answer is SyncedJson {
  return answer.state === 'synced' && hasTexts(answer, ['rev'])
}

function line(outcome: Outcome): string {
  const parts =
    'records' in outcome
      ? [
          outcome.did,
          'synced',
          outcome.rev,
          outcome.records === 1 ? '1 record changed' : `${outcome.records} records changed`,
        ]
      : [
          outcome.did,
          outcome.reason ? `${outcome.state} (${outcome.reason})` : outcome.state,
          outcome.message,
        ]
  return parts.map(clean).join('  ')
}

const flags = {
  json: toggle('Prints one JSON object for each repo, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>
