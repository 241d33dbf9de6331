package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.RawHttp2Client.Frame;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Who may send when: windows, many streams, priorities, and the end of a connection. */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H2_PLAIN, Wire.H2_TLS},
    because = "frames of HTTP/2")
class Http2OrderTest extends Http2Fixture {
  @Test
  void responsesWaitForTheClientsWindows() throws Exception {
    // 0x4: initial window of 10 bytes
    try (RawHttp2Client client = connect(4, 10)) {
      client.request(1, true, "GET", "/hold");
      ResponseStream out = held().start(200, Response.newHeaders());
      AtomicInteger writable = new AtomicInteger();
      out.onWritable(writable::incrementAndGet);
      int high = HttpLimits.DEFAULT.writeHighWatermarkBytes();
      out.writeAndFlush(Unpooled.wrappedBuffer(new byte[high]));
      out.writeAndFlush(Unpooled.wrappedBuffer(new byte[100]));
      assertThat(client.await(Http2Frames.DATA).payload()).hasSize(10);
      // The client may see the first write's bytes before the loop has taken the second.
      await().until(() -> !out.isWritable());
      assertThat(out.bytesBeforeUnwritable()).isZero();
      assertThat(writable.get()).isZero();
      client.windowUpdate(1, 5);
      assertThat(client.await(Http2Frames.DATA).payload()).hasSize(5);
      client.windowUpdate(1, 1 << 20);
      client.windowUpdate(0, 1 << 20);
      await().until(() -> writable.get() == 1 && out.isWritable());
      out.end();
      int size = 0;
      Frame frame;
      do {
        frame = client.await(Http2Frames.DATA);
        size += frame.payload().length;
      } while ((frame.flags() & Http2Frames.END_STREAM) == 0);
      assertThat(size).isEqualTo(high + 100 - 15);
    }
  }

  /** RFC 9113 §6.9.2: a stream that is in line may lose more than its window. */
  @Test
  void windowsMayBecomeNegativeWhileTheConnectionsIsUsedUp() throws Exception {
    try (RawHttp2Client client = connect(4, 1 << 20)) {
      client.request(1, true, "GET", "/big");
      for (int got = 0; got < 65_535; ) {
        got += client.await(Http2Frames.DATA).payload().length;
      }
      client.settings(4, 0);
      client.windowUpdate(0, 1 << 30);
      client.request(3, true, "HEAD", "/");
      assertThat(client.await(f -> f.streamId() == 3 || f.type() == Http2Frames.DATA).type())
          .as("only the head of another response is sent")
          .isEqualTo(Http2Frames.HEADERS);
      client.windowUpdate(1, 65_535 + 10);
      assertThat(client.await(Http2Frames.DATA).payload()).hasSize(10);
    }
  }

  @Test
  void manyStreamsAtOnceAreAnswered() throws Exception {
    int streams = HttpLimits.DEFAULT.maxConcurrentStreams();
    try (RawHttp2Client client = connect(4, 1 << 20)) {
      client.windowUpdate(0, 1 << 30);
      for (int i = 0; i < streams; i++) {
        client.request(2 * i + 1, false, "POST", "/echo");
      }
      client.request(2 * streams + 1, true, "GET", "/one-too-many");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(7); // REFUSED_STREAM
      for (int i = 0; i < streams; i++) {
        client.data(2 * i + 1, true, new byte[1000]);
      }
      int ends = 0;
      while (ends < streams) {
        Frame frame = client.await(Http2Frames.DATA);
        ends += frame.flags() & Http2Frames.END_STREAM;
      }
    }
  }

