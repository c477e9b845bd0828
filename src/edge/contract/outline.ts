import { contract } from './contract.ts'
import type { JsonSchema } from './json-schema.ts'
import type { OpenApi } from './openapi.ts'
import type { Route, RouteExample } from './route.ts'
import { routeName } from './route.ts'

/** What documents tell of one route, whatever they are written in. */
export interface OutlinedRoute {
  readonly name: string
  /** Where it is in a document: `getRepo`. */
  readonly anchor: string
  readonly route: Route
  readonly inputs: readonly OutlinedField[]
  readonly answers: readonly {
    readonly status: string
    readonly description: string
    readonly body: string
  }[]
  readonly problems: readonly { readonly status: string; readonly description: string }[]
  readonly examples: readonly { readonly title: string; readonly command: string }[]
}

export interface OutlinedField {
  readonly name: string
  readonly place: 'path' | 'query' | 'header' | 'body'
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
}

/** Tells the routes of each group, in their order. */
export function outline(
  document: OpenApi,
): readonly { readonly name: string; readonly routes: readonly OutlinedRoute[] }[] {
  return contract.map(({ name, routes }) => ({
    name,
    routes: Object.entries(routes).map(([anchor, route]) => outlined(anchor, route, document)),
  }))
}

function outlined(anchor: string, route: Route, document: OpenApi): OutlinedRoute {
  const operation = document.paths[route.path]?.[route.method.toLowerCase()] as unknown as Operation
  const body = operation.requestBody?.content['application/json'].schema
  const responses = Object.entries(operation.responses)
  const isProblem = ([status]: (typeof responses)[number]) => Number(status) >= 400
  return {
    name: routeName(route),
    anchor,
    route,
    inputs: [
      ...(operation.parameters ?? []).map(({ name, in: place, required, description, schema }) =>
        field(name, { place, isRequired: required, schema: { ...schema, description } }),
      ),
      ...fieldsOf(body).map(([name, schema]) =>
        field(name, {
          place: 'body',
          isRequired: ((body?.required ?? []) as readonly string[]).includes(name),
          schema,
        }),
      ),
    ],
    answers: responses
      .filter((one) => !isProblem(one))
      .map(([status, { description, content = {} }]) => ({
        status,
        description,
        body: Object.entries(content)
          .map(([type, { schema }]) => (type === 'application/json' ? typeName(schema) : type))
          .join(),
      })),
    problems: responses.filter(isProblem).map(([status, { description }]) => ({ status, description })),
    examples: route.examples.map((example) => ({ title: example.title, command: curl(route, example) })),
  }
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
    readonly required: boolean
    readonly description?: string
    readonly schema: JsonSchema
  }[]
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } }
  }
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string
        readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>
      }
    >
  >
}

/** What a body may hold; what it may never hold is told by its problem. */
function fieldsOf(body: JsonSchema | undefined): readonly (readonly [name: string, schema: JsonSchema])[] {
  const properties = (body?.properties ?? {}) as Readonly<Record<string, JsonSchema>>
  return Object.entries(properties).filter(([, schema]) => schema.not === undefined)
}

function field(
  name: string,
  { schema, ...rest }: Pick<OutlinedField, 'place' | 'isRequired'> & { readonly schema: JsonSchema },
): OutlinedField {
  return {
    name,
    ...rest,
    type: typeName(schema),
    description: [schema.description, bounds(schema)].filter(Boolean).join(' '),
  }
}

/** A type, as a reader writes it: `string`, `Repo[]`, `{ records: Record[], cursor?: string }`. */
export function typeName(schema: JsonSchema): string {
  const { $ref, const: only, enum: values, anyOf, type, items, properties, additionalProperties } = schema
  if ($ref !== undefined) return String($ref).split('/').at(-1) ?? ''
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ')
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeName(one as JsonSchema)).join(' | ')
  if (type === 'array') {
    const item = typeName((items ?? {}) as JsonSchema)
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`
  }
  if (type === 'object') {
    const fields = Object.entries((properties ?? {}) as Readonly<Record<string, JsonSchema>>)
    const required = (schema.required ?? []) as readonly string[]
    if (fields.length > 0)
      return `{ ${fields.map(([name, of]) => `${name}${required.includes(name) ? '' : '?'}: ${typeName(of)}`).join(', ')} }`
    if (typeof additionalProperties === 'object')
      return `{ [name]: ${typeName(additionalProperties as JsonSchema)} }`
    return 'object'
  }
  if (Array.isArray(type)) return type.join(' | ')
  return typeof type === 'string' ? type : 'any'
}

/** What a value may be besides its type, in words. */
function bounds(schema: JsonSchema): string {
  // One that may be null as well.
  const [first] = (schema.anyOf ?? []) as readonly JsonSchema[]
  const { minimum, maximum, default: initial, format } = { ...first, ...schema }
  const range =
    minimum !== undefined && maximum !== undefined
      ? `From ${minimum} to ${maximum}.`
      : minimum !== undefined
        ? `From ${minimum}.`
        : ''
  const otherwise = initial === undefined ? '' : `By default ${JSON.stringify(initial)}.`
  return [range, format === 'date-time' ? 'A time of RFC 3339.' : '', otherwise].filter(Boolean).join(' ')
}

/** An example as it is typed in a shell. */
export function curl({ method, path }: Route, example: RouteExample): string {
  const url = `http://127.0.0.1:3000${pathOf(path, example)}`
  const parts = ['curl']
  if (method !== 'GET') parts.push('-X', method)
  parts.push(/[?&]/.test(url) ? `'${url}'` : url)
  for (const [name, value] of Object.entries(example.headers ?? {})) parts.push('-H', `'${name}: ${value}'`)
  if (example.body !== undefined)
    parts.push(
      '-H',
      "'Content-Type: application/json'",
      '-d',
      `'${JSON.stringify(example.body).replaceAll("'", "'\\''")}'`,
    )
  return parts.join(' ')
}

/** Path and query of an example. */
export function pathOf(path: string, { params = {}, query = {} }: RouteExample): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? '').replaceAll('%3A', ':'),
  )
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
  )
  return search.size > 0 ? `${filled}?${search}` : filled
}
