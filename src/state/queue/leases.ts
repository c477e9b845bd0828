import { randomUUID } from 'node:crypto'
import type { Asked } from './merge.ts'
import type { Job } from './queue.ts'

/** A job that is running. */
export interface Lease {
  readonly id: number
  readonly token: string
  expiresMs: number
  /** What it was added with meanwhile: it runs once more. */
  again?: Asked
  /** Since when what it may be set aside for has happened. */
  wokenMs?: number
}

/** The leases of one queue. They are in memory alone: whatever this process leaves undone is due at the next start. */
export class Leases {
  readonly #prefix = randomUUID()
  readonly #leases = new Map<number, Lease>()
  #count = 0
  /** The job that runs alone. */
  #alone: number | undefined
  /** The job that is to run alone once no other runs; until then none is begun. */
  nextAlone: number | undefined
  /** No lease runs out before this, in ms since 1970. */
  #nextMs = Number.POSITIVE_INFINITY

  get size(): number {
    return this.#leases.size
  }

  /** Whether no other job may be begun. */
  get isExclusive(): boolean {
    return this.#alone !== undefined || (this.nextAlone !== undefined && this.size > 0)
  }

  get(id: number): Lease | undefined {
    return this.#leases.get(id)
  }

  has(id: number): boolean {
    return this.#leases.has(id)
  }

  /** Whether a job that runs is to come into a lane afterwards. */
  awaits(lane: number): boolean {
    return this.#leases.values().some(({ again }) => again?.lane === lane)
  }

  /** The lease that a worker claims to have; undefined when it has run out. */
  of({ id, lease }: Job): Lease | undefined {
    const known = this.#leases.get(id)
    return known?.token === lease ? known : undefined
  }

  begin(id: number, expiresMs: number, { isAlone }: { readonly isAlone: boolean }): string {
    const token = `${this.#prefix}:${++this.#count}`
    if (isAlone) this.#alone = id
    this.#leases.set(id, { id, token, expiresMs })
    this.#nextMs = Math.min(this.#nextMs, expiresMs)
    return token
  }

  renew(lease: Lease, expiresMs: number): void {
    lease.expiresMs = expiresMs
    this.#nextMs = Math.min(this.#nextMs, expiresMs)
  }

  end(id: number): void {
    this.#leases.delete(id)
    if (this.#alone === id) this.#alone = undefined
  }

  /** Ends the leases that have run out. @returns them. */
  expire(nowMs: number): readonly Lease[] {
    if (nowMs < this.#nextMs) return []
    const expired: Lease[] = []
    this.#nextMs = Number.POSITIVE_INFINITY
    for (const lease of this.#leases.values()) {
      if (lease.expiresMs <= nowMs) expired.push(lease)
      else this.#nextMs = Math.min(this.#nextMs, lease.expiresMs)
    }
    for (const { id } of expired) this.end(id)
    return expired
  }

  /** When a lease may run out next; Infinity when there is none. */
  nextMs(): number {
    return this.#leases.size === 0 ? Number.POSITIVE_INFINITY : this.#nextMs
  }
}
