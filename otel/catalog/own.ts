import { declarations } from './component.ts'
import * as pipelineAlerts from './pipeline/alerts.ts'
import * as pipelineMetrics from './pipeline/metrics.ts'
import * as pipelinePanels from './pipeline/panels.ts'
import * as processAlerts from './process/alerts.ts'
import * as processMetrics from './process/metrics.ts'
import * as processPanels from './process/panels.ts'
import * as runtimeMetrics from './process/runtime.ts'

/** The components that the pipeline brings to every service, whatever that declares. */
export const ownComponents = [
  [processMetrics, runtimeMetrics, processAlerts, processPanels],
  [pipelineMetrics, pipelineAlerts, pipelinePanels],
].map(declarations)
