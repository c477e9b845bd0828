import assert from 'node:assert/strict'
import type { Job, NewJob, Queue } from '../queue.ts'
import type { Begun } from './model.ts'

/** Opens a queue that holds jobs: what a conformance suite begins with. */
export type BeginWith = (...jobs: readonly NewJob[]) => Promise<Begun>

/** The queue of all that a suite does. */
export const q = 'repo'

export function must<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined)
  return value
}

export async function takeOne(queue: Queue): Promise<Job> {
  return must((await queue.take(q, 1))[0])
}

export function keys(jobs: readonly { readonly key: string }[]): readonly string[] {
  return jobs.map(({ key }) => key)
}

export function settled(promise: Promise<void>): { readonly promise: Promise<void>; isSettled: boolean } {
  const state = { promise, isSettled: false }
  promise.finally(() => {
    state.isSettled = true
  })
  return state
}
