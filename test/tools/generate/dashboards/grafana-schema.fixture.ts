import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'
import type { Dashboard, FieldConfig, Panel, RowPanel, VariableModel } from '@grafana/schema'
import type * as bargauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen'
import type * as gauge from '@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen'
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen'
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen'
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'

/**
 * A dashboard file as Grafana's published types say, without the holes that they leave: options, fields and queries
 * are those of the kind of panel, not any record. Text in a file cannot be of an enumeration, so its words may stand
 * for them.
 */
export type DashboardFile = Written<
  Omit<Dashboard, 'panels' | 'templating'> & {
    panels: (AnyPanel | RowPanel)[]
    templating: { list: (VariableModel & { definition?: string })[] }
  }
>

type AnyPanel =
  | PanelOf<'timeseries', timeseries.Options, timeseries.FieldConfig>
  | PanelOf<'stat', stat.Options>
  // The shapes of the bar are newer than the builders; Grafana takes its own where none are given.
  | PanelOf<'gauge', Partial<gauge.Options> & Pick<gauge.Options, 'reduceOptions' | 'showThresholdMarkers'>>
  | PanelOf<'bargauge', bargauge.Options>
  | PanelOf<'table', table.Options, table.FieldConfig>
  | PanelOf<'heatmap', heatmap.Options, heatmap.FieldConfig>

type PanelOf<Type extends string, Options, Custom = Record<string, never>> = Omit<
  Panel,
  'type' | 'options' | 'fieldConfig' | 'targets'
> & {
  id: number
  type: Type
  title: string
  description: string
  options: Options
  fieldConfig: {
    defaults: Omit<FieldConfig, 'custom'> & { custom?: Custom }
    overrides: NonNullable<Panel['fieldConfig']>['overrides']
  }
  targets: Omit<Dataquery, '_implementsDataqueryVariant' | 'dataqueryName'>[]
}

type Written<Value> = Value extends string
  ? `${Value}`
  : Value extends readonly (infer Item)[]
    ? Written<Item>[]
    : Value extends (...args: never[]) => unknown
      ? never
      : Value extends object
        ? { [Key in keyof Value]: Written<Value[Key]> }
        : Value
