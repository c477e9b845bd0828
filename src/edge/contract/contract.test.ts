import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { z } from 'zod'
import { contract, routes } from './contract.ts'
import { openApi } from './openapi.ts'
import { problemNames } from './problem-types.ts'
import { problemsOf } from './problems-of.ts'
import { type Route, routeName } from './route.ts'

const document = openApi('1.2.3')

describe('the contract', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const { valid, errors } = await new Validator().validate({ ...document })
    assert.ok(valid, JSON.stringify(errors))
  })

  it('names every route that is declared, once', async () => {
    const files = globSync('*.ts', { cwd: import.meta.dirname, exclude: ['*.test.ts'] })
    const modules: object[] = await Promise.all(files.map((file) => import(`./${file}`)))
    const declared = new Set(
      modules.flatMap((module) => Object.values(module).filter(isRoute)).map(routeName),
    )
    assert.deepEqual(routes.map(routeName).sort(), [...declared].sort())
    const ids = contract.flatMap((group) => Object.keys(group.routes))
    assert.equal(new Set(ids).size, ids.length)
  })

  it('leads every reference somewhere, and has no schema that nothing refers to', () => {
    const text = JSON.stringify(document)
    const referred = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name))
    assert.deepEqual([...referred].sort(), Object.keys(document.components.schemas ?? {}))
    assert.doesNotMatch(text, /\$defs|\$schema/)
  })

  it('documents each kind of problem on some route, or as one of any connection', () => {
    const told = new Set(routes.flatMap((route) => [...problemsOf(route).keys()]))
    const untold = problemNames.filter((name) => !told.has(name))
    assert.deepEqual(untold, ['method-not-allowed', 'request-timeout'])
  })

  for (const route of routes)
    describe(routeName(route), () => {
      it('names in its parameters what stands in its path', () => {
        const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        assert.deepEqual(Object.keys(route.params?.shape ?? {}), inPath)
      })

      it('has examples that its own schemas take, but for those that show what they refuse', () => {
        assert.ok(route.examples.length > 0)
        for (const { title, params, query, body, status } of route.examples) {
          if (status === 422) continue
          takes(route.params, params, title)
          takes(route.query, query && texts(query), title)
          takes(route.body, body, title)
        }
      })
    })
})

function takes(schema: z.ZodType | undefined, input: unknown, title: string): void {
  if (schema === undefined) assert.equal(input, undefined, title)
  else assert.equal(schema.safeParse(input ?? {}).error, undefined, title)
}

/** A query as it arrives. */
function texts(query: object): object {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]))
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'method' in value && 'answers' in value
}
