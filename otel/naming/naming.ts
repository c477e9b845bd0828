// `@tidegauge/otel/naming`: how names and units of OpenTelemetry read in Prometheus and Grafana.
export * from './escaping.ts'
export * from './grafana-unit.ts'
export * from './name.ts'
export * from './series.ts'
export * from './unit.ts'
