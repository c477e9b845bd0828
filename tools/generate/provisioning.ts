import { stringify } from 'yaml'

/** How often everything is scraped, and with it the shortest range that a rate makes sense over. */
export const scrapeInterval = '15s'

/**
 * Writes what Prometheus and Grafana need to start with data, rules and dashboards in place, as the compose file
 * mounts it.
 *
 * @returns the text of each file by its path.
 */
export function provisioningFiles(): Readonly<Record<string, string>> {
  return {
    'deploy/prometheus/prometheus.yml': file(
      prometheus,
      'Scrapes the service and the Collector, and loads the rules.',
    ),
    'deploy/grafana/provisioning/datasources/prometheus.yaml': file(
      datasources,
      'The data source that the dashboards ask by default.',
    ),
    'deploy/grafana/provisioning/dashboards/tidegauge.yaml': file(
      dashboards,
      'Loads the generated dashboards; a file that changes is taken over within the interval.',
    ),
  }
}

const prometheus = {
  global: { scrape_interval: scrapeInterval, evaluation_interval: scrapeInterval },
  // After an outage the queues of the Collector and of the service send what was measured meanwhile.
  storage: { tsdb: { out_of_order_time_window: '1h' } },
  // Beside this file; the tests of the rules, which are not rules, stand in a folder below.
  rule_files: ['alerts/*.yaml'],
  scrape_configs: [
    { job_name: 'tidegauge', static_configs: [{ targets: ['tidegauge:9464'] }] },
    // The Collector about itself.
    { job_name: 'collector', static_configs: [{ targets: ['collector:8888'] }] },
    // What others push to the Collector, under their own job and instance. The service pushes as well, for the
    // sake of further backends; here it is scraped already, and nothing is to be counted twice.
    {
      job_name: 'otlp',
      honor_labels: true,
      static_configs: [{ targets: ['collector:8889'] }],
      metric_relabel_configs: [{ source_labels: ['job'], regex: '(.+/)?tidegauge', action: 'drop' }],
    },
  ],
}

const datasources = {
  apiVersion: 1,
  datasources: [
    {
      name: 'Prometheus',
      uid: 'prometheus',
      type: 'prometheus',
      access: 'proxy',
      url: 'http://prometheus:9090',
      isDefault: true,
      editable: false,
      // `$__rate_interval` is made of the interval of the scrapes.
      jsonData: { timeInterval: scrapeInterval, httpMethod: 'POST', prometheusType: 'Prometheus' },
    },
  ],
}

const dashboards = {
  apiVersion: 1,
  providers: [
    {
      name: 'tidegauge',
      folder: 'Tidegauge',
      type: 'file',
      disableDeletion: true,
      allowUiUpdates: false,
      updateIntervalSeconds: 30,
      options: { path: '/var/lib/grafana/dashboards' },
    },
  ],
}

function file(content: unknown, comment: string): string {
  return `# ${comment}\n# Generated from the catalog by \`npm run generate\`.\n\n${stringify(content, { lineWidth: 0 })}`
}
