import { stringify } from 'yaml'
import { readSettingsText } from '../../../otel/files/settings-text.ts'
import type { Random } from '../../../src/demo/random.ts'
import { type Mutate, oddNumber, oddText, type Tools, times } from './mutation.ts'

/** A value of JSON or YAML, in the hands of somebody who may alter all of it. */
type Tree = unknown
type Holder = Record<string, Tree>

/** Alters what a file of JSON or YAML says, so that it stays one; a text that cannot be read or written stays as it is. */
export const mutateTree: Mutate = (text, tools) => {
  const isJson = /^\s*[[{]/.test(text)
  try {
    // The parser of YAML alone takes minutes for some texts.
    const tree: Tree = isJson ? JSON.parse(text) : readSettingsText({ name: 'hostile', text }).value
    const { random } = tools
    const places = placesIn(tree)
    if (places.length === 0) return text
    const { holder, key } = random.pick(alike(places, random))
    random.pick(mutations)(holder, key, tools, places)
    return isJson || random.next() < 0.3 ? JSON.stringify(tree, null, random.int(3)) : stringify(tree)
  } catch {
    return text
  }
}

/** Places under one of the names: each name has the same chance, however often it occurs. */
function alike(places: readonly Place[], random: Random): readonly Place[] {
  if (random.next() < 0.3) return places
  const name = random.pick([...new Set(places.map(({ key }) => key))])
  return places.filter(({ key }) => key === name)
}

interface Place {
  readonly holder: Holder
  readonly key: string
}

type Change = (holder: Holder, key: string, tools: Tools, places: readonly Place[]) => void

const mutations: readonly Change[] = [
  (holder, key, tools) => {
    holder[key] = oddValue(tools)
  },
  (holder, key, tools) => {
    holder[key] = oddText(tools)
  },
  (holder, key) => {
    delete holder[key]
  },
  (holder, key, { random }, places) => {
    const from = random.pick(places)
    // What holds its own holder could not be written.
    holder[key] = structuredClone(from.holder[from.key])
  },
  (holder, key, tools) => {
    holder[tools.random.next() < 0.3 ? '__proto__' : oddText(tools).slice(0, 1000)] = holder[key]
  },
  (holder, key, tools) => {
    const name = tools.random.pick(['a', key])
    const depth = Math.min(tools.random.pick([10, 300, 3000]), times(tools, name.length + 6))
    for (let level = 0; level < depth; level++)
      holder[key] = isList(holder) ? [holder[key]] : { [name]: holder[key] }
  },
  (holder, key, tools) => {
    holder[key] = copies(holder[key], tools)
  },
  (holder, _, tools) => {
    if (!isList(holder)) return
    const at = tools.random.int(holder.length)
    holder.splice(at, 1, ...copies(holder[at], tools).slice(0, 50_000))
  },
  (holder, key, tools) => {
    if (isList(holder)) return
    copies(holder[key], tools).forEach((copy, at) => {
      holder[`${key}${at}`] = copy
    })
  },
]

function oddValue(tools: Tools): Tree {
  const { random } = tools
  return random.pick([
    null,
    true,
    [],
    {},
    [null],
    [[]],
    { a: { b: [] } },
    oddText(tools),
    oddNumber(random),
    String(oddNumber(random)),
  ])
}

/** As many as there may be, each with names of its own. */
function copies(value: Tree, tools: Tools): readonly Tree[] {
  const text = JSON.stringify(value) ?? 'null'
  const isSame = tools.random.next() < 0.3
  return Array.from({ length: times(tools, text.length + 10) }, (_, at) =>
    JSON.parse(isSame ? text : text.replace(/"(?=[,}\]]|$)/g, () => `${at}"`)),
  )
}

function isList(holder: Tree): holder is Tree[] {
  return Array.isArray(holder)
}

function placesIn(root: Tree): readonly Place[] {
  const places: Place[] = []
  const open = [root]
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    if (holder === null || typeof holder !== 'object') continue
    for (const [key, value] of Object.entries(holder)) {
      places.push({ holder: holder as Holder, key })
      open.push(value)
    }
  }
  return places
}
