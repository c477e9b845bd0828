import { misspelt } from '../bend.ts'
import {
  changeJson,
  type DashboardJson,
  dashboardsOf,
  type PanelJson,
  type VariableJson,
} from '../dashboard-places.ts'
import type { Kind, Mutant, Tree } from '../mutant.ts'

/** Dashboards as a whole: what they are called, their variables, their links. */
export const kinds: readonly Kind[] = [
  wholeKind('uid of another dashboard', (json, tree) => {
    json.uid = otherThan(json, tree).uid ?? ''
  }),
  wholeKind('uid removed', (json) => {
    delete json.uid
  }),
  wholeKind('uid misspelt', (json) => {
    json.uid = misspelt(json.uid ?? '')
  }),
  wholeKind('title of another dashboard', (json, tree) => {
    json.title = otherThan(json, tree).title ?? ''
  }),
  wholeKind('title of a dashboard removed', (json) => {
    delete json.title
  }),
  wholeKind('tags removed', (json) => {
    json.tags = []
  }),
  wholeKind('refresh removed', (json) => {
    delete json.refresh
  }),
  wholeKind('refresh bent', (json) => {
    json.refresh = '10x'
  }),
  wholeKind('refresh of a second', (json) => {
    json.refresh = '1s'
  }),
  {
    ...wholeKind('editable', (json) => {
      json.editable = true
    }),
    note: 'every dashboard that Grafana exports is editable',
  },
  wholeKind('link to a dashboard that is missing', (json) => {
    for (const link of json.links) if (link.url) link.url = misspelt(link.url)
  }),
  wholeKind('link by a tag that is missing', (json) => {
    for (const link of json.links) link.tags = link.tags.map(misspelt)
  }),
  wholeKind('link without address', (json) => {
    for (const link of json.links) if (link.url) link.url = ''
  }),
  wholeKind('description of a dashboard misspelt', (json) => {
    json.description = misspelt(json.description ?? '')
  }),
  wholeKind('time range of ten years', (json) => {
    json.time = { from: 'now-10y', to: 'now' }
  }),
  rowKind('row removed', (row, json) => {
    json.panels = json.panels.filter((panel) => panel !== row)
  }),
  rowKind('title of a row removed', (row) => {
    row.title = ''
  }),
  rowKind('title of a row misspelt', (row) => {
    row.title = misspelt(row.title)
  }),
  rowKind('id of a row zero', (row) => {
    row.id = 0
  }),
  variableKind('variable removed', (variable, json) => {
    json.templating.list = json.templating.list.filter((each) => each !== variable)
  }),
  variableKind('variable renamed', (variable) => {
    variable.name = misspelt(variable.name)
  }),
  variableKind('variable named as another', (variable, json) => {
    variable.name = json.templating.list.find((each) => each !== variable)?.name ?? ''
  }),
  variableKind('type of a variable misspelt', (variable) => {
    variable.type = misspelt(variable.type)
  }),
  queryVariableKind('query of a variable emptied', (variable) => setQuery(variable, () => '')),
  queryVariableKind('label of a variable misspelt', (variable) =>
    setQuery(variable, (text) => text.replace(/(\w+)\)$/, (_, label) => `${misspelt(label)})`)),
  ),
  queryVariableKind('function of a variable misspelt', (variable) =>
    setQuery(variable, (text) => text.replace('label_values', 'label_value')),
  ),
  queryVariableKind('bracket of a variable dropped', (variable) =>
    setQuery(variable, (text) => text.replace(/\)$/, '')),
  ),
  queryVariableKind('variable read once and never again', (variable) => {
    variable.refresh = 0
  }),
  queryVariableKind('variable of one value only', (variable) => {
    variable.multi = false
    variable.includeAll = false
  }),
  queryVariableKind('variable of an unknown data source', (variable) => {
    variable.datasource = { type: 'prometheus', uid: 'prom-old' }
  }),
]

function wholeKind(name: string, bend: (json: DashboardJson, tree: Tree) => void): Kind {
  return {
    name,
    of: 'dashboards',
    *mutants(tree): Generator<Mutant> {
      for (const { file } of dashboardsOf(tree)) {
        yield { what: file.file, change: changeJson(file, (json) => bend(json, tree)) }
      }
    },
  }
}

function rowKind(name: string, bend: (row: PanelJson, json: DashboardJson) => void): Kind {
  return {
    name,
    of: 'dashboards',
    *mutants(tree): Generator<Mutant> {
      for (const { file, json } of dashboardsOf(tree)) {
        for (const [at, { type, title }] of json.panels.entries()) {
          if (type !== 'row') continue
          const change = changeJson(file, (bent) => {
            const row = bent.panels[at]
            if (row) bend(row, bent)
          })
          yield { what: `${file.file}, ${title}`, change }
        }
      }
    },
  }
}

function variableKind(
  name: string,
  bend: (variable: VariableJson, json: DashboardJson) => void,
  applies: (variable: VariableJson) => boolean = () => true,
): Kind {
  return {
    name,
    of: 'dashboards',
    *mutants(tree): Generator<Mutant> {
      for (const { file, json } of dashboardsOf(tree)) {
        for (const [at, variable] of json.templating.list.entries()) {
          if (!applies(variable)) continue
          const change = changeJson(file, (bent) => {
            const held = bent.templating.list[at]
            if (held) bend(held, bent)
          })
          yield { what: `${file.file}, $${variable.name}`, change }
        }
      }
    },
  }
}

function queryVariableKind(name: string, bend: (variable: VariableJson, json: DashboardJson) => void): Kind {
  return variableKind(name, bend, ({ type }) => type === 'query')
}

function setQuery(variable: VariableJson, bend: (text: string) => string): void {
  const held = variable.query as { query: string }
  held.query = bend(held.query)
  variable.definition = held.query
}

function otherThan({ uid }: DashboardJson, tree: Tree): DashboardJson {
  const all = [...dashboardsOf(tree)].map(({ json }) => json)
  return all[(all.findIndex((each) => each.uid === uid) + 1) % all.length] ?? ({} as DashboardJson)
}
