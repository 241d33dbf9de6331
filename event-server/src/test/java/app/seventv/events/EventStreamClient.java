package app.seventv.events;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client of server-sent events on a bare socket, which ends when it is closed. */
final class EventStreamClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 10_000;

  private final Socket socket = new Socket();
  private final BufferedReader in;

  /**
   * Sends the request.
   *
   * @param target path and query
   * @param fields more header fields, each with its line end
   */
  EventStreamClient(int port, String target, String fields) throws IOException {
    socket.setSoTimeout(TIMEOUT_MS);
    socket.setSoLinger(true, 0); // a reset: the end of our half alone need not be ours
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket
        .getOutputStream()
        .write(
            ("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  /** The lines up to and with this one, chunk sizes among them. */
  String readTo(String line) throws IOException {
    StringBuilder read = new StringBuilder();
    for (String next = in.readLine(); next != null; next = in.readLine()) {
      read.append(next).append('\n');
      if (next.equals(line)) {
        return read.toString();
      }
    }
    throw new IOException("the stream ended after " + read);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
