// The language of catalogs, `@tidegauge/otel/catalog`: metrics, panels, alerts and components as data.
export * from './buckets.ts'
export * from './component.ts'
export * from './metric.ts'
export * from './promql.ts'
export * from './rule.ts'
