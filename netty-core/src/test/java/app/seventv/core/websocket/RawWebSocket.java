package app.seventv.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** A client that writes exactly the bytes it is told to. */
final class RawWebSocket implements AutoCloseable {
  final Socket socket;
  final DataInputStream in;
  final OutputStream out;
  final String head;

  /**
   * Sends a handshake and reads its answer.
   *
   * @param extraHead more lines of the request's head
   * @param hasty bytes to send right behind it
   */
  RawWebSocket(Socket socket, String extraHead, byte[] hasty) throws IOException {
    this.socket = socket;
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    byte[] request =
        ("GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n"
                + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + extraHead
                + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] first = Arrays.copyOf(request, request.length + hasty.length);
    System.arraycopy(hasty, 0, first, request.length, hasty.length);
    out.write(first);
    StringBuilder read = new StringBuilder();
    while (read.indexOf("\r\n\r\n") < 0) {
      read.append((char) in.readUnsignedByte());
    }
    head = read.toString();
  }

  void send(int first, byte[] payload) throws IOException {
    out.write(masked(first, payload));
  }

  String receive() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    }
    byte[] payload = in.readNBytes(length);
    return Integer.toHexString(first)
        + ":"
        + (first == 0x88
            ? HexFormat.of().formatHex(payload)
            : new String(payload, StandardCharsets.UTF_8));
  }

  void awaitEnd() throws IOException {
    assertThat(in.read()).isEqualTo(-1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  static byte[] masked(int first, byte[] payload) {
    return ByteBufUtil.getBytes(MemoryTransport.clientFrame(first, payload));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
