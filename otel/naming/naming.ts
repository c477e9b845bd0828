// `@tidegauge/otel/naming`: how names and units of OpenTelemetry read in Prometheus and Grafana.
export * from './name.ts'
export * from './unit.ts'
