package app.seventv.core.http;

import app.seventv.core.log.Logs;
import app.seventv.core.trace.Trace;
import app.seventv.core.trace.TraceContext;
import org.slf4j.MDC;

/**
 * Runs blocking code on behalf of a request: its log lines carry the ids, {@link Trace#current}
 * tells the trace.
 */
final class RequestScope {
  private RequestScope() {}

  static void run(Request request, Runnable code) {
    TraceContext trace = request.trace();
    MDC.put(Logs.REQUEST_ID, request.id());
    if (trace != null) {
      MDC.put(Logs.TRACE_ID, trace.traceId());
      MDC.put(Logs.SPAN_ID, trace.spanId());
    }
    try {
      Trace.run(trace, code);
    } finally {
      MDC.remove(Logs.REQUEST_ID);
      MDC.remove(Logs.TRACE_ID);
      MDC.remove(Logs.SPAN_ID);
    }
  }
}
