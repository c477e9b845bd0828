import { describe } from 'node:test'
import { cacheConformance } from './cache.conformance.ts'
import { MemoryCache } from './memory.ts'

describe('MemoryCache', () => {
  cacheConformance(async (options) => new MemoryCache<string>({ sizeOf: ({ length }) => length, ...options }))
})
