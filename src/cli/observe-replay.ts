import { UsageError } from '@tidegauge/otel/usage-error'
import {
  type Command,
  duration,
  type Flag,
  InvalidValue,
  type Program,
  readFlags,
  toggle,
} from '@tidegauge/tools/cli'
import { wallClock } from '../model/clock.ts'
import { nodeFlags, withNode } from './node/with-node.ts'
import { observersFlag, readShown } from './observers-file.ts'
import { clean, counted, hasTexts, nodeHelp } from './pages.ts'

/** `observe replay --since`: what would have come to observers of the records that are kept. */
export function observeReplayCommand({ name }: Program): Command {
  return {
    synopsis: '--since TIME [FLAGS]',
    flags,
    json: 'The answer of `POST /observers/replay`.',
    details: () => nodeHelp(flags),
    examples: [
      {
        type: 'observe replay --since 24h --observers new.yaml',
        toDo: 'Count what the observers of a file would have acted on in the last day.',
      },
    ],
    async run(args, { out, err }) {
      const command = `${name} observe replay`
      const { values } = readFlags({ command, flags, args })
      const { json, since, observers: path, ...place } = values
      if (since === undefined) throw new UsageError(`say since when: ${command} --since 24h`)
      const body = {
        since,
        ...(path !== undefined && { observers: await readShown(path) }),
      }
      const answer = await withNode(place, (api) =>
        api.post('/observers/replay', isReplay, body, { timeoutMs: 60_000 }),
      )
      if (json) out(`${JSON.stringify(answer)}\n`)
      else
        for (const { observer, events, examples } of answer.observers) {
          out(`${observer}  ${counted(events, 'event')}\n`)
          for (const uri of examples) out(`  ${clean(uri)}\n`)
        }
      if (!answer.isComplete)
        err(`${name}: only the first ${answer.records} records were judged in the time there was\n`)
      return 0
    },
  }
}

interface ReplayJson {
  readonly records: number
  readonly isComplete: boolean
  readonly observers: readonly {
    readonly observer: string
    readonly events: number
    readonly examples: readonly string[]
  }[]
}

function isReplay(body: unknown): body is ReplayJson {
  if (!hasTexts(body, [])) return false
  const { records, isComplete, observers } = body
  return typeof records === 'number' && typeof isComplete === 'boolean' && Array.isArray(observers)
}

/** A time, or how long ago it was. */
function moment(value: string): string {
  const time = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  try {
    return new Date(wallClock() - duration(value)).toISOString()
  } catch {
    throw new InvalidValue('must be a time such as 2026-01-31T12:00:00Z, or how long ago, such as 24h')
  }
}

const flags = {
  since: {
    argument: 'TIME',
    help: 'Records that were written here since, or so long ago: 24h.',
    read: moment,
  },
  observers: observersFlag,
  json: toggle('Prints what the API answers, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>
