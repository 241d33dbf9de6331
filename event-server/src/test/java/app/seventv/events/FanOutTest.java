package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.websocket.WebSocket;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which frames of a fan-out are copied for each session, and which share their head. */
class FanOutTest {
  private static final byte[] MIDDLE = Frames.ascii(",\"op\":0,\"t\":1,\"s\":");

  private final List<ByteBuf> written = new ArrayList<>();
  private final FanOut fanOut = new FanOut();
  private final ClientKinds kinds = new ClientKinds(List.of());
  private final SessionLoop loop = LoneLoop.create(task -> {}, kinds, new Population());
  private final List<String> closes = new ArrayList<>();
  private long pendingBytes;
  private boolean writable = true;

  /** A socket with room that keeps what is written. */
  private WebSocket socket() {
    return (WebSocket)
        Proxy.newProxyInstance(
            FanOutTest.class.getClassLoader(),
            new Class<?>[] {WebSocket.class},
            (_, method, arguments) -> {
              if (method.getName().equals("writeFrames")) {
                written.add((ByteBuf) arguments[0]);
              } else if (method.getName().equals("close")) {
                closes.add(arguments[0] + " " + arguments[1]);
              }
              return switch (method.getName()) {
                case "isWritable" -> writable;
                case "pendingBytes" -> pendingBytes;
                default -> null;
              };
            });
  }

  private Session session() {
    WebSocketSession session =
        new WebSocketSession(loop, kinds.of(ClientKind.WEBSOCKET, null, null, null));
    session.onOpen(socket(), "");
    releaseWritten();
    return session;
  }

  @AfterEach
  void releaseWritten() {
    written.forEach(ByteBuf::release);
    written.clear();
  }

  private static byte[] payload(int bytes) {
    return ("\"" + "x".repeat(bytes - 2) + "\"").getBytes(StandardCharsets.US_ASCII);
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    written.forEach(part -> text.append(part.toString(StandardCharsets.US_ASCII)));
    return text.toString();
  }

  /** The buffer that a slice is of. */
  private static ByteBuf root(ByteBuf slice) {
    ByteBuf root = slice;
    while (root.unwrap() != null) {
      root = root.unwrap();
    }
    return root;
  }

  @Test
  void aFrameForASessionWhereNothingWaitsIsOneBuffer() {
    Session session = session();
    fanOut.begin(MIDDLE, 1);
    fanOut.send(session, payload(20), false);
    fanOut.end();
    assertThat(written).hasSize(1);
    String copied = text();
    releaseWritten();
    Session behind = session();
    pendingBytes = 1;
    fanOut.begin(MIDDLE, 1);
    fanOut.send(behind, payload(20), false);
    fanOut.end();
    assertThat(written).hasSize(2);
    assertThat(text()).isEqualTo(copied).endsWith("\"s\":2}");
  }

  @Test
  void copiesShareBuffersThatAreFreedWithTheLastOfThem() {
    Session session = session();
    fanOut.begin(MIDDLE, 100);
    for (int i = 0; i < 100; i++) {
      fanOut.send(session, payload(1000), false);
    }
    fanOut.end();
    assertThat(written).hasSize(100).allMatch(frame -> frame.refCnt() == 1);
    assertThat(written).allMatch(frame -> frame.unwrap().capacity() <= FanOut.COPIES_BYTES);
  }

  @Test
  void theSharedBuffersGoWithTheLastFrame() {
    Session session = session();
    fanOut.begin(MIDDLE, 100);
    for (int i = 0; i < 100; i++) {
      fanOut.send(session, payload(1000), false);
    }
    pendingBytes = 1;
    fanOut.send(session, payload(1000), false);
    fanOut.end();
    Set<ByteBuf> shared = Collections.newSetFromMap(new IdentityHashMap<>());
    written.forEach(frame -> shared.add(root(frame)));
    assertThat(shared).hasSizeGreaterThan(3);
    releaseWritten();
    assertThat(shared).allMatch(buffer -> buffer.refCnt() == 0);
  }

  @Test
  void aClientThatIsBehindKeepsNothingOfTheOthers() {
    Session session = session();
    fanOut.begin(MIDDLE, 100);
    pendingBytes = 1;
    fanOut.send(session, payload(20), false);
    ByteBuf shared = root(written.getLast());
    writable = false;
    fanOut.send(session, payload(20), false);
    fanOut.end();
    ByteBuf own = written.removeLast();
    releaseWritten();
    assertThat(shared.refCnt()).as("the buffer of all tails").isZero();
    assertThat(own.release()).isTrue();
  }

  @Test
  void whoIsFarBehindIsClosedAtTheEndOfTheEvent() {
    Session session = session();
    writable = false;
    fanOut.begin(MIDDLE, 1);
    for (int i = 0; i < 30; i++) {
      fanOut.send(session, payload(50_000), false);
    }
    assertThat(closes).as("while members of topics are being walked").isEmpty();
    fanOut.end();
    assertThat(closes).containsExactly("1003 Timeout");
  }

  @Test
  void longFramesShareTheirHead() {
    Session session = session();
    // Header 4, {"d": 5, middle, one digit and the bracket.
    int around = 4 + 5 + MIDDLE.length + 2;
    byte[] longest = payload(FanOut.MAX_COPIED_FRAME_BYTES - around);
    fanOut.begin(MIDDLE, 2);
    fanOut.send(session, longest, false);
    assertThat(written).hasSize(1);
    assertThat(written.getFirst().readableBytes()).isEqualTo(FanOut.MAX_COPIED_FRAME_BYTES);
    fanOut.send(session, payload(longest.length + 1), false);
    fanOut.end();
    assertThat(written).hasSize(3);
  }

  @Test
  void theCopiesOfOneEventAreBounded() {
    Session session = session();
    byte[] payload = payload(4_000);
    int most = FanOut.MAX_COPIED_EVENT_BYTES / 4_000;
    for (int event = 0; event < 2; event++) { // each by itself
      releaseWritten();
      fanOut.begin(MIDDLE, most);
      for (int i = 0; i < most; i++) {
        fanOut.send(session, payload, false);
      }
      fanOut.end();
    }
    long heads = written.stream().filter(part -> part.readableBytes() < 10).count();
    long copies = written.size() - 2 * heads;
    assertThat(heads).isPositive();
    assertThat(copies * 4_000)
        .isBetween(FanOut.MAX_COPIED_EVENT_BYTES / 2L, (long) FanOut.MAX_COPIED_EVENT_BYTES);
  }
}
