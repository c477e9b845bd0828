import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSystemResolver } from './system-resolver.ts'

describe('the resolver of the operating system', () => {
  it('is not asked what localhost is, which has both addresses everywhere', async () => {
    for (const name of ['localhost', 'LOCALHOST.', 'web.localhost'])
      assert.deepEqual(await createSystemResolver()(name), [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ])
  })

  it('is asked for no more names at a time than it may be, however many nobody answers for', async () => {
    const asked = new Map<string, PromiseWithResolvers<readonly []>>()
    const resolve = createSystemResolver((name) => {
      const answer = Promise.withResolvers<readonly []>()
      asked.set(name, answer)
      return answer.promise
    }, 2)
    const first = resolve('a.example')
    void resolve('b.example')
    await assert.rejects(resolve('c.example'), { code: 'EAI_AGAIN' })
    assert.equal((await resolve('localhost')).length, 2)
    asked.get('a.example')?.resolve([])
    await first
    void resolve('c.example')
    assert.deepEqual([...asked.keys()], ['a.example', 'b.example', 'c.example'])
  })
})
