import { declarations } from '../component.ts'
import * as alerts from './alerts.ts'
import * as metrics from './metrics.ts'
import * as panels from './panels.ts'

export const pipeline = declarations([metrics, alerts, panels])
