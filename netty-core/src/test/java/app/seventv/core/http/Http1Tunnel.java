package app.seventv.core.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A websocket's tunnel over HTTP/1.1 (RFC 6455 §4.1). */
final class Http1Tunnel implements Tunnel {
  private final Socket socket;
  private final HttpFixture.Reply head;

  Http1Tunnel(InetSocketAddress server, boolean tls, String target, byte[] hasty, String... headers)
      throws IOException {
    socket = TestSockets.connect(server, tls);
    StringBuilder request =
        new StringBuilder("GET " + target + " HTTP/1.1\r\nhost: localhost\r\n")
            .append("upgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n")
            .append("sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    first.writeBytes(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    first.writeBytes(hasty);
    socket.getOutputStream().write(first.toByteArray());
    StringBuilder response = new StringBuilder();
    while (response.indexOf("\r\n\r\n") < 0) {
      response.append((char) socket.getInputStream().read());
    }
    head = HttpFixture.parse(response.toString());
  }

  @Override
  public int status() {
    return head.status();
  }

  @Override
  public Map<String, String> headers() {
    return head.headers();
  }

  @Override
  public InputStream in() {
    try {
      return socket.getInputStream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public OutputStream out() {
    try {
      return socket.getOutputStream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void end() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
