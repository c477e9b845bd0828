import express, { type Request, type RequestHandler } from 'express'
import type { z } from 'zod'
import { Problem } from './problem.ts'

/**
 * Reads what a request brings by a schema.
 *
 * @throws {Problem} 400 that names every part that does not fit; 422 where all that is wrong is that it cannot change now.
 */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.slice(0, 10).map(({ path, message }) => ({
    pointer: `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`,
    detail: message,
  }))
  const detail = errors.map(({ pointer, detail }) => `${pointer.slice(2) || 'input'}: ${detail}`).join('; ')
  const isFixed = result.error.issues.every(
    (issue) => issue.code === 'custom' && issue.params?.problem === 'not-changeable',
  )
  throw new Problem(isFixed ? 422 : 400, { detail, more: { errors } })
}

/** Parses JSON bodies up to a size in bytes. */
export function jsonBody(maxBytes: number): readonly RequestHandler[] {
  return [express.json({ limit: maxBytes, type: ['application/json', 'application/*+json'] }), wasJson]
}

const wasJson: RequestHandler = (request: Request, _response, next) => {
  if (request.body === undefined)
    throw new Problem(415, { detail: 'send a JSON object with Content-Type: application/json' })
  next()
}