  @Test
  void urgentResponsesGoFirst() throws Exception {
    try (RawHttp2Client client = connect(4, 4 << 20)) {
      // The connection's window of 65,535 bytes goes to the first; the others wait.
      client.request(1, true, "GET", "/big");
      for (int got = 0; got < 65_535; ) {
        got += client.await(Http2Frames.DATA).payload().length;
      }
      client.request(3, true, "GET", "/big", "priority", "u=5");
      client.request(5, true, "GET", "/big", "priority", "u=0");
      client.request(7, true, "GET", "/big", "priority", "u=1, i");
      client.request(9, true, "GET", "/big", "priority", "u=1,i=?1");
      client.priorityUpdate(1, "u=7");
      client.windowUpdate(0, 1 << 30);
      List<Integer> ends = new ArrayList<>();
      List<Integer> turns = new ArrayList<>();
      while (ends.size() < 5) {
        Frame frame = client.await(Http2Frames.DATA);
        if (ends.size() == 1) {
          turns.add(frame.streamId());
        }
        if ((frame.flags() & Http2Frames.END_STREAM) != 0) {
          ends.add(frame.streamId());
        }
      }
      assertThat(ends).containsExactly(5, 7, 9, 3, 1);
      assertThat(turns.subList(0, 4)).containsExactly(7, 9, 7, 9); // incremental: in turn
    }
  }

  @Test
  void prioritiesMayComeBeforeTheirStream() throws Exception {
    try (RawHttp2Client client = connect(4, 4 << 20)) {
      client.priorityUpdate(5, "u=0");
      client.request(1, true, "GET", "/big");
      for (int got = 0; got < 65_535; ) {
        got += client.await(Http2Frames.DATA).payload().length;
      }
      client.request(3, true, "GET", "/big", "priority", "u=1");
      client.request(5, true, "GET", "/big", "priority", "u=6");
      client.windowUpdate(0, 1 << 30);
      assertThat(client.await(Http2Frames.DATA).streamId()).isEqualTo(5);
    }
  }

  /** What can happen to a request while the server drains; each order is a case. */
  private enum Step {
    HEADERS,
    FIRST_GOAWAY,
    SECOND_GOAWAY,
    BODY
  }

  @Test
  void requestsSurviveEveryOrderOfGoaways() throws Exception {
    List<Step> rest = List.of(Step.FIRST_GOAWAY, Step.SECOND_GOAWAY);
    for (int headers = 0; headers <= 2; headers++) {
      for (int body = headers; body <= 2; body++) {
        List<Step> order = new ArrayList<>(rest);
        order.add(body, Step.BODY);
        order.add(headers, Step.HEADERS);
        try (Http2TestServer draining =
            new Http2TestServer(loops, certificate, HttpLimits.DEFAULT, this::handle)) {
          drainWhile(draining, order, headers < 2);
        }
      }
    }
  }

