package app.seventv.cdn;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A connection of HTTP/2 in the clear, by prior knowledge (RFC 9113 §3.3), which the JDK's client
 * does not make. It reads only when it is told to, and never opens a window.
 */
final class PlainHttp2 implements AutoCloseable {
  /** What a stream may bring unread if nobody says otherwise (RFC 9113 §6.9.2). */
  static final int WINDOW_BYTES = 65_535;

  private static final int TIMEOUT_MS = 30_000;
  private static final int RECEIVE_BYTES = 16 << 10;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  // HPACK (RFC 7541 §6): an indexed field, and three literal ones with indexed names.
  private static final int METHOD = 0x02;
  private static final int SCHEME_HTTP = 0x86;
  private static final int PATH = 0x04;
  private static final int AUTHORITY = 0x01;

  private final Socket socket = new Socket();
  private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder();
  private int nextStream = 1;

  PlainHttp2(int port) throws IOException {
    socket.setReceiveBufferSize(RECEIVE_BYTES);
    socket.setSoTimeout(TIMEOUT_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  private void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteBuf frame = Unpooled.buffer();
    frame.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
    write(bytes(frame.writeBytes(payload)));
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  /** Asks on a stream of its own. */
  void get(String authority, String path) throws IOException {
    send("GET", authority, path);
  }

  /** Asks on a stream of its own, without a body. */
  void send(String method, String authority, String path) throws IOException {
    ByteBuf fields = Unpooled.buffer().writeByte(SCHEME_HTTP);
    literal(fields, METHOD, method);
    literal(fields, PATH, path);
    literal(fields, AUTHORITY, authority);
    frame(HEADERS, END_STREAM | END_HEADERS, nextStream, bytes(fields));
    nextStream += 2;
  }

  /** A value of less than 127 octets. */
  private static void literal(ByteBuf fields, int name, String value) {
    fields.writeByte(name).writeByte(value.length());
    fields.writeCharSequence(value, StandardCharsets.US_ASCII);
  }

  /**
   * Reads on until a stream has ended.
   *
   * @throws IOException if the server has reset it, or ended the connection before it
   */
  Answer read() throws Exception {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    Map<String, String> fields = new TreeMap<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = in.readNBytes(length);
      switch (type) {
        case HEADERS -> {
          Http2Headers headers = hpack.decodeHeaders(stream, Unpooled.wrappedBuffer(payload));
          headers.forEach(
              field -> fields.put(field.getKey().toString(), field.getValue().toString()));
        }
        case DATA -> body.writeBytes(payload);
        case RST_STREAM -> throw new IOException("stream " + stream + " was reset");
        default -> {}
      }
      if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
        int status = Integer.parseInt(fields.remove(":status"));
        return new Answer(status, fields, body.toByteArray());
      }
    }
  }

  /** At once, as if the process had gone. */
  @Override
  public void close() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
