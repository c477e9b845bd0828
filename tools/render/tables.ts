import type { PanelView } from './panel-view.ts'

export type Cell = string | number | null

export interface Column {
  readonly name: string
  readonly type: 'time' | 'string' | 'number'
  readonly refId?: string
}

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The answers of a panel's queries as tables: one for each query in table format, one for each series otherwise. */
export function tablesOf({ data }: Pick<PanelView, 'data'>): readonly Table[] {
  const byTarget = Map.groupBy(data.frames, ({ refId, format }) => (format === 'table' ? refId : ''))
  const several = new Set(data.frames.map(({ refId }) => refId)).size > 1
  return [...byTarget].flatMap(([refId, frames]): readonly Table[] => {
    if (refId === '')
      return frames.map(({ name, points, refId: of }) => ({
        columns: [timeColumn, { name, type: 'number', refId: of }],
        rows: points.map(([time, value]) => [time, value]),
      }))
    const labels = [...new Set(frames.flatMap((frame) => [...frame.labels.keys()]))].sort()
    const columns: readonly Column[] = [
      timeColumn,
      ...labels.map((name) => ({ name, type: 'string' as const, refId })),
      { name: several ? `Value #${refId}` : 'Value', type: 'number', refId },
    ]
    const rows = frames.flatMap((frame) =>
      frame.points.map(([time, value]) => [
        time,
        ...labels.map((name) => frame.labels.get(name) ?? null),
        value,
      ]),
    )
    return [{ columns, rows }]
  })
}

const timeColumn: Column = { name: 'Time', type: 'time' }
