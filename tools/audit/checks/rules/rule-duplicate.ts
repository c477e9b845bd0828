import { parseQuery } from '../../../promql/parse.ts'
import type { Rule } from '../../../rules/rule-file.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { type LocatedRule, ruleFinding, rulesOf } from './rule-listing.ts'

const check = 'rule-duplicate'

export const ruleDuplicate: Check = {
  name: check,
  description:
    'Rules that exist twice: the same name and labels, or the same query; groups of the same name.',
  *run(inputs) {
    const byName = new Map<string, LocatedRule>()
    const byAlert = new Map<string, LocatedRule>()
    const byQuery = new Map<string, LocatedRule>()
    for (const located of rulesOf(inputs)) {
      const { rule } = located
      const labels = [...rule.labels]
        .map((pair) => pair.join('='))
        .sort()
        .join()
      const query = rule.expr.replaceAll(/\s+/g, ' ').trim()
      const same = once(byName, `${rule.kind} ${rule.name} ${labels}`, located)
      if (same !== undefined) {
        const isCopy = query === same.rule.expr.replaceAll(/\s+/g, ' ').trim()
        const level = rule.kind === 'record' || isCopy ? 'error' : 'warning'
        const reason = `${rule.kind === 'alert' ? 'An alert' : 'A recording rule'} of this name and with these labels is in ${place(same)} already.`
        yield ruleFinding(located, {
          check,
          level,
          reason,
          mend: 'Remove one of them, or tell them apart by name or label.',
        })
        continue
      }
      const namesake = rule.kind === 'alert' ? once(byAlert, rule.name, located) : undefined
      if (namesake !== undefined && isAboutAnother(rule, namesake.rule))
        yield ruleFinding(located, {
          check,
          level: 'warning',
          reason: `An alert of this name in ${place(namesake)} asks for other metrics.`,
          mend: 'Give it a name of its own.',
          about: 'name',
        })
      const alike = once(byQuery, `${rule.kind} ${query} ${rule.forMs ?? 0} ${labels}`, located)
      if (alike === undefined) continue
      const reason = `It has the query of ${alike.rule.name} in ${place(alike)}.`
      yield ruleFinding(located, {
        check,
        level: 'warning',
        reason,
        mend: 'Remove one of them, or correct the one that was copied.',
        about: 'query',
      })
    }
    for (const file of inputs.rules) yield* twice(file.file, file.groups)
  },
}

function* twice(
  file: string,
  groups: readonly { readonly name: string; readonly line: number; readonly rules: readonly Rule[] }[],
): Generator<Finding> {
  const seen = new Set<string>()
  for (const { name, line } of groups) {
    if (seen.has(name)) {
      const reason = `A group named ${JSON.stringify(name)} is in this file already, which Prometheus refuses.`
      yield {
        check,
        level: 'error',
        place: { file, line },
        subject: `group ${name}`,
        reason,
        mend: 'Give it a name of its own.',
      }
    }
    seen.add(name)
  }
}

/** Alerts on one thing may share a name, once for each severity. */
function isAboutAnother(one: Rule, other: Rule): boolean {
  const [names, others] = [one, other].map(
    ({ expr }) =>
      new Set(parseQuery(expr, { variables: 'none' }).query?.selectors.map(({ name }) => name?.text)),
  )
  return names !== undefined && others !== undefined && names.size > 0 && names.isDisjointFrom(others)
}

function once(map: Map<string, LocatedRule>, key: string, located: LocatedRule): LocatedRule | undefined {
  const before = map.get(key)
  if (before === undefined) map.set(key, located)
  return before
}

function place({ file, rule }: LocatedRule): string {
  return `${file.file}:${rule.line}`
}
