import type { z } from 'zod'
import type { ProblemName } from './problem-types.ts'

/**
 * One route of the API, declared once: from it come the routing, the checks of what a request brings, the OpenAPI
 * document, the page that shows it, and docs/api.md.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With parameters in braces: `/repos/{did}`. */
  readonly path: string
  /** What it does, in one line. */
  readonly summary: string
  /** Whatever else a caller has to know. */
  readonly description?: string
  /** The parameters of the path, all of them strings as they arrive. */
  readonly params?: z.ZodObject
  /** The parameters of the query. @default none is accepted */
  readonly query?: z.ZodObject
  /** Headers that the route looks at, by their usual names. @default none */
  readonly headers?: z.ZodObject
  /** A body in JSON. @default none is read */
  readonly body?: z.ZodType
  /** Whether the body may be 16 times as large as those of other routes. @default false */
  readonly takesLargeBody?: boolean
  /** What it answers when all is well, by status. */
  readonly answers: Readonly<Record<number, AnswerShape>>
  /** What else it may answer, and when that is, besides what any route may. */
  readonly problems?: Readonly<Partial<Record<ProblemName, string>>>
  /** Requests to learn from. Each is sent to a running service by a test. */
  readonly examples: readonly RouteExample[]
  /** Answered without the token. @default false */
  readonly isOpen?: boolean
  /** Answered however often it is asked. @default false */
  readonly isUnlimited?: boolean
}

export interface AnswerShape {
  readonly description: string
  /** What the body holds. @default there is none */
  readonly body?: z.ZodType
  /** Headers that it comes with, and what they say. */
  readonly headers?: Readonly<Record<string, string>>
  /** @default 'application/json' */
  readonly type?: 'application/json' | 'text/html'
}

export interface RouteExample {
  readonly title: string
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** @default the first of the answers */
  readonly status?: number
}

/** What a handler is given: checked by the schemas of its route. */
export interface InputOf<Of extends Route> {
  readonly params: OutputOf<Of['params']>
  readonly query: OutputOf<Of['query']>
  readonly headers: OutputOf<Of['headers']>
  readonly body: OutputOf<Of['body']>
}

/** What a handler may answer. */
export type AnswerOf<Of extends Route> = {
  [Status in keyof Of['answers'] & number]: {
    readonly status: Status
    readonly headers?: Readonly<Record<string, string>>
  } & (Of['answers'][Status] extends { readonly body: infer Body extends z.ZodType }
    ? { readonly body: DeepReadonly<z.input<Body>> }
    : { readonly body?: undefined })
}[keyof Of['answers'] & number]

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value

/** `GET /repos/{did}`: how a route is called in lists and messages. */
export function routeName({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path}`
}
