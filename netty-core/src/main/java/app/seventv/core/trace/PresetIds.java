package app.seventv.core.trace;

import io.opentelemetry.sdk.trace.IdGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gives the next span of this thread the ids that were chosen when its work began; spans are built
 * only when they have ended and are wanted.
 */
final class PresetIds implements IdGenerator {
  private static final ThreadLocal<@Nullable TraceContext> NEXT = new ThreadLocal<>();

  void use(TraceContext ids) {
    NEXT.set(ids);
  }

  void clear() {
    NEXT.remove();
  }

  @Override
  public String generateSpanId() {
    TraceContext preset = NEXT.get();
    return preset == null ? IdGenerator.random().generateSpanId() : preset.spanId();
  }

  @Override
  public String generateTraceId() {
    TraceContext preset = NEXT.get();
    return preset == null ? IdGenerator.random().generateTraceId() : preset.traceId();
  }
}
