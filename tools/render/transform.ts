import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'
import { reduce } from './reduce.ts'
import type { Cell, Column, Table } from './tables.ts'

/** Tables after the transformations of a panel; those that are not known here are left out and named. */
export function transform(
  tables: readonly Table[],
  transformations: readonly unknown[],
): { readonly tables: readonly Table[]; readonly notes: string[] } {
  const notes: string[] = []
  let result = tables
  for (const transformation of transformations) {
    const { id, options, isDisabled } = readTransformation(transformation)
    if (isDisabled) continue
    const known = Object.hasOwn(transformationsById, id) ? transformationsById[id] : undefined
    if (known === undefined) notes.push(notApplied(id))
    else result = known(result, options)
  }
  return { tables: result, notes }
}

/** What to say of a panel that shows series as they come: none of its transformations is applied. */
export function unapplied(transformations: readonly unknown[]): readonly string[] {
  return transformations
    .map(readTransformation)
    .filter(({ isDisabled }) => !isDisabled)
    .map(({ id }) => notApplied(id))
}

/** In the newer schema the id is the kind, and the rest stands in the spec. */
function readTransformation(transformation: unknown) {
  const spec = valueAt(transformation, 'spec') ?? transformation
  return {
    id: textAt(spec, 'id') ?? textAt(transformation, 'group') ?? textAt(transformation, 'kind') ?? '',
    options: valueAt(spec, 'options'),
    isDisabled: valueAt(spec, 'disabled') === true,
  }
}

function notApplied(id: string): string {
  return `the transformation ${id || 'without id'} is not applied`
}

type Transformation = (tables: readonly Table[], options: unknown) => readonly Table[]

const transformationsById: Readonly<Record<string, Transformation>> = {
  merge: (tables) => (tables.length < 2 ? tables : [merged(tables)]),
  joinByField: (tables) => (tables.length < 2 ? tables : [merged(tables)]),
  seriesToColumns: (tables) => (tables.length < 2 ? tables : [merged(tables)]),
  organize: (tables, options) => tables.map((table) => organized(table, options)),
  filterFieldsByName: (tables, options) => {
    const names = listAt(options, 'include', 'names')
    return tables.map((table) => keep(table, ({ name }) => names.includes(name)))
  },
  sortBy: (tables, options) => {
    const [by] = listAt(options, 'sort')
    const name = textAt(by, 'field')
    const sign = valueAt(by, 'desc') === true ? -1 : 1
    return tables.map(({ columns, rows }) => {
      const index = columns.findIndex((column) => column.name === name)
      return {
        columns,
        rows: index < 0 ? rows : rows.toSorted((one, other) => sign * order(one[index], other[index])),
      }
    })
  },
  limit: (tables, options) => {
    const limit = Number(valueAt(options, 'limitField') ?? 10)
    return tables.map(({ columns, rows }) => ({ columns, rows: rows.slice(0, limit) }))
  },
  reduce: (tables, options) => {
    const reducers = listAt(options, 'reducers').filter((each) => typeof each === 'string')
    const rows = tables.flatMap(({ columns, rows }) =>
      columns.flatMap((column, index): (readonly Cell[])[] => {
        if (column.type !== 'number') return []
        const values = rows.map((row) => (typeof row[index] === 'number' ? row[index] : null))
        return [[column.name, ...reducers.map((id) => reduce(id, values) ?? null)]]
      }),
    )
    const columns: readonly Column[] = [
      { name: 'Field', type: 'string' },
      ...reducers.map((id) => ({ name: reducerNames[id] ?? id, type: 'number' as const })),
    ]
    return [{ columns, rows }]
  },
}

const reducerNames: Readonly<Record<string, string>> = {
  lastNotNull: 'Last *',
  last: 'Last',
  max: 'Max',
  min: 'Min',
  mean: 'Mean',
  sum: 'Total',
  count: 'Count',
}

/** One table of several: rows that agree in everything they share become one. */
function merged(tables: readonly Table[]): Table {
  const columns = [
    ...new Map(tables.flatMap(({ columns }) => columns).map((column) => [column.name, column])).values(),
  ]
  const isKey = (column: Column) => column.type !== 'number'
  const rows = new Map<string, Map<string, Cell>>()
  for (const table of tables) {
    for (const row of table.rows) {
      const cells = new Map(table.columns.map((column, index) => [column.name, row[index] ?? null]))
      const key = JSON.stringify(columns.filter(isKey).map(({ name }) => cells.get(name) ?? null))
      rows.set(key, new Map([...(rows.get(key) ?? []), ...cells]))
    }
  }
  const ordered = [...columns.filter(isKey), ...columns.filter((column) => !isKey(column))]
  return {
    columns: ordered,
    rows: [...rows.values()].map((cells) => ordered.map(({ name }) => cells.get(name) ?? null)),
  }
}

function organized(table: Table, options: unknown): Table {
  const excluded = valueAt(options, 'excludeByName')
  const place = (name: string, otherwise: number) => {
    const index = valueAt(options, 'indexByName', name)
    return typeof index === 'number' ? index : otherwise
  }
  const kept = keep(table, ({ name }) => valueAt(excluded, name) !== true)
  const order = kept.columns
    .map((column, index) => ({ index, at: place(column.name, index + 1000) }))
    .sort((one, other) => one.at - other.at)
    .map(({ index }) => index)
  return {
    columns: order.flatMap((index) => {
      const column = kept.columns[index]
      return column === undefined
        ? []
        : [{ ...column, name: textAt(options, 'renameByName', column.name) ?? column.name }]
    }),
    rows: kept.rows.map((row) => order.map((index) => row[index] ?? null)),
  }
}

function keep({ columns, rows }: Table, isKept: (column: Column) => boolean): Table {
  const kept = columns.flatMap((column, index) => (isKept(column) ? [index] : []))
  return { columns: columns.filter(isKept), rows: rows.map((row) => kept.map((index) => row[index] ?? null)) }
}

function order(one: Cell | undefined, other: Cell | undefined): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return String(one ?? '').localeCompare(String(other ?? ''), 'en', { numeric: true })
}
