import { InvalidError } from '../../model/errors.ts'
import type { NewJob } from './queue.ts'

/** The longest key, group and payload, in characters: what is larger is kept elsewhere and named here. */
export const longest = { key: 4096, group: 1024, payload: 16_384 } as const

/** @throws {InvalidError} when a job can never be kept as it is. */
export function checkJob(queue: string, job: NewJob): void {
  for (const [name, most] of Object.entries(longest)) {
    const text = job[name as keyof typeof longest] ?? ''
    if (text.length <= most) continue
    throw new InvalidError(
      `the ${name} of a job in the queue ${queue} has ${text.length} characters, more than ${most}: keep it shorter`,
    )
  }
  for (const [name, number] of [
    ['priority', job.priority ?? 0],
    ['dueMs', Math.ceil(job.dueMs ?? 0)],
  ] as const) {
    if (Number.isSafeInteger(number)) continue
    throw new InvalidError(
      `the ${name} of the job ${job.key} in the queue ${queue} must be a number, not ${number}`,
    )
  }
}

/** What is kept of an error: its beginning, which says most. */
export function cutError(error: string): string {
  return error.length <= longestError ? error : error.slice(0, longestError).toWellFormed()
}

const longestError = 2000
