import { contract } from './contract.ts'
import { type JsonSchema, JsonSchemas } from './json-schema.ts'
import { type ProblemName, type ProblemType, problemSchema, problemTypes } from './problem-types.ts'
import { problemsOf } from './problems-of.ts'
import type { AnswerShape, Route, RouteExample } from './route.ts'

/** An OpenAPI 3.1 document, as far as we write it (https://spec.openapis.org/oas/v3.1.1.html). */
export interface OpenApi {
  readonly openapi: '3.1.1'
  readonly info: JsonSchema
  readonly tags: readonly JsonSchema[]
  readonly security: readonly JsonSchema[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
  readonly components: Readonly<Record<string, JsonSchema>>
}

/** Describes the API, from the declarations that its requests are checked by. */
export function openApi(version: string): OpenApi {
  const schemas = new JsonSchemas()
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const { name, routes } of contract)
    for (const [operationId, route] of Object.entries(routes))
      paths[route.path] = {
        ...paths[route.path],
        [route.method.toLowerCase()]: { operationId, tags: [name], ...operation(route, schemas) },
      }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tidegauge',
      version,
      summary: 'A verified, searchable copy of AT Protocol repositories.',
      description:
        'Problems are answered as `application/problem+json`; the `type` of each leads to what it means. Within one major version fields may be added, and none is removed or changes its meaning.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: contract.map(({ name }) => ({ name })),
    security: [{ token: [] }],
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of the server, where it has one.' },
      },
    },
  }
}

function operation(route: Route, schemas: JsonSchemas): JsonSchema {
  const { summary, description, params, query, headers, body, answers, isOpen } = route
  const parameters = [
    ...parametersOf('path', params && schemas.write(params, 'input'), route),
    ...parametersOf('query', query && schemas.write(query, 'input'), route),
    ...parametersOf('header', headers && schemas.write(headers, 'input'), route),
  ]
  const bodies = namedExamples(route, ({ body }) => body)
  return {
    summary,
    ...(description && { description }),
    ...(isOpen && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemas.write(body, 'input'), ...bodies } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, response(answer, schemas)]),
      ),
      ...problemResponses(route, schemas),
    },
  }
}

function parametersOf(
  place: keyof typeof exampled,
  schema: JsonSchema | undefined,
  route: Route,
): readonly JsonSchema[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: own,
    ...namedExamples(route, (example) => example[exampled[place]]?.[name]),
  }))
}

/** Where an example says what stands in a place. */
const exampled = { path: 'params', query: 'query', header: 'headers' } as const

/** What the examples of a route say of one thing. Those that are meant to fail are left out. */
function namedExamples(route: Route, pick: (example: RouteExample) => unknown): JsonSchema {
  const usual = Number(Object.keys(route.answers)[0])
  const values = route.examples
    .filter(({ status = usual }) => status < 400)
    .map((example) => [example.title, pick(example)] as const)
    .filter(([, value]) => value !== undefined)
  if (values.length === 0) return {}
  return {
    examples: Object.fromEntries(values.map(([summary, value]) => [slug(summary), { summary, value }])),
  }
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

function response(
  { description, body, headers, type = 'application/json' }: AnswerShape,
  schemas: JsonSchemas,
) {
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [
          name,
          { description: text, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(body && { content: { [type]: { schema: schemas.write(body, 'output') } } }),
  }
}

/** One response for each status: what several kinds of problem share is told by either. */
function problemResponses(route: Route, schemas: JsonSchemas): Record<string, JsonSchema> {
  const byStatus = new Map<number, [ProblemName, string][]>()
  for (const [name, when] of problemsOf(route)) {
    const { status } = problemTypes[name]
    byStatus.set(status, [...(byStatus.get(status) ?? []), [name, when]])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, all]) => {
      const [first, ...more] = all.map(([name]) => schemas.write(namedProblem(name), 'output'))
      const schema = more.length > 0 ? { anyOf: [first, ...more] } : first
      const description = `${all.map(([, when]) => when).join('; or ')}`
      return [
        status,
        {
          description: `${description.charAt(0).toUpperCase()}${description.slice(1)}.`,
          ...headersOf(all),
          content: { 'application/problem+json': { schema } },
        },
      ]
    }),
  )
}

/** Wrapped, since only what lies within a schema becomes a component. */
function namedProblem(name: ProblemName) {
  return problemSchema(name).meta({
    id: componentName(name),
    description: (problemTypes[name] as ProblemType).meaning,
  })
}

/** `InvalidInputProblem` of `invalid-input`. */
function componentName(name: ProblemName): string {
  return `${name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Problem`
}

function headersOf(problems: readonly (readonly [ProblemName, string])[]): JsonSchema {
  const headers = problems.flatMap(([name]) => Object.entries(problemHeaders[name] ?? {}))
  if (headers.length === 0) return {}
  return {
    headers: Object.fromEntries(
      headers.map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
    ),
  }
}

const problemHeaders: Readonly<Partial<Record<ProblemName, Readonly<Record<string, string>>>>> = {
  'token-required': { 'WWW-Authenticate': 'How to authenticate.' },
  'too-many-requests': { 'Retry-After': 'Seconds to wait.' },
  'node-starting': { 'Retry-After': 'Seconds to wait.' },
  'host-busy': { 'Retry-After': 'Seconds to wait, where the host has said so.' },
}
