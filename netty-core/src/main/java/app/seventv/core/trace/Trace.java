package app.seventv.core.trace;

import java.net.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** The trace that the current thread works for. */
public final class Trace {
  private static final ScopedValue<TraceContext> CURRENT = ScopedValue.newInstance();

  private Trace() {}

  /** The context of the running request or message, or null outside of any. */
  public static @Nullable TraceContext current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /** Runs code for a context; {@link #current} tells it there, and in structured subtasks. */
  public static void run(@Nullable TraceContext context, Runnable code) {
    if (context == null) {
      code.run();
    } else {
      ScopedValue.where(CURRENT, context).run(code);
    }
  }

  /** As {@link #run}, for code that returns something or throws. */
  public static <T extends @Nullable Object, X extends Throwable> T call(
      @Nullable TraceContext context, ScopedValue.CallableOp<T, X> code) throws X {
    return context == null ? code.call() : ScopedValue.where(CURRENT, context).call(code);
  }

  /**
   * Adds the current context, if there is one, to a request of the JDK's client. For calls to our
   * own services only: others cannot go on with it, and our ids are no concern of theirs.
   */
  public static HttpRequest.Builder inject(HttpRequest.Builder request) {
    TraceContext context = current();
    if (context != null) {
      request.setHeader(TraceContext.TRACEPARENT, context.traceparent());
      if (!context.state().isEmpty()) {
        request.setHeader(TraceContext.TRACESTATE, context.state());
      }
    }
    return request;
  }
}
