package app.seventv.core.http;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Over HTTP/1.1, in chunks or up to a length. */
final class Http1Download implements Download {
  private final Socket tcp;
  private final DataInputStream in;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private boolean begun;
  private boolean chunked;
  private int chunkLeft;

  Http1Download(InetSocketAddress server, boolean tls, String target, String... headers)
      throws IOException {
    tcp = new Socket(server.getAddress(), server.getPort());
    Socket socket = TestSockets.over(tcp, tls);
    in = new DataInputStream(socket.getInputStream());
    StringBuilder head = new StringBuilder("GET " + target + " HTTP/1.1\r\nhost: localhost\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    head.append("\r\n");
    socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.indexOf("\r\n") < 0) {
      line.append((char) in.readUnsignedByte());
    }
    return line.substring(0, line.length() - 2);
  }

  @Override
  public byte[] await(int bytes) throws IOException {
    if (!begun) {
      begun = true;
      for (String line = line(); !line.isEmpty(); line = line()) {
        chunked |= line.equals("transfer-encoding: chunked");
      }
    }
    while (body.size() < bytes) {
      if (chunked && chunkLeft == 0) {
        chunkLeft = Integer.parseInt(line(), 16);
      }
      int wanted = bytes - body.size();
      byte[] part = new byte[chunked ? Math.min(wanted, chunkLeft) : wanted];
      in.readFully(part);
      body.writeBytes(part);
      if (chunked) {
        chunkLeft -= part.length;
        if (chunkLeft == 0) {
          line();
        }
      }
    }
    return Arrays.copyOf(body.toByteArray(), bytes);
  }

  @Override
  public void close() throws IOException {
    tcp.setSoLinger(true, 0); // a reset: a mere end of input would still get its answer
    tcp.close();
  }
}
