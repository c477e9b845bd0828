import type { DatasourceReference } from './dashboard.ts'
import { type Field, field, textOf } from './fields.ts'

/** Reads a data source as v1 writes it: an object with type and uid, or in older files its name. */
export function readDatasource(of: Field): DatasourceReference | undefined {
  const value = of.node?.value
  if (typeof value === 'string' && value !== '') return { type: undefined, uid: value }
  if (of.node?.members === undefined) return undefined
  const reference = { type: textOf(field(of, 'type')), uid: textOf(field(of, 'uid')) }
  return reference.type === undefined && reference.uid === undefined ? undefined : reference
}

/** Name of the variable that a reference goes through: `ds` of `${ds}`, `$ds` and `[[ds]]`. */
export function variableOf(uid: string | undefined): string | undefined {
  const match = /^(?:\$\{(\w+)(?:[:.][^}]*)?\}|\$(\w+)|\[\[(\w+)(?::[^\]]*)?\]\])$/.exec(uid ?? '')
  return match?.[1] ?? match?.[2] ?? match?.[3]
}

/** Whether queries to it are PromQL: Prometheus and what answers in its place, or a type that is not told. */
export function speaksPromql(
  reference: DatasourceReference | undefined,
  typeOfVariable: (name: string) => string | undefined,
): boolean {
  const { type, uid } = reference ?? {}
  const variable = variableOf(uid)
  const known = type ?? (variable === undefined ? undefined : typeOfVariable(variable))
  if (known !== undefined) return promqlTypes.test(known)
  return !(uid !== undefined && otherTypes.test(uid))
}

/** Grafana's plugin ids: `prometheus`, `grafana-amazonprometheus-datasource`, `victoriametrics-metrics-datasource`. */
const promqlTypes = /prometheus|victoriametrics-metrics|mimir|thanos|cortex/i

/** Names of data sources that tell that they are something else, in files that name no type. */
const otherTypes =
  /^-- (grafana|dashboard) --$|^__expr__$|^grafana$|loki|tempo|elastic|influx|graphite|postgres|mysql|jaeger|zipkin|cloudwatch|testdata/i
