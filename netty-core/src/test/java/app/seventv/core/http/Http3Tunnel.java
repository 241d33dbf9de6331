package app.seventv.core.http;

import app.seventv.core.transport.EventLoops;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A websocket's tunnel over HTTP/3 (RFC 9220). */
final class Http3Tunnel implements Tunnel {
  private final Http3Probe probe;
  private final Http3Probe.Stream stream;
  private final Map<String, String> head;

  Http3Tunnel(
      EventLoops loops, InetSocketAddress server, String target, byte[] hasty, String... headers)
      throws Exception {
    probe = new Http3Probe(loops, server);
    probe.settings.get(20, TimeUnit.SECONDS);
    String[] fields = Arrays.copyOf(new String[] {":protocol", "websocket"}, 2 + headers.length);
    System.arraycopy(headers, 0, fields, 2, headers.length);
    stream = probe.open().request("CONNECT", target, fields);
    if (hasty.length > 0) {
      stream.data(hasty);
    }
    Awaitility.await().until(() -> !stream.sections().isEmpty());
    head = new HashMap<>(stream.head());
  }

  @Override
  public int status() {
    return Integer.parseInt(head.getOrDefault(":status", "0"));
  }

  @Override
  public Map<String, String> headers() {
    return head;
  }

  @Override
  public InputStream in() {
    return stream.in();
  }

  @Override
  public OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int b) {
        stream.data(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        stream.data(Arrays.copyOfRange(bytes, offset, offset + length));
      }
    };
  }

  @Override
  public void end() {
    stream.end();
  }

  @Override
  public void close() throws IOException {
    probe.close();
  }
}
