import { misspelt } from '../bend.ts'
import type { Kind, Mutant } from '../mutant.ts'
import { type FamilyPlace, familiesOf, labelsOf } from '../scrape-places.ts'

const ofOthers = 'labels and values that libraries add to every series (otel_scope_name and the like)'

/** What the service exposes. */
export const kinds: readonly Kind[] = [
  familyKind('family removed', (lines, { from, to }) => {
    lines.splice(from, to - from)
  }),
  familyKind('family renamed', (lines, { from, to, name }) => {
    for (let at = from; at < to; at++) lines[at] = (lines[at] ?? '').replace(name, misspelt(name))
  }),
  familyKind('family with another type', (lines, { from, type }) => {
    const others: Readonly<Record<string, string>> = {
      counter: 'gauge',
      gauge: 'counter',
      histogram: 'counter',
    }
    lines[from + 1] = (lines[from + 1] ?? '').replace(/\w+$/, others[type] ?? 'untyped')
  }),
  familyKind('TYPE removed', (lines, { from }) => {
    lines.splice(from + 1, 1)
  }),
  familyKind('HELP removed', (lines, { from }) => {
    lines.splice(from, 1)
  }),
  familyKind('label added', (lines, { samples, name }) => {
    if (name === 'target_info') return false
    for (const at of samples) lines[at] = withLabel(lines[at] ?? '', 'user', `u${at}`)
    return true
  }),
  familyKind(
    'label renamed',
    eachLabel((label) => label.replace(/^\w+/, misspelt)),
    ofOthers,
  ),
  familyKind(
    'label removed',
    eachLabel(() => ''),
    ofOthers,
  ),
  familyKind(
    'value of a label misspelt',
    eachLabel((label) => label.replace(/"(.*)"/, (_, value) => `"${misspelt(value)}x"`), true),
    ofOthers,
  ),
  familyKind('series there twice', (lines, { samples: [at = 0] }) => {
    lines.splice(at, 0, lines[at] ?? '')
  }),
  familyKind('line broken', (lines, { samples: [at = 0] }) => {
    lines[at] = (lines[at] ?? '').replace(/ [^ ]+$/, '')
  }),
  familyKind('value that is no number', (lines, { samples: [at = 0] }) => {
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

/** @param bend returns false where there is nothing to bend. */
function familyKind(
  name: string,
  bend: (lines: string[], family: FamilyPlace) => unknown,
  leftOut?: string,
): Kind {
  return {
    name,
    of: 'scrape',
    ...(leftOut !== undefined && { leftOut }),
    *mutants({ scrape }): Generator<Mutant> {
      const lines = scrape.text.split('\n')
      for (const family of familiesOf(lines)) {
        const bent = [...lines]
        if (bend(bent, family) === false) continue
        yield { what: family.name, change: { plane: 'scrape', text: bent.join('\n') } }
      }
    },
  }
}

/** Bends the first label of its own that a family has, on all of its series or on the first one only. */
function eachLabel(bend: (label: string) => string, isFirstOnly = false) {
  return (lines: string[], { samples, name }: FamilyPlace): boolean => {
    const own = labelsOf(lines[samples[0] ?? 0] ?? '').find(({ name: label }) => !/^(otel_|le$)/.test(label))
    if (own === undefined || name === 'target_info') return false
    for (const at of isFirstOnly ? samples.slice(0, 1) : samples) {
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
