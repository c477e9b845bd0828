import type { DeclaredMetric } from '../metrics/declared-metric.ts'

/** What a metric tells about, which decides how urgent a panel for it is and how it looks. */
export type MetricKind = 'error' | 'backlog' | 'throughput' | 'state' | 'duration' | 'level'

/** Guesses from type, meanings and name, in this order of certainty. */
export function kindOf(metric: DeclaredMetric): MetricKind {
  const { name, type, meanings } = metric
  const words = ` ${name.replaceAll('_', ' ')} `
  if (type === 'histogram' || type === 'summary') return 'duration'
  if (meanings !== undefined && meanings.length > 0) return 'state'
  if (errorWords.test(words)) return 'error'
  if (type === 'counter') return 'throughput'
  if (stateWords.test(words)) return 'state'
  return backlogWords.test(words) ? 'backlog' : 'level'
}

/** 1 is shown first: errors, then backlogs, then throughput, then the rest. */
export function priorityOf(metric: DeclaredMetric): 1 | 2 | 3 | 4 {
  const kind = kindOf(metric)
  if (kind === 'error') return 1
  if (kind === 'backlog') return 2
  return kind === 'throughput' ? 3 : 4
}

const errorWords =
  / (errors?|fail(s|ed|ures?)?|reject(s|ed|ions?)?|drop(s|ped)?|discarded|dead|lost|invalid|panics?|exceptions?|timeouts?|aborted|refused|corrupt(ed)?|unparsable|mismatch(es)?) /
const backlogWords =
  / (queue|queued|backlog|pending|waiting|lag|length|lengths|depth|behind|outstanding|inflight|in flight|unacked|buffer|buffered|delay) /
const stateWords =
  / (connected|up|running|enabled|ready|healthy|leader|state|status|active|info|online|alive) /
