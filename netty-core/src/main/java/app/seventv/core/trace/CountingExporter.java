package app.seventv.core.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what arrived and what did not; says so once when the receiver goes away. */
final class CountingExporter implements SpanExporter {
  private static final Logger LOG = LoggerFactory.getLogger(CountingExporter.class);

  private final SpanExporter exporter;
  private final LongAdder exported = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final AtomicBoolean failing = new AtomicBoolean();

  CountingExporter(SpanExporter exporter) {
    this.exporter = exporter;
  }

  long exported() {
    return exported.sum();
  }

  long failed() {
    return failed.sum();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int count = spans.size();
    CompletableResultCode result = exporter.export(spans);
    result.whenComplete(() -> {
      if (result.isSuccess()) {
        exported.add(count);
        if (failing.getAndSet(false)) {
          LOG.info("the receiver of spans takes them again");
        }
      } else {
        failed.add(count);
        if (!failing.getAndSet(true)) {
          LOG.warn(
              "the receiver of spans does not take them: {}",
              String.valueOf(result.getFailureThrowable()));
        }
      }
    });
    return result;
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
