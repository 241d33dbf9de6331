package app.seventv.core.observe;

import app.seventv.core.http.ExchangeSummary;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.Request;
import app.seventv.core.http.RequestIds;
import app.seventv.core.http.RoutePattern;
import app.seventv.core.trace.TraceContext;
import app.seventv.core.trace.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanKind;
import org.jspecify.annotations.Nullable;

/**
 * A server span per request, with the attributes of OpenTelemetry's HTTP conventions. Addresses,
 * queries and header fields are left out: they may be private.
 */
final class ServerSpans implements HttpObserver {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
  private static final AttributeKey<String> VERSION =
      AttributeKey.stringKey("network.protocol.version");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<Long> REQUEST_BYTES =
      AttributeKey.longKey("http.request.body.size");
  private static final AttributeKey<Long> RESPONSE_BYTES =
      AttributeKey.longKey("http.response.body.size");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");

  private final Tracing tracing;
  private final RequestIds trust;

  ServerSpans(Tracing tracing, RequestIds trust) {
    this.tracing = tracing;
    this.trust = trust;
  }

  @Override
  public void exchangeStarted(Request request) {
    request.bindTrace(tracing.next(parent(request)));
  }

  /** Strangers get a trace of their own: otherwise they could have everything recorded. */
  private @Nullable TraceContext parent(Request request) {
    String traceparent = request.header(TraceContext.TRACEPARENT);
    if (traceparent == null || !trust.trusts(request.connection())) {
      return null;
    }
    return TraceContext.parse(
        traceparent, String.join(",", request.headers().getAll(TraceContext.TRACESTATE)));
  }

  @Override
  public void exchangeEnded(ExchangeSummary exchange) {
    Request request = exchange.request();
    TraceContext context = request.trace();
    boolean failed = exchange.status() >= 500;
    if (context == null || !tracing.wants(context, failed, exchange.durationNs())) {
      return;
    }
    String method = RequestText.method(request);
    RoutePattern route = request.route();
    AttributesBuilder attributes =
        Attributes.builder()
            .put(METHOD, method)
            .put(SCHEME, request.connection().secure() ? "https" : "http")
            .put(VERSION, version(request))
            .put(STATUS, (long) exchange.status())
            .put(REQUEST_BYTES, exchange.requestBytes())
            .put(RESPONSE_BYTES, exchange.responseBytes())
            .put(PORT, (long) request.connection().localPort());
    if (route == null) {
      attributes.put(PATH, RequestText.path(request));
    } else {
      attributes.put(ROUTE, route.pattern());
    }
    tracing.record(
        context,
        parent(request),
        route == null ? method : method + ' ' + route.pattern(),
        SpanKind.SERVER,
        attributes.build(),
        Tracing.epochNs(),
        exchange.durationNs(),
        failed ? Integer.toString(exchange.status()) : null);
  }

  private static String version(Request request) {
    return switch (request.connection().protocol()) {
      case HTTP_1 -> "1.1";
      case HTTP_2 -> "2";
      case HTTP_3 -> "3";
    };
  }
}
