import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Ending, Job } from './queue.ts'
import { SharedCommit } from './shared-commit.ts'

describe('a shared commit', () => {
  it('ends what ends in the same turn together, in order, and what comes later by itself', async () => {
    const { commit, committed } = begin()
    assert.deepEqual(await Promise.all([commit.add(ending('a')), commit.add(ending('b'))]), [true, true])
    assert.equal(await commit.add(ending('c')), true)
    assert.deepEqual(committed, [['a', 'b'], ['c']])
  })

  it('tells each what became of it', async () => {
    const { commit } = begin()
    assert.deepEqual(await Promise.all(['a', 'gone', 'b'].map((key) => commit.add(ending(key)))), [
      true,
      false,
      true,
    ])
  })

  it('takes no longer than a hundred do', async () => {
    const { commit, committed } = begin()
    await Promise.all(Array.from({ length: 250 }, (_, i) => commit.add(ending(`k${i}`))))
    assert.deepEqual(
      committed.map((keys) => keys.length),
      [100, 100, 50],
    )
  })

  it('ends the others where one cannot be ended', async () => {
    const { commit, committed } = begin()
    const ends = await Promise.allSettled(['a', 'bad', 'b'].map((key) => commit.add(ending(key))))
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(committed, [['a'], ['b']])
  })
})

/** What is called `bad` cannot be ended; what is called `gone` has no lease any more. */
function begin(): { readonly commit: SharedCommit; readonly committed: (readonly string[])[] } {
  const committed: (readonly string[])[] = []
  const commit = new SharedCommit((endings) => {
    const keys = endings.map(({ job }) => job.key)
    if (keys.includes('bad')) throw new Error('bad')
    committed.push(keys)
    return keys.map((key) => key !== 'gone')
  })
  return { commit, committed }
}

function ending(key: string): Ending {
  const job: Job = {
    id: 1,
    queue: 'q',
    key,
    priority: 0,
    group: '',
    payload: '',
    attempts: 0,
    deaths: 0,
    lease: key,
  }
  return { how: 'complete', job }
}
