import { parseDocument } from 'yaml'
import { type ParsedQuery, parseQuery } from '../../../tools/promql/parse.ts'
import { parseVariableQuery } from '../../../tools/promql/variable-query.ts'
import { readRules } from '../../../tools/rules/read.ts'
import { changeJson, dashboardsOf, objectAt, panelsOf } from './dashboard-places.ts'
import type { Change, Tree } from './mutant.ts'

/** A query of the tree, and how another one is put in its place. */
export interface QueryPlace {
  /** `overview.json, Lag, A`. */
  readonly what: string
  readonly in: 'panel' | 'variable' | 'rule'
  readonly query: ParsedQuery
  readonly put: (expr: string) => Change
}

/** Every query of the panels, variables and rules; read once for each tree. */
export function queryPlaces(tree: Tree): readonly QueryPlace[] {
  const known = read.get(tree) ?? [...panelQueries(tree), ...variableQueries(tree), ...ruleQueries(tree)]
  read.set(tree, known)
  return known
}

const read = new WeakMap<Tree, readonly QueryPlace[]>()

function* panelQueries(tree: Tree): Generator<QueryPlace> {
  for (const place of panelsOf(tree)) {
    for (const target of place.panel.targets) {
      const { query } = parseQuery(target.expr ?? '', { variables: 'grafana' })
      if (query === undefined) throw new Error(`${place.what}: ${target.expr} is not a query`)
      const put = (expr: string) =>
        place.change((_, json) => Object.assign(objectAt(json, target.path), { expr }))
      yield { what: `${place.what}, ${target.refId}`, in: 'panel', query, put }
    }
  }
}

function* variableQueries(tree: Tree): Generator<QueryPlace> {
  for (const { file, dashboard } of dashboardsOf(tree)) {
    for (const variable of dashboard.variables) {
      const text = variable.query ?? ''
      const asked = variable.type === 'query' ? parseVariableQuery(text) : undefined
      if (asked === undefined || !('of' in asked) || asked.of?.result.query === undefined) continue
      const { query } = asked.of.result
      const put = (expr: string) =>
        changeJson(file, (json) => {
          const changed = text.replace(query.text, () => expr)
          const held = objectAt(json, variable.path) as { query: { query: string }; definition: string }
          held.query.query = changed
          held.definition = changed
        })
      yield { what: `${file.file}, $${variable.name}`, in: 'variable', query, put }
    }
  }
}

function* ruleQueries(tree: Tree): Generator<QueryPlace> {
  for (const { file, text } of tree.rules) {
    const { groups } = readRules({ file, text })
    for (const [at, group] of groups.entries()) {
      for (const [index, { name, expr }] of group.rules.entries()) {
        const { query } = parseQuery(expr, { variables: 'none' })
        if (query === undefined) throw new Error(`${file}: ${expr} is not a query`)
        const put = (changed: string): Change => {
          const document = parseDocument(text)
          document.setIn(['groups', at, 'rules', index, 'expr'], changed)
          return { input: 'rules', file, text: document.toString({ lineWidth: 0 }) }
        }
        yield { what: `${file}, ${name}`, in: 'rule', query, put }
      }
    }
  }
}
