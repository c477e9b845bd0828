import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, type Program, readFlags, toggle } from '@tidegauge/tools/cli'
import { nodeFlags, withNode } from './node/with-node.ts'
import { observersFlag, readShown } from './observers-file.ts'
import { hasTexts, isPage, nodeHelp } from './pages.ts'

/** `observe test EVENT`: what observers would do about one event. */
export function observeTestCommand({ name }: Program): Command {
  return {
    synopsis: 'EVENT [FLAGS]',
    flags,
    json: 'The answer of `POST /observers/test`.',
    details: () => `EVENT is the at:// URI of a record that is kept, or a change in JSON:
{"operation": "create", "did": …, "collection": …, "rkey": …, "record": {…}}. Nothing runs.

${nodeHelp(flags)}`,
    examples: [
      {
        type: 'observe test at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k7',
        toDo: 'Say which observers of the node would act on a record, and why others would not.',
      },
      {
        type: 'observe test at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k7 --observers new.yaml',
        toDo: 'Ask the same of a file, before a node has it.',
      },
    ],
    async run(args, { out }) {
      const command = `${name} observe test`
      const { values, words } = readFlags({ command, flags, args, allowsWords: true })
      const { json, observers: path, ...place } = values
      const [event, ...more] = words
      if (event === undefined || more.length > 0) throw new UsageError(`give one event: ${command} EVENT`)
      const body = {
        event: readEvent(event),
        ...(path !== undefined && { observers: await readShown(path) }),
      }
      const answer = await withNode(place, (api) =>
        api.post('/observers/test', isPage('observers', isVerdict), body),
      )
      if (json) out(`${JSON.stringify(answer)}\n`)
      else for (const verdict of answer.observers) out(`${verdictLine(verdict)}\n`)
      return 0
    },
  }
}

function readEvent(event: string): unknown {
  if (event.startsWith('at://')) return { uri: event }
  try {
    return JSON.parse(event)
  } catch {
    throw new UsageError('the event is neither an at:// URI nor JSON: put JSON in single quotes')
  }
}

interface VerdictJson {
  readonly observer: string
  readonly matches: boolean
  readonly fails?: string
  readonly actions: readonly string[]
}

function isVerdict(body: unknown): body is VerdictJson {
  return (
    hasTexts(body, ['observer'], ['fails']) &&
    typeof body.matches === 'boolean' &&
    Array.isArray(body.actions)
  )
}

function verdictLine({ observer, matches, fails, actions }: VerdictJson): string {
  return matches ? `${observer}  would run ${actions.join(', ')}` : `${observer}  no: ${fails} does not fit`
}

const flags = {
  observers: observersFlag,
  json: toggle('Prints what the API answers, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>
