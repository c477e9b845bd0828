import { misspelt } from '../bend.ts'
import type { Kind, Tree } from '../mutant.ts'
import { readBentSource } from '../source-bent.ts'
import { attributes, metricNames, observations, type RecordingPlace, recordings } from '../source-places.ts'

const recordedElsewhere = 'metrics that libraries or the meter itself record as well'
const oneOfSeveral = `one of several recordings of a metric, the others of which go on; ${recordedElsewhere}`

/** The code that records the metrics of the catalog. */
export const kinds: readonly Kind[] = [
  kind('recording removed', recordings, () => ['undefined'], oneOfSeveral),
  kind('observation removed', observations, () => ['undefined'], recordedElsewhere),
  kind('recording where no one gets to', recordings, unreached, oneOfSeveral),
  kind('observation where no one gets to', observations, unreached, recordedElsewhere),
  kind('recording in a function that nobody calls', recordings, uncalled, oneOfSeveral),
  kind('observation in a function that nobody calls', observations, uncalled, recordedElsewhere),
  kind('metric recorded instead of another', metricNames, otherNames, recordedElsewhere),
  kind('label misspelt where it is recorded', attributes, (object) =>
    entries(object).map(({ entry, key }) =>
      object.replace(entry, entry === key ? `${misspelt(key)}: ${key}` : entry.replace(key, misspelt(key))),
    ),
  ),
  kind('label added where it is recorded', attributes, (object) => [object.replace('{', '{ user: 1, ')]),
  kind('label left out where it is recorded', attributes, (object) =>
    entries(object).map(({ entry }) => object.replace(new RegExp(`${escaped(entry)}\\s*,?`), '')),
  ),
  kind('value of a label misspelt where it is recorded', attributes, (object) =>
    entries(object).flatMap(({ entry }) => {
      const literal = /'(\w+)'/.exec(entry)?.[1]
      return literal === undefined ? [] : [object.replace(entry, entry.replace(literal, misspelt(literal)))]
    }),
  ),
]

function kind(
  name: string,
  places: (tree: Tree) => readonly RecordingPlace[],
  bend: (written: string, place: RecordingPlace, all: readonly RecordingPlace[]) => readonly string[],
  leftOut?: string,
): Kind {
  return {
    name,
    of: 'source',
    ...(leftOut !== undefined && { leftOut }),
    *mutants(tree) {
      const all = places(tree)
      for (const place of all) {
        const { what, file, text, from, to } = place
        const was = text.slice(from, to)
        for (const by of bend(was, place, all))
          yield {
            what: `${what}: ${shortened(was)} → ${shortened(by)}`,
            change: {
              input: 'source',
              read: () => readBentSource(tree, { file, text: text.slice(0, from) + by + text.slice(to) }),
            },
          }
      }
    },
  }
}

function unreached(call: string): readonly string[] {
  return [`(false ? ${call} : undefined)`]
}

function uncalled(call: string): readonly string[] {
  return [`(() => { function neverCalled() { ${call} } })()`]
}

/** The next metric of the same file. */
function otherNames(name: string, { file, text }: RecordingPlace, all: readonly RecordingPlace[]): string[] {
  const names = all.filter((place) => place.file === file).map(({ from, to }) => text.slice(from, to))
  const at = names.indexOf(name)
  return [...names.slice(at + 1), ...names].filter((other) => other !== name).slice(0, 1)
}

function entries(object: string): readonly { readonly entry: string; readonly key: string }[] {
  return [...object.slice(1, -1).matchAll(/(\w+)(?::\s*(?:[^(),]|\([^()]*\))+)?/g)].map(
    ({ 0: entry, 1: key = '' }) => ({ entry: entry.trim(), key }),
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 70 ? `${line.slice(0, 70)}…` : line || 'nothing'
}
