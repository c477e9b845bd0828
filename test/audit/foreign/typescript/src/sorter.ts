import { beltLoad, labelsPrinted, lost, onBelt, rejected, returns, scans, sorted, sorting, truckWait, trucks } from './telemetry.ts'

export interface Parcel {
  readonly depot: string
  readonly grams: number
  readonly courier: string
}

/** Puts parcels on belts by their size. */
export class Sorter {
  #onBelts = 0

  take(parcel: Parcel, belt: string): boolean {
    const began = performance.now()
    scans.add(1, { depot: parcel.depot })
    if (parcel.grams > 30_000) {
      rejected.add(1)
      return false
    }
    if (parcel.grams < 500) sorted.add(1, { size: 'small' })
    else if (parcel.grams < 5_000) sorted.add(1, { size: 'medium' })
    else sorted.add(1, { size: 'large' })
    onBelt.add(1, { belt })
    beltLoad.record(++this.#onBelts / 100)
    labelsPrinted.add(1, { courier: parcel.courier, job: 'night' })
    sorting.record((performance.now() - began) / 1000)
    return true
  }

  leave(belt: string): void {
    onBelt.add(-1, { belt })
    this.#onBelts--
  }

  lose(): void {
    lost.add(1)
  }

  giveBack(): void {
    returns.add(1)
  }

  park(count: number, waitedMs: number): void {
    trucks.record(count)
    truckWait.record(waitedMs / 1000)
  }
}
