package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.sockets.SocketTables;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An exchange that serves again is like a new one; one that a handler has had never does. */
class SpareExchangeTest {
  private static final Connection CONNECTION =
      new Connection(
          Protocol.HTTP_1, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), 80, false);

  private final EmbeddedChannel channel = new EmbeddedChannel();

  /** Answers at once, but for one path. */
  private static final class Answers implements Handler {
    @Override
    public @Nullable Response answerAtOnce(Request request) {
      return request.path().equals("/handle") ? null : Response.text(200, "at once");
    }

    @Override
    public void handle(Exchange exchange) {
      exchange.respond(Response.text(200, "handled"));
    }
  }

  /** A field that {@link HttpExchange#renew} or {@link Request#renew} forgets is seen here. */
  @Test
  void anExchangeThatServesAgainIsLikeANewOne() {
    ServerContext server = server();
    HttpExchange used = begin(server, "HEAD", "/used?a=b");
    used.request().queryParameters();
    used.request().bindPathParameters(new String[] {"name", "value"});
    used.request().bindRoute(new RoutePattern("GET", "/used"));
    assertThat(used.request().id()).isNotEmpty();
    end(used);

    HttpExchange again = begin(server, "GET", "/again");
    HttpExchange fresh = begin(server, "GET", "/again");
    assertThat(again).isSameAs(used);
    assertThat(fresh).isNotSameAs(used);
    assertThat(again)
        .usingRecursiveComparison()
        .ignoringFields("request.headers.slots") // there may be more room
        .isEqualTo(fresh);
    channel.finishAndReleaseAll();
  }

  @Test
  void oneThatAHandlerHasHadIsLeftAlone() {
    ServerContext server = server();
    HttpExchange seen = begin(server, "GET", "/handle");
    end(seen);
    assertThat(seen.isUnseen()).isFalse();
    HttpExchange next = begin(server, "GET", "/next");
    assertThat(next).isNotSameAs(seen);
    assertThat(next.request()).isNotSameAs(seen.request());
    assertThat(next.request().headers()).isNotSameAs(seen.request().headers());
    assertThat(seen.request().path()).isEqualTo("/handle");
    channel.finishAndReleaseAll();
  }

  private static void end(HttpExchange exchange) {
    exchange.handle(true);
    exchange.bodyEnd(EmptyHttpHeaders.INSTANCE);
    SpareExchange.ofLoop().offer(exchange);
  }

  private HttpExchange begin(ServerContext server, String method, String target) {
    SpareExchange spare = SpareExchange.ofLoop();
    HeaderFields fields = spare.fields(1);
    fields.addTrusted("x", "y");
    return spare.begin(server, transport, CONNECTION, method, target, fields, 1);
  }

  private static ServerContext server() {
    AddressLimits anyAddress = new AddressLimits(AddressLimitOptions.OFF);
    return new ServerContext(
        new Answers(),
        ErrorMapper.PROBLEM_JSON,
        HttpLimits.DEFAULT,
        HttpObserver.NONE,
        RequestIds.DEFAULT,
        new Door(0, anyAddress, ClientAddress.OF_PEER, HttpObserver.NONE),
        SocketTables.NONE);
  }

  /** Sends nothing anywhere. */
  private final ExchangeTransport transport =
      (ExchangeTransport)
          Proxy.newProxyInstance(
              SpareExchangeTest.class.getClassLoader(),
              new Class<?>[] {ExchangeTransport.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "eventLoop" -> channel.eventLoop();
                    case "declaredLength" -> 0L;
                    default -> null;
                  });
}
