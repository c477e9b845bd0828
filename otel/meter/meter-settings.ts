import { createNoopMeter, type Meter } from '@opentelemetry/api'

/** What the pipeline tells the instruments of a meter. */
export interface MeterSettings {
  /** `false` where measuring is switched off: every instrument does nothing. @default true */
  readonly enabled?: boolean
  /** Exports 0 from the start for counters with few, closed series. @default true */
  readonly zeroInit?: boolean
  /** Share of the measurements that `sampled` metrics take, as one in n: 1, 0.5, 0.1 … @default 1 */
  readonly sampleRate?: number
  /** An observation that takes longer is left out of the collection, in ms. @default 2000 */
  readonly observeTimeoutMs?: number
  /** Nobody keeps exemplars of measurements outside of a span, which makes histograms faster there. @default false */
  readonly exemplarsInSpansOnly?: boolean
  /** The meter that counts what goes wrong with the instruments of this one. @default the meter itself */
  readonly reportTo?: Meter
}

/** Tells the instruments that are made from this meter later how to behave. */
export function configureMeter(meter: Meter, settings: MeterSettings): Meter {
  configured.set(meter, settings)
  return meter
}

/** A meter whose instruments do nothing, on purpose. */
export function disabledMeter(): Meter {
  // Inherits, so that it is a meter of its own and can be told from one that was taken too early.
  return configureMeter(Object.create(createNoopMeter()), { enabled: false })
}

/**
 * @throws {Error} for a meter that was taken before its provider existed: it would record nothing for ever.
 */
export function settingsOf(meter: Meter): Required<MeterSettings> {
  const settings = configured.get(meter)
  if (settings === undefined && isNoop(meter)) {
    throw new Error(
      'This meter records nothing because no meter provider existed when it was taken. ' +
        'Start the pipeline first and pass its meter, or pass disabledMeter() where nothing is to be measured.',
    )
  }
  return {
    enabled: true,
    zeroInit: true,
    sampleRate: 1,
    observeTimeoutMs: 2000,
    exemplarsInSpansOnly: false,
    reportTo: meter,
    ...settings,
  }
}

const configured = new WeakMap<Meter, MeterSettings>()

/** By its name: an application in CommonJS has a copy of the API of its own. */
function isNoop(meter: Meter): boolean {
  return meter.constructor.name === noopName
}

const noopName = createNoopMeter().constructor.name
