import type {
  Alert,
  ComponentCatalog,
  MetricDefinition,
  Panel,
  Query,
  Recording,
} from '@tidegauge/otel/catalog'
import { findCircle } from './circle.ts'
import { type Named, type NameFault, Names } from './named.ts'
import { readQuery } from './query.ts'
import type { WrittenCatalog } from './schema.ts'

export interface ResolvedCatalog {
  /** Those of no component. */
  readonly metrics: readonly MetricDefinition[]
  readonly components: readonly ComponentCatalog[]
}

/** Called for each name that leads nowhere and each query that cannot be read, with where it stands. */
export type Refuse = (path: readonly (string | number)[], fault: NameFault) => void

/** Makes of names what they stand for. */
export function resolveCatalog(written: WrittenCatalog, refuse: Refuse): ResolvedCatalog {
  return new Resolver(refuse).catalog(written)
}

type Path = readonly (string | number)[]

class Resolver {
  readonly #names = new Names()
  readonly #refuse: Refuse

  constructor(refuse: Refuse) {
    this.#refuse = refuse
  }

  catalog({ metrics, components }: WrittenCatalog): ResolvedCatalog {
    // Every query may name what any component declares, so that all are known before one is read.
    const declared = this.#metrics(metrics, ['metrics'])
    const found = components.map(({ metrics: own, recordings }, index) => ({
      metrics: this.#metrics(own, ['components', index, 'metrics']),
      recordings: this.#recordings(recordings, ['components', index, 'recordings']),
    }))
    for (const [index, { recordings }] of found.entries())
      for (const [each, { query }] of components[index]?.recordings.entries() ?? [])
        Object.assign(recordings[each] ?? {}, {
          query: this.#query(query, ['components', index, 'recordings', each]),
        })
    this.#refuseCircle(found.map(({ recordings }) => recordings))
    return {
      metrics: declared,
      components: components.map((component, index) => {
        const at = ['components', index]
        const { metrics: own = [], recordings = [] } = found[index] ?? {}
        const alerts = component.alerts.map((alert, each) => this.#alert(alert, [...at, 'alerts', each]))
        const panels = component.panels.map((panel, each) => this.#panel(panel, [...at, 'panels', each]))
        return { ...component, metrics: own, recordings, alerts, panels }
      }),
    }
  }

  #metrics(metrics: WrittenCatalog['metrics'], at: Path): readonly MetricDefinition[] {
    for (const [index, metric] of metrics.entries()) this.#add(metric as MetricDefinition, [...at, index])
    return metrics as readonly MetricDefinition[]
  }

  #recordings(
    recordings: WrittenCatalog['components'][number]['recordings'],
    at: Path,
  ): readonly Recording[] {
    return recordings.map((written, index) => {
      const recording = { ...written, query: { strings: [written.query], parts: [] } } as Recording
      this.#add(recording, [...at, index])
      return recording
    })
  }

  #add(named: Named, at: Path): void {
    const refused = this.#names.add(named)
    if (refused !== undefined) this.#refuse(at, refused)
  }

  /** What is made of itself has no value to begin with. */
  #refuseCircle(recordings: readonly (readonly Recording[])[]): void {
    const circle = findCircle(recordings.flat())
    const [first] = circle
    if (first === undefined) return
    const component = recordings.findIndex((own) => own.includes(first))
    const at = ['components', component, 'recordings', recordings[component]?.indexOf(first) ?? 0]
    const [next] = circle.slice(1)
    this.#refuse([...at, 'query'], {
      problem:
        next === undefined ? 'names the recording itself' : `names ${next.record}, which is made of this one`,
      mend: () => 'record one of them from metrics alone',
    })
  }

  #alert(alert: WrittenCatalog['components'][number]['alerts'][number], at: Path): Alert {
    const test = (which: 'fires' | 'quiet') => ({
      ...alert.tests[which],
      series: alert.tests[which].series.map(({ query, values }, index) => ({
        query: this.#query(query, [...at, 'tests', which, 'series', index]),
        values,
      })),
    })
    const tests = { fires: test('fires'), quiet: test('quiet') }
    return { ...alert, query: this.#query(alert.query, at), tests } as Alert
  }

  #panel(panel: WrittenCatalog['components'][number]['panels'][number], at: Path): Panel {
    const { thresholdsOf: name, ...rest } = panel
    const targets = panel.targets.map(({ query, legend }, index) => ({
      query: this.#query(query, [...at, 'targets', index]),
      legend,
    }))
    const bounded = name === undefined ? undefined : this.#names.get(name)
    if (name !== undefined && bounded === undefined)
      this.#refuse([...at, 'thresholdsOf'], this.#names.unknown(name))
    if (bounded !== undefined && bounded.thresholds === undefined)
      this.#refuse([...at, 'thresholdsOf'], {
        problem: `names ${name}, which has no thresholds`,
        mend: () => 'give it some',
      })
    return { ...rest, targets, ...(bounded && { thresholdsOf: bounded }) } as Panel
  }

  /** @param at where the declaration stands that has the query. */
  #query(text: string, at: Path): Query {
    const read = readQuery(text, this.#names)
    if (!('problem' in read)) return read
    this.#refuse([...at, 'query'], read)
    return { strings: [text], parts: [] }
  }
}
