package app.seventv.core.nats;

import app.seventv.core.trace.Trace;
import app.seventv.core.trace.TraceContext;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/** Carries traces in the headers of NATS messages. */
public final class NatsTrace {
  private NatsTrace() {}

  /** Adds the current trace, if there is one, to the headers of an outgoing message. */
  public static Headers inject(Headers headers) {
    Trace.inject((name, value) -> headers.put(name, value));
    return headers;
  }

  /** The trace that a message belongs to, or null. Only our own services publish. */
  public static @Nullable TraceContext extract(Message message) {
    Headers headers = message.getHeaders();
    return headers == null
        ? null
        : TraceContext.parse(
            headers.getFirst(TraceContext.TRACEPARENT), headers.getFirst(TraceContext.TRACESTATE));
  }
}
