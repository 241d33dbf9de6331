package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Answers without an exchange, and that what serves again never mixes two requests up. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class AnswerAtOnceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final Queue<Exchange> kept = new ConcurrentLinkedQueue<>();
  private final Queue<String> ended = new ConcurrentLinkedQueue<>();
  private HttpFixture server;

  /** What a handler says of a request: whatever it has of another would show here. */
  private static Response told(String by, Request request) {
    String text =
        String.join(
            " ",
            by,
            request.method(),
            request.target(),
            String.valueOf(request.header("x-first")),
            String.valueOf(request.header("x-second")),
            request.id().isEmpty() ? "no id" : "id");
    return Response.text(200, text).header("x-by", by);
  }

  private final class Answers implements Handler {
    @Override
    public @Nullable Response answerAtOnce(Request request) {
      return switch (request.path()) {
        case "/now" -> told("at once", request);
        case "/conflict" -> throw new HttpError(409, "not now");
        default -> null;
      };
    }

    @Override
    public void handle(Exchange exchange) {
      Request request = exchange.request();
      switch (request.path()) {
        case "/kept" -> {
          kept.add(exchange);
          exchange.respond(told("handler", request));
        }
        case "/kept/later" -> {
          kept.add(exchange);
          exchange.executor().execute(() -> exchange.respond(told("handler", request)));
        }
        default -> exchange.respond(told("handler", request));
      }
    }
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    HttpObserver observer =
        new HttpObserver() {
          @Override
          public void exchangeEnded(ExchangeSummary exchange) {
            ended.add(
                exchange.request().method()
                    + ' '
                    + exchange.request().target()
                    + ' '
                    + exchange.status()
                    + ' '
                    + (exchange.responseBytes() > 0)
                    + ' '
                    + (exchange.firstByteNs() >= 0 && exchange.durationNs() >= 0));
          }
        };
    server =
        HttpFixture.start(
            new TransportOptions(transport, 1, true),
            directory,
            threads -> new Answers(),
            builder -> builder.observer(observer));
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
  }

  @OverWires
  void everyRequestHasItsOwnAnswer(Wire wire) throws Exception {
    // Over HTTP/3 the end may come together with the head or behind it.
    String at = wire == Wire.H3 ? "(at once|handler)" : "at once";
    for (int i = 0; i < 3; i++) {
      assertThat(server.get(wire, "/now?q=" + i, "x-first", "a").text())
          .matches(at + " GET /now\\?q=" + i + " a null id");
      assertThat(server.get(wire, "/now", "x-second", "b" + i).text())
          .matches(at + " GET /now null b" + i + " id");
      assertThat(server.get(wire, "/other", "x-first", "c").text())
          .isEqualTo("handler GET /other c null id");
    }
  }

  @OverWires
  void methodsBodiesAndFailuresAreAnsweredAsEver(Wire wire) throws Exception {
    ended.clear();
    String host = "head" + wire.name();
    HttpFixture.Reply head = server.call(wire, "HEAD", "/now?" + host, new byte[0]);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.length()).isZero();
    assertThat(head.header("content-length")).isNotEqualTo("0").isNotEmpty();
    assertThat(head.header("date")).isNotEmpty();
    HttpFixture.Reply conflict = server.get(wire, "/conflict?" + host);
    if (wire != Wire.H3) {
      assertThat(conflict.status()).isEqualTo(409);
      assertThat(conflict.text()).contains("not now");
    }
    byte[] body = "body".getBytes(StandardCharsets.UTF_8);
    assertThat(server.call(wire, "POST", "/now?" + host, body).text())
        .isEqualTo("handler POST /now?" + host + " null null id");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(ended)
                .contains("HEAD /now?" + host + " 200 false true")
                .contains("POST /now?" + host + " 200 true true"));
  }

  /** An exchange that a handler still holds is never the next request's. */
  @OverWires
  void whoAnswersAgainLateReachesNoOtherRequest(Wire wire) throws Exception {
    for (String path : new String[] {"/kept", "/kept/later"}) {
      for (int i = 0; i < 20; i++) {
        assertThat(server.get(wire, path).text())
            .isEqualTo("handler GET " + path + " null null id");
        meddle();
        assertThat(server.get(wire, "/now?" + i).text()).contains("GET /now?" + i);
        meddle();
      }
    }
    kept.clear();
  }

  private void meddle() {
    for (Exchange exchange : kept) {
      HttpHeaders fields = Response.newHeaders();
      exchange.respond(Response.text(500, "late"));
      exchange.fail(new HttpError(500, "late"));
      ResponseStream stream = exchange.start(500, fields);
      stream.write(Unpooled.copiedBuffer("late", StandardCharsets.UTF_8));
      stream.end();
      exchange.onEnd(() -> {});
      assertThat(exchange.request().path()).startsWith("/kept");
    }
  }

  /** Many requests in one read, of both kinds by turns, are answered in order. */
  @OverWires(
      value = {Wire.H1_PLAIN, Wire.H1_TLS},
      because = "pipelining is HTTP/1.1's")
  void pipelinedRequestsAreAnsweredInOrder(Wire wire) throws IOException {
    StringBuilder requests = new StringBuilder();
    int count = 200;
    for (int i = 0; i < count; i++) {
      requests.append(i % 3 == 0 ? "GET /kept/later?" : "GET /now?").append(i);
      requests.append(" HTTP/1.1\r\nhost: x\r\n");
      requests.append(i == count - 1 ? "connection: close\r\n\r\n" : "\r\n");
    }
    try (Socket socket = server.connect(wire)) {
      socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      int at = 0;
      for (int i = 0; i < count; i++) {
        String target = i % 3 == 0 ? "handler GET /kept/later?" : "at once GET /now?";
        at = answers.indexOf(target + i + " null null id", at);
        assertThat(at).as("answer %d", i).isPositive();
      }
    }
    kept.clear();
  }
}
