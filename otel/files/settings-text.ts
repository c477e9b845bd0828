import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair, visit, type YAMLMap } from 'yaml'
import { type SettingPath, settingError } from './setting-error.ts'
import { substitute } from './substitution.ts'
import { nestedTooDeeply, readYaml, type YamlFault, yamlFault } from './yaml-text.ts'

export interface SettingsTextOptions {
  /** What errors call the file. */
  readonly name: string
  readonly text: string
  /** Variables that the text may name: `${NAME}`. @default none, a dollar sign is one */
  readonly environment?: NodeJS.ProcessEnv | undefined
}

/** The values of a text, and where each stands. */
export interface SettingsText {
  /** `{}` for an empty text. */
  readonly value: unknown
  /** `file:line` of a key or an item of a list; undefined where the text does not have it. */
  where(path: SettingPath): string | undefined
  /** The same, or else that of the part that should hold it. */
  near(path: SettingPath): string
}

/**
 * Reads settings in YAML or JSON.
 *
 * @throws {UsageError} with one line when it is neither, says a key twice, or names a variable that is not set.
 */
export function readSettingsText({ name, text, environment }: SettingsTextOptions): SettingsText {
  const { documents, fault, lineOf } = readYaml(text, name)
  const placeOf = (offset: number) => `${name}:${lineOf(offset)}`
  const refuse = ({ offset, ...said }: YamlFault): never => {
    throw settingError({ where: offset === undefined ? name : placeOf(offset), ...said })
  }
  if (fault !== undefined) refuse(fault)
  const [document, another] = documents as readonly [Document.Parsed, ...Document.Parsed[]]
  if (another !== undefined) refuse({ ...severalDocuments, offset: another.range[0] })
  // A warning is about what the parser makes of a value that it does not understand, such as a tag.
  const [warning] = document.warnings
  if (warning !== undefined) refuse({ offset: warning.pos[0], ...yamlFault(warning, name) })
  try {
    refuseOddKeys(document, placeOf)
    if (environment !== undefined) substitute(document, environment, placeOf)
  } catch (cause) {
    throw cause instanceof RangeError ? settingError({ where: name, ...nestedTooDeeply, cause }) : cause
  }
  const value = valuesOf(document, name, placeOf) ?? {}
  const offsetOf = offsets(document)
  const where = (path: SettingPath) => {
    const offset = offsetOf(path)
    return offset === undefined ? undefined : placeOf(offset)
  }
  const near = (path: SettingPath): string =>
    where(path) ?? (path.length > 0 ? near(path.slice(0, -1)) : `${name}:1`)
  return { value, where, near }
}

/** @throws {UsageError} for aliases of nothing or of more than a memory holds, and for what no stack is deep enough. */
function valuesOf(document: Document, name: string, placeOf: (offset: number) => string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    if (cause instanceof RangeError) throw settingError({ where: name, ...nestedTooDeeply, cause })
    if (!(cause instanceof ReferenceError)) throw cause
    // Only where there is one: to resolve every alias takes the square of the time.
    if (cause.message.startsWith('Unresolved alias')) refuseAliasesOfNothing(document, placeOf)
    throw settingError({
      where: name,
      problem: 'has aliases (*name) that unfold to far too much',
      mend: 'write out what they stand for',
      cause,
    })
  }
}

/** The parser would make one name of all that such a key holds, and show it. */
function refuseOddKeys(document: Document, placeOf: (offset: number) => string): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (!isNode(key) || isScalar(key)) return
      throw settingError({
        where: placeOf(key.range?.[0] ?? 0),
        problem: 'has braces, brackets or an alias in place of a name',
        mend: 'write a name, in quotes where it holds such characters',
      })
    },
  })
}

function refuseAliasesOfNothing(document: Document, placeOf: (offset: number) => string): void {
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return
      throw settingError({
        where: placeOf(alias.range?.[0] ?? 0),
        problem: `the alias *${alias.source} stands for nothing`,
        mend: `put the anchor &${alias.source} before it, or write the value out`,
      })
    },
  })
}

/** Tells where the key or the list item of a path begins in the text. */
function offsets(document: Document): (path: SettingPath) => number | undefined {
  const read = new Map<YAMLMap, ReadonlyMap<string, Pair>>()
  const pairsOf = (map: YAMLMap) => {
    const pairs =
      read.get(map) ??
      new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])))
    read.set(map, pairs)
    return pairs
  }
  return (path) => {
    let node: unknown = document.contents
    let offset: number | undefined = isNode(node) ? node.range?.[0] : undefined
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document)
      if (isMap(node)) {
        const pair = pairsOf(node).get(String(step))
        if (pair === undefined) return undefined
        offset = isNode(pair.key) ? pair.key.range?.[0] : undefined
        node = pair.value
      } else if (isSeq(node)) {
        node = node.items[step as number]
        if (!isNode(node)) return undefined
        offset = node.range?.[0]
      } else return undefined
    }
    return offset
  }
}

const severalDocuments = {
  problem: 'begins another document here',
  mend: 'keep one document, without --- between parts',
}
