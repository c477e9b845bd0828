import { z } from 'zod'
import type { Route } from './route.ts'

export const getOpenApi = {
  method: 'GET',
  path: '/openapi.json',
  summary: 'Describes this API as an OpenAPI 3.1 document.',
  isOpen: true,
  answers: {
    200: { description: 'The document.', body: z.looseObject({ openapi: z.string() }) },
  },
  examples: [{ title: 'The document' }],
} as const satisfies Route

export const getDocs = {
  method: 'GET',
  path: '/docs',
  summary: 'Shows the document as a page that loads nothing else.',
  isOpen: true,
  answers: { 200: { description: 'The page.', body: z.string(), type: 'text/html' } },
  examples: [{ title: 'The page' }],
} as const satisfies Route
