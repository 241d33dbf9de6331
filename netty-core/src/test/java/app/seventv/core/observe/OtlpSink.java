package app.seventv.core.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/** A receiver of OTLP over HTTP that keeps what it gets. */
final class OtlpSink implements AutoCloseable {
  final List<Span> spans = new CopyOnWriteArrayList<>();
  final List<Resource> resources = new CopyOnWriteArrayList<>();
  final AtomicInteger refusals = new AtomicInteger();
  private final HttpServer server;

  OtlpSink() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", this::receive);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = body(exchange);
      if (refusals.get() > 0) {
        refusals.decrementAndGet();
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      for (ResourceSpans part : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
        resources.add(part.getResource());
        for (ScopeSpans scope : part.getScopeSpansList()) {
          spans.addAll(scope.getSpansList());
        }
      }
      byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
      exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"));
    try (InputStream in =
        gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      return in.readAllBytes();
    }
  }

  static String id(com.google.protobuf.ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  static Map<String, String> attributes(Span span) {
    return attributes(span.getAttributesList());
  }

  static Map<String, String> attributes(
      List<io.opentelemetry.proto.common.v1.KeyValue> attributes) {
    Map<String, String> all = new TreeMap<>();
    attributes.forEach(a ->
        all.put(
            a.getKey(),
            a.getValue().hasIntValue()
                ? Long.toString(a.getValue().getIntValue())
                : a.getValue().getStringValue()));
    return all;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
