import { MetricReader } from '@opentelemetry/sdk-metrics'

/** Collects when it is told to. */
export class TestReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
