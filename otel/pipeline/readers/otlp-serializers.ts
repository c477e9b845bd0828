import {
  type ISerializer,
  JsonMetricsSerializer,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { exemplarsOf } from '../../sdk/exemplars.ts'
import { addJsonExemplars } from './otlp-json.ts'
import { addProtobufExemplars } from './otlp-protobuf.ts'

// The serializers of OpenTelemetry write no exemplars. What they write is OTLP, whatever its version, so that
// exemplars are added to it rather than written into it.

/** For http/protobuf and grpc. */
export const protobufSerializer = withExemplars(ProtobufMetricsSerializer, addProtobufExemplars)

/** For http/json. */
export const jsonSerializer = withExemplars(JsonMetricsSerializer, addJsonExemplars)

function withExemplars<Response>(
  serializer: ISerializer<ResourceMetrics, Response>,
  add: (request: Uint8Array, metrics: ResourceMetrics) => Uint8Array,
): ISerializer<ResourceMetrics, Response> {
  return {
    serializeRequest: (metrics) => {
      const request = serializer.serializeRequest(metrics)
      return request && hasExemplars(metrics) ? add(request, metrics) : request
    },
    deserializeResponse: (response) => serializer.deserializeResponse(response),
  }
}

function hasExemplars({ scopeMetrics }: ResourceMetrics): boolean {
  return scopeMetrics.some(({ metrics }) =>
    metrics.some(({ dataPoints }) => dataPoints.some((point) => exemplarsOf(point) !== undefined)),
  )
}
