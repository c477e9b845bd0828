import type { Check } from '../../check.ts'
import { dashboardMappingsCatalog } from '../catalog/dashboard-mappings-catalog.ts'
import { dashboardRowsCatalog } from '../catalog/dashboard-rows-catalog.ts'
import { dashboardThresholdsCatalog } from '../catalog/dashboard-thresholds-catalog.ts'
import { dashboardDatasource } from './dashboard-datasource.ts'
import { dashboardDatasourceVariable } from './dashboard-datasource-variable.ts'
import { dashboardEditable } from './dashboard-editable.ts'
import { dashboardElement } from './dashboard-element.ts'
import { dashboardGrid } from './dashboard-grid.ts'
import { dashboardGridGap } from './dashboard-grid-gap.ts'
import { dashboardHiddenQuery } from './dashboard-hidden-query.ts'
import { dashboardLegend } from './dashboard-legend.ts'
import { dashboardLegendLabel } from './dashboard-legend-label.ts'
import { dashboardLink } from './dashboard-link.ts'
import { dashboardMappings } from './dashboard-mappings.ts'
import { dashboardNoTargets } from './dashboard-no-targets.ts'
import { dashboardOneMoment } from './dashboard-one-moment.ts'
import { dashboardOverlap } from './dashboard-overlap.ts'
import { dashboardPanelId } from './dashboard-panel-id.ts'
import { dashboardPanelText } from './dashboard-panel-text.ts'
import { dashboardPanelTitleTwice } from './dashboard-panel-title-twice.ts'
import { dashboardPanelTwice } from './dashboard-panel-twice.ts'
import { dashboardPanelType } from './dashboard-panel-type.ts'
import { dashboardRateInterval } from './dashboard-rate-interval.ts'
import { dashboardRefId } from './dashboard-refid.ts'
import { dashboardRefresh } from './dashboard-refresh.ts'
import { dashboardSameQuery } from './dashboard-same-query.ts'
import { dashboardStackedQuantiles } from './dashboard-stacked-quantiles.ts'
import { dashboardStatQueries } from './dashboard-stat-queries.ts'
import { dashboardSumOfSamples } from './dashboard-sum-of-samples.ts'
import { dashboardTags } from './dashboard-tags.ts'
import { dashboardTargetScope } from './dashboard-target-scope.ts'
import { dashboardThresholds } from './dashboard-thresholds.ts'
import { dashboardTitle } from './dashboard-title.ts'
import { dashboardUid } from './dashboard-uid.ts'
import { dashboardUnit } from './dashboard-unit.ts'
import { dashboardUnitUnknown } from './dashboard-unit-unknown.ts'
import { dashboardUnitWord } from './dashboard-unit-word.ts'
import { dashboardVariableChain } from './dashboard-variable-chain.ts'
import { dashboardVariableName } from './dashboard-variable-name.ts'
import { dashboardVariableQuery } from './dashboard-variable-query.ts'
import { dashboardVariableRefresh } from './dashboard-variable-refresh.ts'
import { dashboardVariableScope } from './dashboard-variable-scope.ts'
import { dashboardVariableUnknown } from './dashboard-variable-unknown.ts'
import { dashboardVariableUnused } from './dashboard-variable-unused.ts'

/** The checks of dashboards as Grafana reads them; those of their queries are elsewhere. */
export const dashboardChecks: readonly Check[] = [
  dashboardDatasourceVariable,
  dashboardDatasource,
  dashboardEditable,
  dashboardElement,
  dashboardGridGap,
  dashboardGrid,
  dashboardHiddenQuery,
  dashboardLegendLabel,
  dashboardLegend,
  dashboardLink,
  dashboardMappingsCatalog,
  dashboardMappings,
  dashboardNoTargets,
  dashboardOneMoment,
  dashboardOverlap,
  dashboardPanelId,
  dashboardPanelText,
  dashboardPanelTitleTwice,
  dashboardPanelTwice,
  dashboardPanelType,
  dashboardRateInterval,
  dashboardRefId,
  dashboardRefresh,
  dashboardRowsCatalog,
  dashboardSameQuery,
  dashboardStackedQuantiles,
  dashboardStatQueries,
  dashboardSumOfSamples,
  dashboardTags,
  dashboardTargetScope,
  dashboardThresholdsCatalog,
  dashboardThresholds,
  dashboardTitle,
  dashboardUid,
  dashboardUnitUnknown,
  dashboardUnitWord,
  dashboardUnit,
  dashboardVariableChain,
  dashboardVariableName,
  dashboardVariableQuery,
  dashboardVariableRefresh,
  dashboardVariableScope,
  dashboardVariableUnknown,
  dashboardVariableUnused,
]
