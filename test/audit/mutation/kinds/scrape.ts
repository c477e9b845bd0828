import { declaredCatalog } from '../../../../tools/catalog-file/declared-catalog.ts'
import { misspelt } from '../bend.ts'
import type { Kind, Mutant } from '../mutant.ts'
import { type FamilyPlace, familiesOf, labelsOf } from '../scrape-places.ts'

const strangers = 'metrics that libraries bring and nothing declares'
const ofOthers = `${strangers}, and labels that they add to every series`
const ofOthersOrOpen = `${ofOthers}; labels whose values nobody lists`

/** What the service exposes. */
export const kinds: readonly Kind[] = [
  {
    ...declaredKind('family removed', (lines, { from, to }) => {
      lines.splice(from, to - from)
    }),
    note: 'a metric without series may still wait for its first measurement',
  },
  declaredKind('family renamed', (lines, { from, to, name }) => {
    for (let at = from; at < to; at++) lines[at] = (lines[at] ?? '').replace(name, misspelt(name))
  }),
  declaredKind('family with another type', (lines, { from, type }) => {
    const others: Readonly<Record<string, string>> = {
      counter: 'gauge',
      gauge: 'counter',
      histogram: 'counter',
    }
    lines[from + 1] = (lines[from + 1] ?? '').replace(/\w+$/, others[type] ?? 'untyped')
  }),
  declaredKind('TYPE removed', (lines, { from }) => {
    lines.splice(from + 1, 1)
  }),
  declaredKind('HELP removed', (lines, { from }) => {
    lines.splice(from, 1)
  }),
  declaredKind('HELP misspelt', (lines, { from, name }) => {
    const start = `# HELP ${name} `
    lines[from] = start + misspelt((lines[from] ?? '').slice(start.length))
  }),
  declaredKind('bound of a bucket bent', (lines, { samples }) => {
    const bent = samples.filter((at) => /le="[1-9]/.test(lines[at] ?? ''))
    for (const at of bent) lines[at] = (lines[at] ?? '').replace(/le="([1-9])/, 'le="$19')
    return bent.length > 0
  }),
  declaredKind('label added', (lines, { samples }) => {
    for (const at of samples) lines[at] = withLabel(lines[at] ?? '', 'user', `u${at}`)
  }),
  declaredKind(
    'label renamed',
    eachLabel((label) => label.replace(/^\w+/, misspelt)),
    ofOthers,
  ),
  declaredKind(
    'label removed',
    eachLabel(() => ''),
    ofOthers,
  ),
  declaredKind(
    'value of a label misspelt',
    eachLabel((label) => label.replace(/"(.*)"/, (_, value) => `"${misspelt(value)}x"`), true),
    ofOthersOrOpen,
  ),
  familyKind('series there twice', (lines, { samples: [at = 0] }) => {
    lines.splice(at, 0, lines[at] ?? '')
  }),
  familyKind('line broken', (lines, { samples: [at = 0] }) => {
    lines[at] = (lines[at] ?? '').replace(/ [^ ]+$/, '')
  }),
  familyKind('value that is not a number', (lines, { samples: [at = 0] }) => {
    lines[at] = (lines[at] ?? '').replace(/ [^ ]+$/, ' many')
  }),
  familyKind('time on a sample', (lines, { samples: [at = 0] }) => {
    lines[at] = `${lines[at]} 1700000000000`
  }),
  familyKind('counter below zero', (lines, { type, samples: [at = 0] }) => {
    if (type === 'counter') lines[at] = (lines[at] ?? '').replace(/ [^ ]+$/, ' -1')
    return type === 'counter'
  }),
  familyKind('last bucket removed', (lines, { samples }) => removeFirst(lines, samples, /le="\+Inf"/)),
  familyKind(
    'sum of a histogram removed',
    (lines, { type, samples }) => type === 'histogram' && removeFirst(lines, samples, /_sum[{ ]/),
  ),
  familyKind(
    'count of a histogram removed',
    (lines, { type, samples }) => type === 'histogram' && removeFirst(lines, samples, /_count[{ ]/),
  ),
  familyKind('bucket greater than the next', (lines, { samples }) => {
    const at = samples.find((each) => /le="/.test(lines[each] ?? ''))
    if (at !== undefined) lines[at] = (lines[at] ?? '').replace(/ [^ ]+$/, ' 1000000000')
    return at !== undefined
  }),
  familyKind('buckets removed', (lines, { samples }) => {
    const buckets = samples.filter((each) => /le="/.test(lines[each] ?? ''))
    for (const at of buckets.toReversed()) lines.splice(at, 1)
    return buckets.length > 0
  }),
]

/** Bends what the catalog declares, and therefore the audit can know. */
function declaredKind(name: string, bend: Bend, leftOut = strangers): Kind {
  return familyKind(name, bend, leftOut)
}

type Bend = (lines: string[], family: FamilyPlace, labels: Labels) => unknown

/** What the catalog says about the labels of a metric; their values where it lists them. */
type Labels = ReadonlyMap<string, readonly string[] | undefined>

/** @param bend returns false where there is nothing to bend. */
function familyKind(name: string, bend: Bend, leftOut?: string): Kind {
  return {
    name,
    of: 'scrape',
    ...(leftOut !== undefined && { leftOut }),
    *mutants({ scrape, catalog }): Generator<Mutant> {
      const declared = new Map(
        declaredCatalog({ file: '', components: catalog }).metrics.map((metric) => [
          metric.name,
          metric.labels,
        ]),
      )
      const lines = scrape.text.split('\n')
      for (const family of familiesOf(lines)) {
        const labels = declared.get(family.name)
        if (labels === undefined && leftOut !== undefined) continue
        const bent = [...lines]
        if (bend(bent, family, labels ?? new Map()) === false) continue
        yield { what: family.name, change: { input: 'scrape', text: bent.join('\n') } }
      }
    },
  }
}

/** Bends the first label of a family on all of its series; or a value of it, on the first one. */
function eachLabel(bend: (label: string) => string, isValue = false): Bend {
  return (lines, { samples }, labels) => {
    const own = labelsOf(lines[samples[0] ?? 0] ?? '').find(({ name }) =>
      isValue ? labels.get(name) !== undefined : labels.has(name),
    )
    if (own === undefined) return false
    for (const at of isValue ? samples.slice(0, 1) : samples) {
      const label = labelsOf(lines[at] ?? '').find((each) => each.name === own.name)
      if (label === undefined) continue
      lines[at] = (lines[at] ?? '')
        .replace(label.text, () => bend(label.text))
        .replace(/\{,|,,|,\}/, (comma) => ({ '{,': '{', ',,': ',', ',}': '}' })[comma] ?? '')
    }
    return true
  }
}

function withLabel(line: string, label: string, value: string): string {
  const pair = `${label}="${value}"`
  return line.includes('{') ? line.replace('{', `{${pair},`) : line.replace(' ', `{${pair}} `)
}

function removeFirst(lines: string[], samples: readonly number[], pattern: RegExp): boolean {
  const at = samples.find((each) => pattern.test(lines[each] ?? ''))
  if (at !== undefined) lines.splice(at, 1)
  return at !== undefined
}
