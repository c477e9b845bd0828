import { metrics } from '@opentelemetry/api'

const returned = metrics
  .getMeter('parcels.returns')
  .createCounter('parcels.returns', { description: 'Parcels that nobody took.', unit: '{parcel}' })

export function takeBack(count: number): void {
  returned.add(count)
}
