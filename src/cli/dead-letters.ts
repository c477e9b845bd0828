import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, oneOf, type Program, readFlags, toggle } from '@tidegauge/tools/cli'
import { type ApiClient, NotFound } from './node/api-client.ts'
import { withNode } from './node/with-node.ts'
import { hasTexts, isPage, nodeHelp, pageFlags, printPage } from './pages.ts'

/** `dead-letters`: what was given up, and how to try it again. */
export function deadLettersCommand({ name }: Program): Command {
  return {
    synopsis: '[FLAGS]',
    flags,
    json: '`{"deadLetters": DeadLetter[], "cursor"}`; `{"retried": [id]}` with `--retry` and `--retry-all`.',
    details: () => nodeHelp(flags),
    examples: [
      { type: 'dead-letters', toDo: 'List the repos and actions that were given up, with the reasons.' },
      { type: 'dead-letters --kind job', toDo: 'List the actions of observers alone.' },
      { type: 'dead-letters --retry 17', toDo: 'Put one of them back.' },
      { type: 'dead-letters --kind repo --retry-all', toDo: 'Put all repos back.' },
    ],
    async run(args, terminal) {
      const { values } = readFlags({ command: `${name} dead-letters`, flags, args })
      const { kind, limit, cursor, json, retry, 'retry-all': retryAll, ...place } = values
      if (retry !== undefined && retryAll) throw new UsageError('give either --retry or --retry-all')
      return withNode(place, async (api) => {
        if (retryAll || retry !== undefined) {
          const ids = retry !== undefined ? [retry] : await allIds(api, kind)
          const back = await putBack(api, ids)
          terminal.out(json ? `${JSON.stringify({ retried: back })}\n` : `${back.length} put back\n`)
          if (back.length === ids.length) return 0
          terminal.err(`${name}: no dead letter has the number ${ids.find((id) => !back.includes(id))}\n`)
          return 1
        }
        const answer = await api.get('/dead-letters', isPage('deadLetters', isDeadLetter), {
          kind,
          limit,
          cursor,
        })
        const { deadLetters: items } = answer
        printPage(terminal, { items, line: deadLetterLine, answer, cursor: answer.cursor, json })
        return 0
      })
    },
  }
}

interface DeadLetterJson {
  readonly id: string
  readonly kind: string
  /** Whose repo; absent where an action does not say what it is about. */
  readonly did?: string
  /** Which observer's action it was, and about what; absent for a repo. */
  readonly observer?: string
  readonly action?: string
  readonly uri?: string
  readonly diedAt: string
  readonly error?: string
}

function isDeadLetter(body: unknown): body is DeadLetterJson {
  return hasTexts(body, ['id', 'kind', 'diedAt'], ['did', 'error', 'observer', 'action', 'uri'])
}

function deadLetterLine(letter: DeadLetterJson): readonly string[] {
  const { id, kind, did = '-', diedAt, error = '-', observer, action = '-', uri = did } = letter
  const what = observer === undefined ? [did] : [`${observer} (${action})`, uri]
  return [id, kind, ...what, diedAt, error]
}

async function allIds(api: ApiClient, kind: string | undefined): Promise<readonly string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await api.get('/dead-letters', isPage('deadLetters', isDeadLetter), {
      kind,
      limit: 1000,
      cursor,
    })
    ids.push(...page.deadLetters.map(({ id }) => id))
    cursor = page.cursor
    if (cursor === undefined) return ids
  }
}

/** @returns those that were there. */
async function putBack(api: ApiClient, ids: readonly string[]): Promise<readonly string[]> {
  const back: string[] = []
  for (const id of ids) {
    try {
      await api.post(`/dead-letters/${encodeURIComponent(id)}/retry`, (body): body is object =>
        hasTexts(body, ['state']),
      )
      back.push(id)
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
    }
  }
  return back
}

const flags = {
  retry: {
    argument: 'ID',
    help: 'Puts the dead letter with this number back.',
    read: (text: string) => text,
  },
  'retry-all': toggle('Puts all of them back, or all of a kind.'),
  kind: {
    argument: 'KIND',
    help: 'Only these: repo, what could not be fetched, or job, actions of observers. [both]',
    read: oneOf(['repo', 'job']),
  },
  ...pageFlags,
} as const satisfies Record<string, Flag>
