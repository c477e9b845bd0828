import { linkTo } from '../../../src/net/repo/cid.ts'
import type { Fields } from './draft.ts'
import type { Forge, Tools } from './forge.ts'

/** Drops, repeats or reorders operations, takes them from other commits, or alters one. */
export const forgeOperations: Forge = ({ ops }, tools) => {
  const { random } = tools
  const at = random.int(ops.length + 1)
  switch (random.int(8)) {
    case 0:
      ops.splice(at, 1)
      return `without operation ${at}`
    case 1:
      ops.push(...ops.slice(at, at + 1).map((op) => ({ ...op })))
      return `operation ${at} twice`
    case 2:
      ops.reverse()
      return 'operations in another order'
    case 3:
      ops.splice(at, random.int(2), operation(tools))
      return `an operation of another commit at ${at}`
    case 4:
      ops.splice(at, random.int(2), invented(tools))
      return `an invented operation at ${at}`
    case 5: {
      const made = { ...invented(tools), action: 'create', cid: linkTo(tools.record()) }
      ops.push(made, { action: 'delete', path: made.path, cid: null })
      return 'a record made and deleted'
    }
    default:
      return alter(ops[at % Math.max(1, ops.length)], tools)
  }
}

function alter(op: Fields | undefined, tools: Tools): string {
  if (op === undefined) return 'nothing'
  const { random } = tools
  const field = random.pick(['action', 'path', 'cid', 'prev'])
  if (random.next() < 0.3) {
    delete op[field]
    return `an operation without ${field}`
  }
  op[field] = random.pick([
    () => operation(tools)[field] ?? null,
    () => invented(tools)[field] ?? null,
    () => random.pick([null, '', 0, [], linkTo(tools.record())]),
  ])()
  return `an operation with another ${field}`
}

/** One that another commit has made. */
function operation({ other, random }: Tools): Fields {
  return { ...random.pick(other().body.ops) }
}

/** One that makes sense, on a record that may be there. */
function invented({ other, random, record }: Tools): Fields & { readonly path: string } {
  const action = random.pick(['create', 'update', 'delete'])
  const path = random.pick([...other().content.keys()])
  const prev = random.pick([{}, { prev: null }, { prev: linkTo(record()) }])
  return { action, path, cid: action === 'delete' ? null : linkTo(record()), ...prev }
}
