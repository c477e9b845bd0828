import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import type { Cache } from '../cache.ts'

/** Each of them goes through its moments in this order; between those of different ones anything may lie. */
const moments = {
  first: ['asks', 'reads', 'is answered'],
  second: ['asks', 'reads', 'is answered'],
  change: ['begins', 'is seen', 'ends'],
} as const

type Actor = keyof typeof moments

/**
 * Two look-ups and a change, in every order that their moments can have: who asks once the change can be seen is
 * answered with what is true from then on.
 *
 * @returns how many orders there are.
 */
export async function tryAllOrders(open: () => Promise<Cache<string>>): Promise<number> {
  const orders = mergeAll({ first: 0, second: 0, change: 0 })
  for (const order of orders) await tryOrder(await open(), order)
  return orders.length
}

async function tryOrder(cache: Cache<string>, order: readonly Actor[]): Promise<void> {
  let truth = 'old'
  const story = tell(order)
  const changeMayEnd = Promise.withResolvers<void>()
  const lookUp = () => {
    const mayRead = Promise.withResolvers<void>()
    const mayAnswer = Promise.withResolvers<void>()
    const isLate = truth === 'new'
    const answer = cache.get([{ key: 'k', owner: 'o' }], async () => {
      await mayRead.promise
      const read = truth
      await mayAnswer.promise
      return [read]
    })
    const check = answer.then(([value]) => assert.ok(value === 'new' || !isLate, `stale: ${story}`))
    return [() => mayRead.resolve(), () => mayAnswer.resolve(), check] as const
  }
  const running: Promise<unknown>[] = []
  const next = { first: 0, second: 0, change: 0 }
  const lookUps = new Map<Actor, ReturnType<typeof lookUp>>()
  for (const actor of order) {
    const moment = next[actor]++
    if (actor === 'change') {
      if (moment === 0) running.push(cache.change([{ owner: 'o', keys: ['k'] }], () => changeMayEnd.promise))
      else if (moment === 1) truth = 'new'
      else changeMayEnd.resolve()
    } else if (moment === 0) {
      const made = lookUp()
      lookUps.set(actor, made)
      running.push(made[2])
    } else lookUps.get(actor)?.[moment === 1 ? 0 : 1]()
    await setImmediate()
  }
  await Promise.all(running)
  const [value] = await cache.get([{ key: 'k', owner: 'o' }], async () => ['new'])
  assert.equal(value, 'new', `stale afterwards: ${story}`)
}

function mergeAll(done: Readonly<Record<Actor, number>>): readonly (readonly Actor[])[] {
  const left = (Object.keys(moments) as Actor[]).filter((actor) => done[actor] < moments[actor].length)
  if (left.length === 0) return [[]]
  return left.flatMap((actor) =>
    mergeAll({ ...done, [actor]: done[actor] + 1 }).map((rest) => [actor, ...rest]),
  )
}

function tell(order: readonly Actor[]): string {
  const next = { first: 0, second: 0, change: 0 }
  return order.map((actor) => `${actor} ${moments[actor][next[actor]++]}`).join(', ')
}
