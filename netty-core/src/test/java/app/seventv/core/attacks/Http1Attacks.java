package app.seventv.core.attacks;

import app.seventv.core.attacks.Attacker.Attack;
import app.seventv.core.attacks.Attacker.Target;
import app.seventv.core.attacks.Attacker.Until;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Slow and vanishing clients. */
final class Http1Attacks {
  private static final int SLOW_CLIENTS = 200;
  private static final int SLOW_READERS = 60;

  /** Each slow client does something so often. */
  private static final int STEPS_PER_SECOND = 10;

  private static final int VANISHING_PER_SECOND = 200;

  private Http1Attacks() {}

  static void addTo(Map<String, Attack> attacks) {
    attacks.put(
        "slow-headers",
        (target, until) ->
            slow(target.plain(), until, "GET / HTTP/1.1\r\nhost: a\r\n", "x: y\r\n"));
    attacks.put(
        "slow-body",
        (target, until) ->
            slow(
                target.plain(),
                until,
                "POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n",
                "x"));
    attacks.put(
        "slow-tls-handshake",
        (target, until) -> slow(target.secure(), until, "\u0016\u0003\u0001", "\u0001"));
    attacks.put("slow-read", Http1Attacks::slowRead);
    attacks.put("vanishing-peers", Http1Attacks::vanish);
  }

  /** Opens connections and sends a little again and again. */
  private static Map<String, Long> slow(
      InetSocketAddress server, Until until, String start, String more) throws Exception {
    List<SocketChannel> clients = new ArrayList<>();
    for (int i = 0; i < SLOW_CLIENTS; i++) {
      SocketChannel client = SocketChannel.open(server);
      client.write(bytes(start));
      client.configureBlocking(false);
      clients.add(client);
    }
    long closed = 0;
    while (until.pace(STEPS_PER_SECOND)) {
      closed += clients.size();
      clients.removeIf(client -> !sends(client, more));
      closed -= clients.size();
    }
    for (SocketChannel client : clients) {
      client.close();
    }
    return Map.of("clients", (long) SLOW_CLIENTS, "cut-off", closed);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Whether the server still takes what is sent and has not ended the connection. */
  private static boolean sends(SocketChannel client, String text) {
    try {
      client.write(bytes(text));
      ByteBuffer answer = ByteBuffer.allocate(4096);
      int read = client.read(answer);
      if (read >= 0) {
        return true;
      }
      client.close();
      return false;
    } catch (IOException reset) {
      return false;
    }
  }

  /** Asks for much and takes a byte now and then, with the smallest receive buffer there is. */
  private static Map<String, Long> slowRead(Target target, Until until) throws Exception {
    List<SocketChannel> clients = new ArrayList<>();
    for (int i = 0; i < SLOW_READERS; i++) {
      SocketChannel client = SocketChannel.open();
      client.setOption(StandardSocketOptions.SO_RCVBUF, 1);
      client.connect(target.plain());
      client.write(bytes("GET /big HTTP/1.1\r\nhost: a\r\n\r\n"));
      client.configureBlocking(false);
      clients.add(client);
    }
    while (until.pace(STEPS_PER_SECOND)) {
      for (SocketChannel client : clients) {
        takeByte(client);
      }
    }
    for (SocketChannel client : clients) {
      client.close();
    }
    return Map.of("clients", (long) SLOW_READERS); // the server counts those it cuts off
  }

  private static void takeByte(SocketChannel client) {
    try {
      client.read(ByteBuffer.allocate(1));
    } catch (IOException reset) {
      // the server counts whom it cuts off
    }
  }

  /** Comes and goes in the middle of everything: resets, ends, silence. */
  private static Map<String, Long> vanish(Target target, Until until) throws Exception {
    String[] starts = {
      "",
      "GET / HT",
      "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
      "POST /upload HTTP/1.1\r\nhost: a\r\n" + "content-length: 9\r\n\r\nx",
      "GET /big HTTP/1.1\r\nhost: a\r\n\r\n"
    };
    List<SocketChannel> silent = new ArrayList<>();
    long count = 0;
    while (until.pace(VANISHING_PER_SECOND)) {
      SocketChannel client = SocketChannel.open(count % 3 == 0 ? target.secure() : target.plain());
      String start = starts[(int) (count % starts.length)];
      client.write(bytes(start));
      switch ((int) (count % 4)) {
        case 0 -> {
          client.setOption(StandardSocketOptions.SO_LINGER, 0);
          client.close();
        }
        case 1 -> client.close();
        case 2 -> {
          client.shutdownOutput();
          silent.add(client);
        }
        default -> silent.add(client);
      }
      count++;
    }
    for (SocketChannel client : silent) {
      client.close();
    }
    return Map.of("clients", count);
  }
}
