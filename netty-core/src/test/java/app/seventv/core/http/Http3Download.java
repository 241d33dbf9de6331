package app.seventv.core.http;

import app.seventv.core.transport.EventLoops;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.awaitility.Awaitility;

/** Over HTTP/3, on a connection of its own. */
final class Http3Download implements Download {
  private final Http3Probe probe;
  private final Http3Probe.Stream stream;

  Http3Download(EventLoops loops, InetSocketAddress server, String target, String... headers)
      throws Exception {
    probe = new Http3Probe(loops, server);
    stream = probe.open().request("GET", target, headers).end();
  }

  @Override
  public byte[] await(int bytes) {
    Awaitility.await().until(() -> stream.bytes().length >= bytes);
    return Arrays.copyOf(stream.bytes(), bytes);
  }

  @Override
  public void close() {
    probe.close();
  }
}