  private void drainWhile(Http2TestServer draining, List<Step> order, boolean accepted)
      throws Exception {
    Thread drain =
        Thread.ofVirtual()
            .unstarted(() -> {
              try {
                draining.server().drain(Duration.ofSeconds(10));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Set<Integer> complete = new HashSet<>();
    try (RawHttp2Client client = draining.connect(tls)) {
      client.request(1, false, "POST", "/echo"); // keeps the connection open meanwhile
      client.await(f -> f.type() == Http2Frames.SETTINGS && f.flags() == Http2Frames.ACK);
      byte[] ping = {};
      for (Step step : order) {
        switch (step) {
          case HEADERS -> client.request(3, false, "POST", "/echo");
          case BODY -> client.data(3, true, new byte[9]);
          case FIRST_GOAWAY -> {
            drain.start();
            Frame first = Objects.requireNonNull(next(client, Http2Frames.GOAWAY, complete));
            assertThat(first.int32(0)).isEqualTo(Integer.MAX_VALUE);
            ping = Objects.requireNonNull(next(client, Http2Frames.PING, complete)).payload();
          }
          case SECOND_GOAWAY -> {
            client.frame(Http2Frames.PING, Http2Frames.ACK, 0, ping);
            Frame last = Objects.requireNonNull(next(client, Http2Frames.GOAWAY, complete));
            assertThat(last.int32(0)).as(order.toString()).isEqualTo(accepted ? 3 : 1);
            assertThat(last.int32(4)).isZero();
          }
        }
      }
      client.data(1, true, new byte[1]);
      assertThat(next(client, -1, complete)).as("ends with its last stream").isNull();
      assertThat(complete).as(order.toString()).isEqualTo(accepted ? Set.of(1, 3) : Set.of(1));
    } finally {
      drain.join();
    }
  }

  /** Skips to a frame of a type, or to the end; notes the streams that end meanwhile. */
  private static @Nullable Frame next(RawHttp2Client client, int type, Set<Integer> complete)
      throws IOException {
    Frame frame = client.read();
    while (frame != null && frame.type() != type) {
      if (frame.type() == Http2Frames.DATA && frame.flags() == Http2Frames.END_STREAM) {
        complete.add(frame.streamId());
      }
      frame = client.read();
    }
    return frame;
  }

  @Test
  void clientsThatSendNoMoreGetTheirAnswers() throws Exception {
    try (RawHttp2Client client = connect(4, 4 << 20)) {
      client.windowUpdate(0, 1 << 30);
      client.request(1, true, "GET", "/big");
      client.request(3, true, "GET", "/hold");
      client.request(5, false, "POST", "/hold");
      Exchange whole = held();
      held();
      int before = aborted.get();
      client.shutdownOutput();
      await().until(() -> aborted.get() == before + 1); // what is not whole is given up
      whole.respond(Response.text(200, "late"));
      Set<Integer> ends = new HashSet<>();
      for (Frame frame = client.read(); frame != null; frame = client.read()) {
        if (frame.type() == Http2Frames.DATA && (frame.flags() & Http2Frames.END_STREAM) != 0) {
          ends.add(frame.streamId());
        }
      }
      assertThat(ends).containsExactlyInAnyOrder(1, 3);
    }
    try (RawHttp2Client client = connect()) {
      client.shutdownOutput();
      client.awaitClose();
    }
  }

  @Test
  void whatNeedsTheClientEndsWithIt() throws Exception {
    AtomicInteger over = new AtomicInteger();
    try (RawHttp2Client client = connect(4, 10)) {
      client.request(1, true, "GET", "/hold");
      ResponseStream events = watched(over).start(200, Response.newHeaders());
      events.endWithClient();
      events.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
      client.request(3, true, "GET", "/hold");
      Exchange late = watched(over);
      client.request(5, true, "GET", "/hold"); // its window will not open any more
      ResponseStream shut = watched(over).start(200, Response.newHeaders());
      shut.writeAndFlush(Unpooled.wrappedBuffer(new byte[100]));
      assertThat(client.await(f -> f.type() == Http2Frames.DATA && f.streamId() == 5).payload())
          .hasSize(10);
      client.shutdownOutput();
      await().until(() -> over.get() == 2);
      late.start(200, Response.newHeaders()).endWithClient();
      await().until(() -> over.get() == 3);
      Frame frame = client.read();
      while (frame != null) {
        frame = client.read(); // the server ends as well
      }
    }
    try (RawHttp2Client client = connect(4, 10)) {
      client.request(1, true, "GET", "/hold");
      Exchange small = watched(over);
      client.request(3, true, "GET", "/hold");
      Exchange large = watched(over);
      client.request(5, true, "GET", "/hold");
      watched(over).start(200, Response.newHeaders()).endWithClient();
      client.shutdownOutput();
      await().until(() -> over.get() == 4); // the server knows
      small.respond(Response.text(200, "ten bytes!"));
      large.respond(Response.text(200, "more than ten bytes")); // closes its window only now
      await().until(() -> over.get() == 6);
      assertThat(client.reply(1).body()).isEqualTo("ten bytes!");
      client.awaitClose();
    }
    RawHttp2Client gone = connect();
    gone.request(1, true, "GET", "/hold");
    ResponseStream alone = watched(over).start(200, Response.newHeaders());
    alone.endWithClient();
    alone.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
    gone.await(Http2Frames.DATA);
    gone.close(); // all has been read: with a FIN, after close_notify over TLS
    await().until(() -> over.get() == 7);
  }

  private Exchange watched(AtomicInteger over) throws Exception {
    Exchange exchange = held();
    exchange.onEnd(over::incrementAndGet);
    return exchange;
  }

  @Test
  void connectionsEndAfterTheirRequests() throws Exception {
    HttpLimits two = HttpLimits.builder().maxRequestsPerConnection(2).build();
    try (Http2TestServer limited = new Http2TestServer(loops, certificate, two, this::handle);
        RawHttp2Client client = limited.connect(tls)) {
      client.request(1, true, "GET", "/1");
      assertThat(client.reply(1).status()).isEqualTo("200");
      client.request(3, true, "GET", "/2");
      assertThat(client.await(Http2Frames.GOAWAY).int32(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(client.awaitClose()).isZero();
    }
  }
}
