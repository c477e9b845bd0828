import { linkTo } from '../../../src/net/repo/cid.ts'
import type { Draft, Fields } from './draft.ts'
import type { Forge, Tools } from './forge.ts'

/** Leaves out what hosts of before Sync 1.1 do not say. */
export function ofOldHost({ message, ops }: Draft): string {
  delete message.prevData
  for (const op of ops) delete op.prev
  return 'as of an old host'
}

/** Drops a field of the message, or gives it a value of another commit, another field, or another kind. */
export const forgeMessage: Forge = ({ message, ops }, tools) => {
  const { random } = tools
  if (random.next() < 0.1) {
    const flag = random.pick(['tooBig', 'rebase'])
    message[flag] = true
    if (random.next() < 0.5) ops.length = 0
    return flag
  }
  const field = random.pick(messageFields)
  if (random.next() < 0.25) {
    delete message[field]
    return `no ${field}`
  }
  message[field] = random.pick(values)(field, tools)
  return `another ${field}`
}

const messageFields = ['repo', 'commit', 'rev', 'since', 'prevData', 'blocks', 'ops', 'blobs', 'seq', 'time']

const values: readonly ((field: string, tools: Tools) => unknown)[] = [
  ofOther,
  ofOther,
  ofOther,
  (_, tools) => ofOther(tools.random.pick(messageFields), tools),
  (_, tools) => linkTo(tools.record()),
  (_, tools) => linkTo(tools.other().data),
  (_, { random }) => random.pick([null, 0, -1, '', [], {}, true, '3zzzzzzzzzzzz']),
]

function ofOther(field: string, { other }: Tools): unknown {
  return (other().body as unknown as Fields)[field] ?? null
}
