import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import * as gauge from '@grafana/grafana-foundation-sdk/gauge'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import type { Panel } from '@tidegauge/otel/catalog'

/** What of a panel decides how it is drawn. */
export interface Visual extends Pick<Panel, 'kind' | 'stacked'> {
  /** Colours follow bounds that someone has set. */
  readonly hasThresholds: boolean
  /** Words stand for its values. */
  readonly hasMeanings: boolean
  /** Shows one moment, without the course of time. */
  readonly isInstant: boolean
  /** As many series as an attribute has values. */
  readonly hasManySeries: boolean
}

/** The panel of Grafana for a kind, drawn as all of that kind are; what it shows is set by the caller. */
export function visualization(visual: Visual) {
  return visualizations[visual.kind](visual)
}

const visualizations = {
  timeseries: ({ stacked = false, hasThresholds, hasManySeries }: Visual) =>
    new timeseries.PanelBuilder()
      .lineWidth(1)
      .fillOpacity(stacked ? 35 : 8)
      .showPoints(VisibilityMode.Never)
      .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None))
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(
          hasThresholds ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
        ),
      )
      .min(0)
      .legend(
        new VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .showLegend(true)
          .calcs(hasManySeries ? [] : ['lastNotNull', 'max']),
      )
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic)),

  stat: ({ hasThresholds, hasMeanings, isInstant }: Visual) =>
    new stat.PanelBuilder()
      .reduceOptions(lastValue())
      .graphMode(isInstant || hasMeanings ? BigValueGraphMode.None : BigValueGraphMode.Area)
      .colorMode(hasMeanings ? BigValueColorMode.Background : BigValueColorMode.Value)
      .colorScheme(coloured(hasThresholds || hasMeanings)),

  gauge: ({ hasThresholds }: Visual) =>
    new gauge.PanelBuilder()
      .reduceOptions(lastValue())
      .showThresholdMarkers(true)
      .colorScheme(coloured(hasThresholds)),

  bargauge: ({ hasThresholds }: Visual) =>
    new bargauge.PanelBuilder()
      .reduceOptions(lastValue())
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Gradient)
      .namePlacement(BarGaugeNamePlacement.Left)
      .showUnfilled(true)
      .min(0)
      .colorScheme(coloured(hasThresholds)),

  table: ({ hasThresholds }: Visual) =>
    new table.PanelBuilder()
      .cellOptions({ type: TableCellDisplayMode.Auto })
      .colorScheme(coloured(hasThresholds)),

  heatmap: () => new heatmap.PanelBuilder().calculate(false).cellGap(1),
}

function lastValue(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false)
}

/** Green would say that a value is good; one that nobody has set bounds for is neither good nor bad. */
function coloured(byThresholds: boolean): FieldColorBuilder {
  return byThresholds
    ? new FieldColorBuilder().mode(FieldColorModeId.Thresholds)
    : new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue')
}
