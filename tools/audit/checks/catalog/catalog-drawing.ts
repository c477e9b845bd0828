import { panelModel } from '../../../dashboards/panel-model.ts'
import { valueAt } from '../../../dashboards/value-at.ts'
import type { ExpectedDashboard } from '../../expected-dashboards.ts'
import type { PanelFault } from './catalog-faults.ts'
import type { PanelPair } from './catalog-panels.ts'

/**
 * How a panel is drawn otherwise than the catalog says. Only what the catalog says is compared: Grafana adds settings of its
 * own whenever it saves, and leaves out what is usual.
 */
export function drawingFaults(
  { is, shouldBe }: PanelPair,
  dashboards: ExpectedDashboard,
): readonly PanelFault[] {
  const [own, other] = [panelModel(dashboards.is, is), panelModel(dashboards.shouldBe, shouldBe)]
  const changes = [
    ...changesOf(own.options, other.options, []),
    ...changesOf(own.defaults, other.defaults, []).filter(
      ({ path }) => !comparedElsewhere.has(path[0] ?? ''),
    ),
  ]
  const faults: PanelFault[] = changes.map(({ path, is: here, shouldBe: there }) => ({
    about: path.join('.'),
    reason: `Its ${path.join('.')} is ${text(here)}, the catalog says ${text(there)}.`,
    // What is coloured by bounds no longer is.
    isAddition: there !== 'thresholds' && !path.some((key) => decisive.has(key)),
  }))
  const missing = other.overrides.filter(
    (wanted) => !own.overrides.some((one) => changesOf(one, wanted, []).length === 0),
  )
  if (missing.length > 0)
    faults.push({
      about: 'overrides',
      reason: `It lacks the overrides of the catalog for ${missing.map((one) => text(valueAt(one, 'matcher', 'options'))).join(', ')}, which colour series by their names.`,
      isAddition: true,
    })
  return faults
}

const comparedElsewhere: ReadonlySet<string> = new Set(['unit', 'thresholds', 'mappings'])

/** Keys that decide which number is seen; the others decide how it looks. */
const decisive: ReadonlySet<string> = new Set(['reduceOptions', 'stacking', 'noValue', 'calculate', 'min'])

interface Change {
  readonly path: readonly string[]
  readonly is: unknown
  readonly shouldBe: unknown
}

function changesOf(is: unknown, shouldBe: unknown, path: readonly string[]): readonly Change[] {
  if (typeof shouldBe !== 'object' || shouldBe === null || Array.isArray(shouldBe)) {
    const isSame = JSON.stringify(is) === JSON.stringify(shouldBe) || (is === undefined && isUsual(shouldBe))
    return isSame ? [] : [{ path, is, shouldBe }]
  }
  return Object.entries(shouldBe).flatMap(([key, value]) =>
    changesOf(valueAt(is, key), value, [...path, key]),
  )
}

function isUsual(value: unknown): boolean {
  return value === false || usual.has(JSON.stringify(value))
}

const usual: ReadonlySet<string> = new Set(['""', '[]', '{}', '"auto"', '"none"', '"off"', '"standard"'])

function text(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value)
}
