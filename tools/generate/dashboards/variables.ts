import {
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { MetricDefinition } from '@tidegauge/otel/catalog'
import { prometheusName, seriesName } from '@tidegauge/otel/naming'
import { dashboardUid } from './identity.ts'

/** What panels and queries refer to: the data source that the reader has chosen. */
export const datasource = { type: 'prometheus', uid: '$datasource' } as const

/** In every selector of every query, so that the choice of the reader holds for all panels. */
export const instanceMatchers = 'job=~"$job", instance=~"$instance"'

/**
 * The choices of the reader, the same on every dashboard, so that links carry them along.
 *
 * @param metric which every process of the service has from its first scrape on.
 */
export function variables(metric: MetricDefinition): [DatasourceVariableBuilder, ...QueryVariableBuilder[]] {
  const everywhere = seriesName(prometheusName(metric), metric.instrument === 'histogram' ? 'count' : 'value')
  return [
    new DatasourceVariableBuilder('datasource')
      .label('Data source')
      .description('The Prometheus that the numbers come from.')
      .type('prometheus')
      .current({ selected: true, text: 'default', value: 'default' }),
    labelValues('job', 'Job', 'The services, as Prometheus names their scrapes.', everywhere),
    labelValues('instance', 'Instance', 'The processes of these services.', `${everywhere}{job=~"$job"}`),
  ]
}

/** The way to the other dashboards; time range and choices are kept. */
export function links(service: string): DashboardLinkBuilder[] {
  return [
    new DashboardLinkBuilder('Overview')
      .type(DashboardLinkType.Link)
      .url(`/d/${dashboardUid(service, 'overview')}`)
      .icon('dashboard')
      .tooltip('All components at a glance')
      .keepTime(true)
      .includeVars(true),
    new DashboardLinkBuilder('Components')
      .type(DashboardLinkType.Dashboards)
      .tags([service])
      .asDropdown(true)
      .icon('external link')
      .tooltip('The dashboard of each component')
      .keepTime(true)
      .includeVars(true),
  ]
}

function labelValues(
  name: string,
  label: string,
  description: string,
  selector: string,
): QueryVariableBuilder {
  const query = `label_values(${selector}, ${name})`
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(datasource)
    .query({ query, refId: `${label}Variable` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: 'All', value: '$__all' })
}
