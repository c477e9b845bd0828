import { parseDocument } from 'yaml'
import { readRules } from '../../../../tools/rules/read.ts'
import type { Rule } from '../../../../tools/rules/rule-file.ts'
import { misspelt } from '../bend.ts'
import type { Kind, Mutant } from '../mutant.ts'

/** Rules besides their queries: what they are called, how long they wait, and what they tell. */
export const kinds: readonly Kind[] = [
  ruleKind('rule removed', (_, path) => (document) => document.deleteIn(path)),
  ruleKind('rule there twice', ({ name }, path) => (document) => {
    const rules = path.slice(0, -1)
    document.addIn(rules, document.createNode(plain(document, path)))
    return name
  }),
  ...['summary', 'description'].map((key) =>
    bent(`${key} of an alert misspelt`, ['annotations', key], misspelt),
  ),
  ruleKind('alert renamed to another', ({ kind }, path) =>
    kind === 'alert'
      ? (document) => document.setIn([...path, 'alert'], otherAlert(document, path))
      : undefined,
  ),
  ruleKind('alert misspelt', ({ kind, name }, path) =>
    kind === 'alert' ? (document) => document.setIn([...path, 'alert'], misspelt(name)) : undefined,
  ),
  ruleKind('recording misspelt', ({ kind, name }, path) =>
    kind === 'record' ? (document) => document.setIn([...path, 'record'], misspelt(name)) : undefined,
  ),
  ...['for', 'labels', 'annotations'].map((key) => dropped(`${key} removed`, [key])),
  dropped('severity removed', ['labels', 'severity']),
  bent('severity misspelt', ['labels', 'severity'], misspelt),
  bent('another severity', ['labels', 'severity'], (was) => (was === 'critical' ? 'warning' : 'critical')),
  bent('for of a second', ['for'], () => '1s'),
  bent('for × 60', ['for'], (was) => was.replace(/[ms]$/, (unit) => (unit === 'm' ? 'h' : 'm'))),
  ...['summary', 'description', 'runbook_url'].map((key) =>
    dropped(`${key} of an alert removed`, ['annotations', key]),
  ),
  bent('link to another runbook', ['annotations', 'runbook_url'], misspelt),
  bent('label in the summary misspelt', ['annotations', 'summary'], (was) =>
    was.replace(/\$labels\.(\w+)/, (_, label) => `$labels.${misspelt(label)}`),
  ),
  bent('format of the value dropped', ['annotations', 'description'], (was) =>
    was.replace(/\s*\|\s*\w+/, ''),
  ),
  bent('template broken', ['annotations', 'description'], (was) => was.replace('}}', '}')),
  bent('template broken in the summary', ['annotations', 'summary'], (was) => was.replace('}}', '}')),
]

type Path = readonly (string | number)[]
type Editable = ReturnType<typeof parseDocument>

function ruleKind(
  name: string,
  bend: (rule: Rule, path: Path, text: Editable) => ((document: Editable) => unknown) | undefined,
): Kind {
  return {
    name,
    of: 'rules',
    *mutants(tree): Generator<Mutant> {
      for (const { file, text } of tree.rules) {
        const original = parseDocument(text)
        for (const [at, group] of readRules({ file, text }).groups.entries()) {
          for (const [index, rule] of group.rules.entries()) {
            const change = bend(rule, ['groups', at, 'rules', index], original)
            if (change === undefined) continue
            yield {
              what: `${file}, ${rule.name}`,
              get change() {
                const document = parseDocument(text)
                change(document)
                return { input: 'rules', file, text: document.toString({ lineWidth: 0 }) } as const
              },
            }
          }
        }
      }
    },
  }
}

function dropped(name: string, key: readonly string[]): Kind {
  return ruleKind(name, (_, path, original) =>
    original.hasIn([...path, ...key]) ? (document) => document.deleteIn([...path, ...key]) : undefined,
  )
}

function bent(name: string, key: readonly string[], bend: (was: string) => string): Kind {
  return ruleKind(name, (_, path, original) => {
    const was = original.getIn([...path, ...key])
    if (typeof was !== 'string' || bend(was) === was) return undefined
    return (document) => document.setIn([...path, ...key], bend(was))
  })
}

function plain(document: Editable, path: Path): unknown {
  return path.reduce((at, key) => (at as Record<string | number, unknown>)[key], document.toJS())
}

/** The next alert of the group takes its own name as well. */
function otherAlert(document: Editable, path: Path): string {
  const rules = plain(document, path.slice(0, -1)) as { readonly alert?: string }[]
  const index = path.at(-1) as number
  return [...rules.slice(index + 1), ...rules.slice(0, index)].find(({ alert }) => alert)?.alert ?? 'Other'
}
