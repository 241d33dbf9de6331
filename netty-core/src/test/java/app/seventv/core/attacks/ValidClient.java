package app.seventv.core.attacks;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Asks one thing after the other on one connection and measures how long the answers take. */
final class ValidClient implements AutoCloseable {
  /** Pause between an answer and the next request. */
  private static final long PAUSE_MS = 2;

  private static final int TIMEOUT_MS = 10_000;

  private final Socket socket;
  private final DataInputStream in;

  ValidClient(InetSocketAddress server) throws IOException {
    socket = new Socket(server.getAddress(), server.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MS);
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
  }

  /** Body of a response. */
  String get(String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder(256);
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    if (head.indexOf("HTTP/1.1 200") != 0) {
      throw new IOException("unexpected answer: " + head);
    }
    int at = head.indexOf("content-length: ") + "content-length: ".length();
    byte[] body = new byte[Integer.parseInt(head.substring(at, head.indexOf("\r", at)))];
    in.readFully(body);
    return new String(body, StandardCharsets.UTF_8);
  }

  /** The server's figures. */
  Map<String, Long> stats() throws IOException {
    Map<String, Long> figures = new HashMap<>();
    get("/stats")
        .lines()
        .forEach(line -> {
          int equals = line.indexOf('=');
          figures.put(line.substring(0, equals), Long.parseLong(line.substring(equals + 1)));
        });
    return figures;
  }

  /** The 99th percentile of the latencies within so many milliseconds, in milliseconds. */
  double p99(long forMs) throws IOException, InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(forMs);
    long[] latenciesNs = new long[(int) (forMs / PAUSE_MS) + 1];
    int count = 0;
    while (System.nanoTime() < endNs && count < latenciesNs.length) {
      long startNs = System.nanoTime();
      get("/");
      latenciesNs[count++] = System.nanoTime() - startNs;
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
    Arrays.sort(latenciesNs, 0, count);
    return latenciesNs[Math.max(0, count - 1 - count / 100)] / 1e6;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
