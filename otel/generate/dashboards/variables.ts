import {
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { uptime } from '../../catalog/process.ts'
import { prometheusName } from '../../prometheus/name.ts'
import { dashboardUid } from './identity.ts'

/** On every dashboard of the catalog; the list of links is made of it. */
export const dashboardTag = 'tidegauge'

/** What panels and queries refer to: the data source that the reader has chosen. */
export const datasource = { type: 'prometheus', uid: '$datasource' } as const

/** In every selector of every query, so that the choice of the reader holds for all panels. */
export const instanceMatchers = 'job=~"$job", instance=~"$instance"'

/** The choices of the reader, the same on every dashboard, so that links carry them along. */
export function variables(): [DatasourceVariableBuilder, ...QueryVariableBuilder[]] {
  // Every service on this pipeline has it, from its first scrape on.
  const everywhere = prometheusName(uptime)
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
export function links(): DashboardLinkBuilder[] {
  return [
    new DashboardLinkBuilder('Overview')
      .type(DashboardLinkType.Link)
      .url(`/d/${dashboardUid('overview')}`)
      .icon('dashboard')
      .tooltip('All components at a glance')
      .keepTime(true)
      .includeVars(true),
    new DashboardLinkBuilder('Components')
      .type(DashboardLinkType.Dashboards)
      .tags([dashboardTag])
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
