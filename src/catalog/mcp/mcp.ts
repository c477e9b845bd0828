import { declarations } from '@tidegauge/otel/catalog'
import * as alerts from './alerts.ts'
import * as metrics from './metrics.ts'
import * as panels from './panels.ts'

export const mcp = declarations([metrics, alerts, panels])
