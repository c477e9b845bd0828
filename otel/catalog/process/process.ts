import { declarations } from '../component.ts'
import * as alerts from './alerts.ts'
import * as metrics from './metrics.ts'
import * as panels from './panels.ts'
import * as runtime from './runtime.ts'

export const process = declarations([metrics, runtime, alerts, panels])
