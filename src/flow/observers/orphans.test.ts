import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { actionsQueue } from '../../model/action.ts'
import { createLog } from '../../model/log.ts'
import { openQueue } from '../../state/queue/testing/queue.ts'
import { jobsOf } from './action-job.ts'
import type { ActionDefinition, Observer } from './definition.ts'
import { buryOrphans } from './orphans.ts'
import { event } from './testing/events.ts'

const log: ActionDefinition = { log: { level: 'info', message: 'seen' } }
const sync: ActionDefinition = { sync: { repo: 'own' } }
const observer = (name: string, ...then: ActionDefinition[]): Observer => ({ name, when: {}, then })
const mend = (text: string) => `${text}, then retry this`

describe('actions that nobody calls for any more', () => {
  it('are dead letters from the start on, due or not, with the reason, and told of once for each', async () => {
    const { queue, now } = openQueue()
    const before = [
      observer('stays', log),
      observer('gone', log, log),
      observer('fewer', log, log),
      observer('other', log),
    ]
    for (const [at, rkey] of ['a', 'b'].entries()) {
      const jobs = jobsOf(event({ rkey }), before)
      await queue.add(
        actionsQueue,
        jobs.map((job) => ({ ...job, dueMs: now() + at * 3_600_000 })),
      )
    }
    await queue.add(actionsQueue, [{ key: 'strange', payload: '{}' }])
    const lines: string[] = []
    const kinds = new Map([
      ['stays', { actions: [{ kind: 'log' } as const] }],
      ['fewer', { actions: [{ kind: 'log' } as const] }],
      ['other', { actions: [{ kind: 'sync' } as const] }],
    ])
    const options = { queue, observers: kinds, log: createLog({ write: (line) => lines.push(line) }) }
    await buryOrphans(options)

    const { waiting, dead } = await queue.totals(actionsQueue)
    assert.deepEqual([waiting, dead], [4, 9])
    const letters = (await queue.deadLetters({ limit: 20 })).jobs
    const reasons = Map.groupBy(letters, ({ error = '' }) => error)
    const expected = {
      [mend('no observer is called gone any more: bring it back')]: 4,
      [mend('the observer fewer has no action number 2 any more: bring it back')]: 2,
      [mend('action number 1 of the observer other was log, and is sync now: put it back')]: 2,
      'the job does not say which action it is of': 1,
    }
    assert.deepEqual(
      Object.fromEntries([...reasons].map(([reason, jobs]) => [reason, jobs.length])),
      expected,
    )
    assert.equal(lines.length, 4)
    assert.match(
      lines.join(''),
      /warn +actions that waited have become dead letters actions=4 reason="no observer is called gone/,
    )
    await buryOrphans(options)
    assert.equal(lines.length, 4)
  })

  it('are set aside once the queue works again', async () => {
    const { queue } = openQueue()
    await queue.add(actionsQueue, jobsOf(event(), [observer('gone', log)]))
    const lines: string[] = []
    let fails = true
    const failing: Parameters<typeof buryOrphans>[0]['queue'] = {
      waiting: (of) => queue.waiting(of),
      buryWaiting: async (...given) => {
        if (!fails) return queue.buryWaiting(...given)
        fails = false
        throw new Error('the disk is full')
      },
    }
    await buryOrphans({
      queue: failing,
      observers: new Map(),
      backoff: { firstMs: 1, maxMs: 1, jitter: 0 },
      log: createLog({ write: (line) => lines.push(line) }),
    })
    assert.equal((await queue.totals(actionsQueue)).dead, 1)
    assert.match(lines.join(''), /error observers fail, retrying.*\n.*warn {2}actions that waited/)
  })

  it('leave those alone that run', async () => {
    const { queue } = openQueue()
    await queue.add(actionsQueue, jobsOf(event(), [observer('gone', sync)]))
    const [job] = await queue.take(actionsQueue, 1)
    await buryOrphans({
      queue,
      observers: new Map(),
      log: createLog({ write: () => assert.fail('nothing is buried') }),
    })
    assert.equal(job && (await queue.complete(job)), true)
  })
})
