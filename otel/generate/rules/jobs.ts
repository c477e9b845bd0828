import type { Query } from '../../catalog/promql.ts'
import { withMatchers } from '../dashboards/matchers.ts'
import { renderQuery } from '../render-query.ts'
import type { GenerateSettings } from '../settings.ts'

/** Writes a query for rules: each of its selectors looks at the jobs of the service alone. */
export function ruleQuery(query: Query, settings: GenerateSettings): string {
  return withMatchers(renderQuery(query, settings), jobMatcher(settings))
}

function jobMatcher({ jobs }: GenerateSettings): string {
  const [only = '', ...more] = jobs
  if (more.length === 0) return `job=${JSON.stringify(only)}`
  const literal = jobs.map((job) => job.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return `job=~${JSON.stringify(literal.join('|'))}`
}
