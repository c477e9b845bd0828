import assert from 'node:assert/strict'
import { createRandom } from '../../../demo/random.ts'
import type { Job, NewJob, Queue } from '../queue.ts'

export interface Begun {
  queue: Queue
  readonly reopen: () => Promise<Queue>
  readonly clock: { ms: number }
}

/** Makes random changes to a queue and to the plainest list of jobs that there can be, and compares them. */
export async function compareWithModel(begun: Begun, seed: number, steps = 150): Promise<void> {
  const { clock, reopen } = begun
  let { queue } = begun
  const { next: random } = createRandom(String(seed))
  const below = (n: number) => Math.floor(random() * n)
  const model = new Map<string, Known>()
  const held = new Map<string, number>()
  let running: Job[] = []
  const oneRunning = () => running.splice(below(running.length), 1)[0]

  const actions: (() => Promise<unknown>)[] = [
    async () => {
      const jobs = Array.from({ length: 1 + below(4) }, () => randomJob(below, clock.ms))
      const added = jobs.filter((job) => addTo(model, job, clock.ms)).length
      assert.equal(await queue.add(name, jobs), added)
    },
    async () => {
      const without = new Set(groups.filter(() => random() < 0.2))
      const taken = await queue.take(name, 1 + below(4), { without, leaseMs: 1e9, aloneAfter })
      for (const [group, untilMs] of held) if (untilMs > clock.ms) without.add(group)
      checkTaken(model, taken, without, clock.ms)
      running.push(...taken)
    },
    async () => {
      const job = oneRunning()
      if (job === undefined) return
      const known = model.get(job.key)
      assert.equal(await queue.complete(job), known !== undefined)
      if (known?.again === undefined) model.delete(job.key)
      else model.set(job.key, { ...known, ...known.again, ...unhurt, state: 'waiting', again: undefined })
    },
    async () => {
      const job = oneRunning()
      const dueMs = clock.ms + below(40)
      if (job === undefined) return
      await queue.retry(job, { dueMs })
      const known = model.get(job.key)
      if (known === undefined) return
      known.dueMs = Math.min(dueMs, known.again?.dueMs ?? dueMs)
      Object.assign(known, { state: 'waiting', attempts: known.attempts + 1, deaths: 0, again: undefined })
    },
    async () => {
      const job = oneRunning()
      if (job === undefined) return
      await queue.bury(job, 'x')
      const known = model.get(job.key)
      if (known?.again !== undefined) {
        Object.assign(known, known.again, { state: 'waiting', ...unhurt, again: undefined })
      } else if (known !== undefined) {
        Object.assign(known, { state: 'dead', attempts: known.attempts + 1, dueMs: clock.ms })
      }
    },
    async () => {
      const [first] = (await queue.deadLetters({ limit: 1 })).jobs
      if (first === undefined) return
      assert.equal(await queue.revive(first.id), true)
      const now = clock.ms
      Object.assign(model.get(first.key) as Known, {
        state: 'waiting',
        ...unhurt,
        dueMs: now,
        addedMs: now,
      })
    },
    async () => {
      const key = `k${below(12)}`
      assert.equal(await queue.remove(name, key), model.delete(key))
      running = running.filter((job) => job.key !== key)
    },
    async () => {
      const [group, untilMs] = [groups[below(4)] as string, clock.ms + below(60)]
      await queue.hold(name, group, untilMs)
      held.set(group, Math.max(untilMs, held.get(group) ?? 0))
    },
    async () => {
      clock.ms += below(30)
    },
    async () => {
      if (random() < 0.7) return
      queue = await reopen()
      running = []
      for (const known of model.values()) {
        if (known.state !== 'running') continue
        Object.assign(known, { state: 'waiting', deaths: known.deaths + 1, again: undefined })
      }
    },
  ]
  for (let step = 0; step < steps; step++) {
    await actions[below(actions.length)]?.()
    await compare(queue, model)
  }
}

