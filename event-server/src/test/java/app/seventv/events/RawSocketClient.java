package app.seventv.events;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A websocket client that writes exactly the bytes it is told to, with masks of zeros. */
final class RawSocketClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 30_000;
  private static final int TWO_BYTES = 126;
  private static final int MASKED = 0x80;
  private static final int MAX_SHORT = 125;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  /** A frame as it came, with its first octet. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Frame(int first, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** Code of a close frame. */
    int code() {
      return payload.length == 0 ? 0 : ByteBuffer.wrap(payload).getShort();
    }

    /** Reason of a close frame. */
    String reason() {
      return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }
  }

  /** Connects and sends the handshake, with {@code behind} in the same write. */
  RawSocketClient(int port, byte[] behind) throws IOException {
    socket.setSoTimeout(TIMEOUT_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    byte[] head =
        """
        GET /v3 HTTP/1.1
        Host: x
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

        """
            .replace("\n", "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    socket
        .getOutputStream()
        .write(ByteBuffer.allocate(head.length + behind.length).put(head).put(behind).array());
    in = new DataInputStream(socket.getInputStream());
    StringBuilder read = new StringBuilder();
    while (read.indexOf("\r\n\r\n") < 0) {
      read.append((char) in.readUnsignedByte());
    }
  }

  RawSocketClient(int port) throws IOException {
    this(port, new byte[0]);
  }

  /** A client's frame. */
  static byte[] frame(int first, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
    frame.put((byte) first);
    if (payload.length > MAX_SHORT) {
      frame.put((byte) (MASKED | TWO_BYTES)).putShort((short) payload.length);
    } else {
      frame.put((byte) (MASKED | payload.length));
    }
    frame.putInt(0).put(payload).flip();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }

  static byte[] text(String text) {
    return frame(0x81, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] close(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    return frame(
        0x88, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
  }

  RawSocketClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  RawSocketClient sendHex(String hex) throws IOException {
    return send(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  Frame read() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if ((length & MASKED) != 0) {
      throw new IOException("a server does not mask");
    }
    return new Frame(first, in.readNBytes(length == TWO_BYTES ? in.readUnsignedShort() : length));
  }

  /** Reads HELLO and the first heartbeat. */
  RawSocketClient greeted() throws IOException {
    read();
    read();
    return this;
  }

  /** Whether the server has ended its direction, in order and not by a reset. */
  boolean isAtEnd() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
