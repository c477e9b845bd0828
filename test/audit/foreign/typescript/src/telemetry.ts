import { metrics } from '@opentelemetry/api'

const meter = metrics.getMeter('parcels')

export const scans = meter.createCounter('parcels.scans', { description: 'Parcels that went past a scanner.', unit: '{scan}' })
export const sorted = meter.createCounter('parcels.sorted', { description: 'Parcels that were put on a belt.', unit: '{parcel}' })
export const lost = meter.createCounter('parcels.lost', { description: 'Parcels that nobody found again.', unit: '{parcel}' })
export const returns = meter.createCounter('parcels.returns', { description: 'Parcels that came back.', unit: '{parcel}' })
export const rejected = meter.createCounter('parcels.rejected', { description: 'Parcels that were too heavy.', unit: '{parcel}' })
export const labelsPrinted = meter.createCounter('parcels.labels_printed', { description: 'Labels for couriers.', unit: '{label}' })
export const sorting = meter.createHistogram('parcels.sorting.duration', { description: 'Time from the scan to the belt.', unit: 's' })
export const truckWait = meter.createHistogram('parcels.truck.wait', { description: 'Time that trucks wait at the gate.', unit: 's' })
export const onBelt = meter.createUpDownCounter('parcels.on_belt', { description: 'Parcels on a belt.', unit: '{parcel}' })
export const beltLoad = meter.createGauge('parcels.belt_load', { description: 'How full the belts are.', unit: '1' })
export const trucks = meter.createGauge('parcels.trucks', { description: 'Trucks in the yard.', unit: '{truck}' })
