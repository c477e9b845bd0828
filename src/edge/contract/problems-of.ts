import { type ProblemName, type ProblemType, problemNames, problemTypes } from './problem-types.ts'
import type { Route } from './route.ts'

/** Every problem that a route may answer, with what is said of it there: its own, and those of any route. */
export function problemsOf(route: Route): ReadonlyMap<ProblemName, string> {
  const { problems = {}, body, query, params, isOpen, isUnlimited } = route
  const applies: Readonly<Partial<Record<ProblemName, boolean>>> = {
    'invalid-input': body !== undefined || query !== undefined || params !== undefined || !isOpen,
    'token-required': !isOpen,
    'too-many-requests': !isUnlimited,
    'body-too-large': body !== undefined,
    'not-json': body !== undefined,
  }
  const isTold = (name: ProblemName) =>
    name in problems || applies[name] === true || (isCommon(name) && !isOfConnection.has(name))
  return new Map(
    problemNames.filter(isTold).map((name) => [name, problems[name] ?? lowered(problemTypes[name].title)]),
  )
}

const isCommon = (name: ProblemName) => (problemTypes[name] as ProblemType).isCommon === true

/** Those that are told before there is a route, or of another method. */
const isOfConnection: ReadonlySet<ProblemName> = new Set(['method-not-allowed', 'request-timeout'])

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
