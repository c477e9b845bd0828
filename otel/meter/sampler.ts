import type { Meter } from '@opentelemetry/api'
import type { MetricDefinition } from '../catalog/metric.ts'
import { settingsOf } from './meter-settings.ts'

/**
 * Says how often a measurement counts: one in n counts n times, the others not at all.
 * Each block of n takes one at random, so that a rhythm in what is measured cannot bias it.
 */
export type Sampler = () => number

/** The sampler of a metric, or undefined where every measurement is taken. */
export function samplerOf(meter: Meter, definition: MetricDefinition): Sampler | undefined {
  const every = Math.round(1 / settingsOf(meter).sampleRate)
  return definition.sampled === true && every > 1 ? createSampler(every) : undefined
}

export function createSampler(every: number, random: () => number = Math.random): Sampler {
  let position = 0
  let chosen = 0
  return () => {
    if (position === 0) chosen = Math.floor(random() * every)
    const taken = position === chosen
    position = position + 1 === every ? 0 : position + 1
    return taken ? every : 0
  }
}
