import type { DashboardVariable } from '../../../dashboards/dashboard.ts'
import { variablesIn } from '../../../dashboards/variable-references.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'

const check = 'dashboard-variable-chain'

/** grafana/dashboard-linter does not know it; who chooses one job is offered the instances of all. */
export const dashboardVariableChain: Check = {
  name: check,
  description: 'Dashboards that offer the instances of every job, whichever job is chosen.',
  *run({ dashboards }) {
    const pairs = dashboards.flatMap((dashboard) => {
      const [job, instance] = ['job', 'instance'].map((name) =>
        dashboard.variables.find((each) => each.name === name && each.type === 'query'),
      )
      return job && instance ? [{ dashboard, instance, isChained: follows(instance) }] : []
    })
    const lacking = pairs.filter(({ isChained }) => !isChained)
    const isOdd = isOversight({ lacking: lacking.length, having: pairs.length - lacking.length })
    for (const { dashboard, instance } of lacking)
      yield dashboardFinding(dashboard, {
        check,
        level: isOdd ? 'warning' : 'info',
        reason: '$instance offers the instances of every job, whichever is chosen by $job.',
        mend: 'Write label_values(metric{job=~"$job"}, instance).',
        line: instance.line,
        subject: '$instance',
      })
  },
}

function follows({ query = '' }: DashboardVariable): boolean {
  return variablesIn(query).length > 0
}
