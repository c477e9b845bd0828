import type { Alert, RuleTest } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'
import { renderQuery } from '../../catalog-file/render-query.ts'
import { withMatchers } from '../dashboards/matchers.ts'
import { boundsOf, withBounds } from './bounds.ts'
import { minutes, minutesText } from './duration.ts'

/** What the series of tests carry beside the labels of the metric. */
const instance = 'host:9464'

/** A test in which an alert comes up, not before its time, and one in which it never does. */
export function ruleTests(alert: Alert, settings: GenerateSettings): object[] {
  const { fires, quiet } = alert.tests
  const tooEarly = minutes(alert.for) - 1
  const state = `alertname="${alert.alert}",alertstate="firing"`
  return [
    {
      name: `${alert.alert} fires`,
      interval: '1m',
      input_series: inputSeries('fires', alert, settings),
      promql_expr_test: [
        ...(tooEarly > 0
          ? [{ expr: `ALERTS{${state}}`, eval_time: minutesText(tooEarly), exp_samples: [] }]
          : []),
        {
          expr: `ALERTS{${state}}`,
          eval_time: time(fires, alert),
          exp_samples: [{ labels: firingLabels(alert, fires, settings), value: 1 }],
        },
      ],
    },
    {
      name: `${alert.alert} stays quiet`,
      interval: '1m',
      input_series: inputSeries('quiet', alert, settings),
      promql_expr_test: [
        {
          expr: `max_over_time(ALERTS{${state}}[${time(quiet, alert)}])`,
          eval_time: time(quiet, alert),
          exp_samples: [],
        },
      ],
    },
  ]
}

function inputSeries(test: 'fires' | 'quiet', alert: Alert, settings: GenerateSettings): object[] {
  const { series } = alert.tests[test]
  const bounds = boundsOf(alert, settings, test)
  const [job = ''] = settings.jobs
  return series.map(({ query, values }) => {
    const selector = withBounds(renderQuery(query, settings), bounds)
    const here = /\binstance=/.test(selector) ? '' : `, instance=${JSON.stringify(instance)}`
    return {
      series: withMatchers(selector, `job=${JSON.stringify(job)}${here}`),
      // A series that falls is written with a minus alone.
      values: lasting(withBounds(values, bounds).replaceAll('+-', '-'), minutes(alert.for)),
    }
  })
}

function firingLabels(alert: Alert, { labels = {} }: RuleTest, settings: GenerateSettings): string {
  const all = {
    alertname: alert.alert,
    alertstate: 'firing',
    // `absent()` can only tell a job that is one.
    job: settings.jobs.length === 1 || labels.instance !== '' ? settings.jobs[0] : '',
    instance,
    ...labels,
    severity: alert.severity,
    ...settings.alerts[alert.alert]?.labels,
  }
  const pairs = Object.entries(all).filter(([, value]) => value !== '')
  return `ALERTS{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

/** The test is written for the duration of the catalog; a longer one moves it. */
function time({ at }: RuleTest, alert: Alert): string {
  return minutesText(Math.max(minutes(at), minutes(alert.for) * 2 + 10))
}

/** Makes the last values last for as long as is looked at. */
function lasting(values: string, forMinutes: number): string {
  const needed = forMinutes * 2 + 30
  return values.replace(/x(\d+)$/, (_, count) => `x${Math.max(Number(count), needed)}`)
}
