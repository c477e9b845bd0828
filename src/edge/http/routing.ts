import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { AnswerOf, InputOf, Route } from '../contract/route.ts'
import { checked, jsonBody } from './input.ts'
import { onlyMethods } from './problem.ts'

/** A route with what answers it. */
export interface Handled {
  readonly route: Route
  readonly handler: RequestHandler
}

/** Answers a route: its input is checked before `handler` sees it, and nothing is answered that was not declared. */
export function answer<const Of extends Route, const Result extends AnswerOf<Of>>(
  route: Of,
  handler: (input: InputOf<Of>) => Result | Promise<Result>,
): Handled {
  const { type } = Object.values(route.answers)[0] ?? {}
  return {
    route,
    handler: async (request, response) => {
      const { status, headers = {}, body }: AnyAnswer = await handler(inputOf(route, request))
      response.status(status).set(headers)
      if (body === undefined) response.end()
      else if (type === 'text/html') response.type('html').send(body)
      // Express answers 304 where the caller's tag is the same.
      else response.json(body)
    },
  }
}

interface AnyAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** @param maxBodyBytes the largest body of a request, in bytes. */
export function routerOf(
  handled: readonly Handled[],
  { maxBodyBytes }: { readonly maxBodyBytes: number },
): Router {
  const router = Router()
  for (const [path, all] of Map.groupBy(handled, ({ route }) => route.path)) {
    const at = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'))
    for (const { route, handler } of all)
      at[lowerCase(route.method)](...(route.body ? jsonBody(largestBody(route, maxBodyBytes)) : []), handler)
    at.all(onlyMethods(...all.map(({ route }) => route.method)))
  }
  return router
}

function inputOf<Of extends Route>(
  { params, query, headers, body, isOpen }: Of,
  request: Request,
): InputOf<Of> {
  const input = {
    params: params && checked(params, request.params),
    // Probes and browsers add what they like to an address.
    query: query || !isOpen ? checked(query ?? noQuery, request.query) : undefined,
    headers: headers && checked(headers, headersOf(headers, request)),
    body: body && checked(body, request.body),
  }
  return input as InputOf<Of>
}

/** The headers that a schema names; Node has them in lower case. */
function headersOf({ shape }: z.ZodObject, { headers }: Request): object {
  return Object.fromEntries(Object.keys(shape).map((name) => [name, headers[name.toLowerCase()]]))
}

const noQuery = z.strictObject({})

function largestBody({ takesLargeBody }: Route, maxBodyBytes: number): number {
  return takesLargeBody ? 16 * maxBodyBytes : maxBodyBytes
}

function lowerCase<Text extends string>(text: Text): Lowercase<Text> {
  return text.toLowerCase() as Lowercase<Text>
}