const name = 'model'
const aloneAfter = 2
const unhurt = { attempts: 0, deaths: 0 }
const groups = ['', 'a', 'b', 'c']

interface Asked {
  priority: number
  group: string
  dueMs: number
  addedMs: number
}

interface Known extends Asked {
  payload: string
  attempts: number
  deaths: number
  state: 'waiting' | 'running' | 'dead'
  again: Asked | undefined
}

function randomJob(below: (n: number) => number, nowMs: number): NewJob {
  return {
    key: `k${below(12)}`,
    ...(below(2) === 0 && { priority: below(3) }),
    ...(below(2) === 0 && { group: groups[below(4)] as string }),
    ...(below(3) === 0 && { dueMs: nowMs + below(60) - 20 }),
    ...(below(2) === 0 && { payload: `p${below(9)}` }),
  }
}

/** @returns whether it is new. */
function addTo(model: Map<string, Known>, job: NewJob, nowMs: number): boolean {
  const known = model.get(job.key)
  const { priority = 0, group = known?.group ?? '', dueMs = nowMs, payload = known?.payload ?? '' } = job
  const asked = { priority, group, dueMs, addedMs: nowMs }
  if (known === undefined || known.state === 'dead') {
    model.set(job.key, { ...asked, payload, ...unhurt, state: 'waiting', again: undefined })
    return known === undefined
  }
  if (known.state === 'running') known.again = known.again === undefined ? asked : better(known.again, asked)
  Object.assign(known, better(known, asked), { payload })
  return false
}

function better(known: Asked, { priority, dueMs, group }: Asked): Asked {
  return {
    ...known,
    group,
    priority: Math.min(known.priority, priority),
    dueMs: Math.min(known.dueMs, dueMs),
  }
}

function checkTaken(
  model: Map<string, Known>,
  taken: readonly Job[],
  without: ReadonlySet<string>,
  nowMs: number,
): void {
  const before = [...model.values()].filter(({ state }) => state === 'running')
  const isAlone = [...before, ...taken].some(({ deaths }) => deaths >= aloneAfter)
  if (isAlone && taken.length > 0) assert.equal(before.length + taken.length, 1)
  for (const { key, priority, group, payload, attempts, deaths } of taken) {
    const known = model.get(key) as Known
    const due = [...model.values()].filter(
      (one) => one.state === 'waiting' && one.dueMs <= nowMs && !without.has(one.group),
    )
    assert.ok(due.includes(known), `${key} is not to be taken`)
    // What is to run alone had its turn before others made way for it.
    if (!isAlone) {
      assert.equal(known.priority, Math.min(...due.map((one) => one.priority)))
      const ofLane = due.filter((one) => one.priority === priority && one.group === group)
      assert.equal(known.dueMs, Math.min(...ofLane.map((one) => one.dueMs)))
    }
    assert.deepEqual(
      [priority, group, payload, attempts, deaths],
      [known.priority, known.group, known.payload, known.attempts, known.deaths],
    )
    known.state = 'running'
  }
}

async function compare(queue: Queue, model: Map<string, Known>): Promise<void> {
  const live = [...model.values()].filter(({ state }) => state !== 'dead')
  const running = live.filter(({ state }) => state === 'running').length
  assert.deepEqual(await queue.totals(name), {
    waiting: live.length - running,
    running,
    dead: model.size - live.length,
    ...(live.length > 0 && { oldestAddedMs: Math.min(...live.map(({ addedMs }) => addedMs)) }),
  })
  for (let i = 0; i < 12; i++) {
    const known = model.get(`k${i}`)
    const found = await queue.find(name, `k${i}`)
    if (found === undefined) {
      assert.equal(known, undefined)
      continue
    }
    const { id: _, queue: __, key: ___, error: ____, ...state } = found
    const { again: _____, ...expected } = known as Known
    assert.deepEqual(state, expected)
  }
}
