// The language of catalogs, `@tidegauge/otel/catalog`: metrics, panels, alerts and components as data.
export * from './alert.ts'
export * from './buckets.ts'
export * from './component.ts'
export * from './metric.ts'
export * from './panel.ts'
export * from './promql.ts'
export * from './query.ts'
