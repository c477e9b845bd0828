import { type Command, type Flag, type Program, readFlags, toggle } from '@tidegauge/tools/cli'
import { nodeFlags, withNode } from './node/with-node.ts'
import { clean, counted, hasTexts, isPage, nodeHelp } from './pages.ts'

/** `observe list`: who observes what, and what came to them. */
export function observeListCommand({ name }: Program): Command {
  return {
    synopsis: '[FLAGS]',
    flags,
    json: 'The answer of `GET /observers`.',
    details: () => nodeHelp(flags),
    examples: [
      { type: 'observe list', toDo: 'Show the observers of the node, and how many events each has matched.' },
    ],
    async run(args, { out }) {
      const { values } = readFlags({ command: `${name} observe list`, flags, args })
      const { json, ...place } = values
      const answer = await withNode(place, (api) => api.get('/observers', isPage('observers', isObserver)))
      if (json) out(`${JSON.stringify(answer)}\n`)
      else for (const observer of answer.observers) out(`${observerLine(observer).map(clean).join('  ')}\n`)
      return 0
    },
  }
}

interface ObserverJson {
  readonly name: string
  readonly when: { readonly collection?: readonly string[] }
  readonly actions: readonly string[]
  readonly matched?: number
  readonly lastMatchAt?: string
}

function isObserver(body: unknown): body is ObserverJson {
  if (!hasTexts(body, ['name'], ['lastMatchAt'])) return false
  return typeof body.when === 'object' && Array.isArray(body.actions)
}

function observerLine({ name, when, actions, matched, lastMatchAt = '-' }: ObserverJson): readonly string[] {
  const matches = matched === undefined ? '-' : counted(matched, 'event')
  return [name, (when.collection ?? ['*']).join(','), `→ ${actions.join(', ')}`, matches, lastMatchAt]
}

const flags = {
  json: toggle('Prints what the API answers, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>
