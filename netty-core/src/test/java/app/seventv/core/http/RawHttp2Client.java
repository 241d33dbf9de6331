package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A client that writes HTTP/2 frames as it is told, right or wrong, and hands over what comes back.
 * It acknowledges nothing and opens no window by itself. Blocking; a read waits 10 s at most.
 */
public final class RawHttp2Client implements Closeable {
  /** RFC 9113 §3.4. */
  public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final int TIMEOUT_MS = 10_000;

  private final Socket tcp;
  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);

  /** {@code tcp} may be below a TLS socket. */
  private RawHttp2Client(Socket tcp, Socket socket) throws IOException {
    this.tcp = tcp;
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.in = new DataInputStream(socket.getInputStream());
  }

  /** Connects without sending anything of HTTP/2; with TLS the handshake is complete. */
  public static RawHttp2Client open(InetSocketAddress server, boolean tls) throws IOException {
    Socket tcp = new Socket(server.getAddress(), server.getPort());
    Socket socket = tcp;
    if (tls) {
      try {
        SSLSocket secure =
            (SSLSocket)
                TestCertificate.trustingClient()
                    .getSocketFactory()
                    .createSocket(tcp, server.getHostString(), server.getPort(), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        socket = secure;
      } catch (GeneralSecurityException e) {
        throw new IOException("no TLS", e);
      }
    }
    tcp.setTcpNoDelay(true);
    tcp.setSoTimeout(TIMEOUT_MS);
    return new RawHttp2Client(tcp, socket);
  }

  /** Connects and sends the preface with these settings (identifiers and values in turn). */
  public static RawHttp2Client connect(InetSocketAddress server, boolean tls, int... settings)
      throws IOException {
    RawHttp2Client client = open(server, tls);
    client.raw(PREFACE.getBytes(StandardCharsets.US_ASCII));
    client.settings(settings);
    return client;
  }

  /** Sends bytes as they are. */
  public void raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** A frame as bytes (RFC 9113 §4.1). */
  public static byte[] bytes(int type, int flags, int streamId, byte... payload) {
    ByteBuf frame = Unpooled.buffer(Http2Frames.HEADER_BYTES + payload.length);
    Http2Frames.writeHeader(frame, payload.length, type, flags, streamId);
    frame.writeBytes(payload);
    return ByteBufUtil.getBytes(frame);
  }

  /** Sends a frame. */
  public void frame(int type, int flags, int streamId, byte... payload) throws IOException {
    raw(bytes(type, flags, streamId, payload));
  }

  /** Sends a frame whose payload is one 32-bit number. */
  public void frame32(int type, int flags, int streamId, int value) throws IOException {
    frame(type, flags, streamId, int32(value));
  }

  private static byte[] int32(int value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  /** Names and values in turn, compressed. */
  public byte[] block(String... fields) throws IOException {
    Http2Headers headers = new DefaultHttp2Headers(false);
    for (int i = 0; i < fields.length; i += 2) {
      headers.add(fields[i], fields[i + 1]);
    }
    ByteBuf block = Unpooled.buffer();
    try {
      encoder.encodeHeaders(1, headers, block);
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
    return ByteBufUtil.getBytes(block);
  }

  /** Sends HEADERS with these fields and no others. */
  public void headers(int streamId, boolean end, String... fields) throws IOException {
    int flags = Http2Frames.END_HEADERS | (end ? Http2Frames.END_STREAM : 0);
    frame(Http2Frames.HEADERS, flags, streamId, block(fields));
  }

  /** Sends the head of a well-formed request, with more fields behind the pseudo-header ones. */
  public void request(int streamId, boolean end, String method, String path, String... more)
      throws IOException {
    String[] fields = new String[8 + more.length];
    String[] pseudo = {
      ":method", method, ":scheme", "https", ":path", path, ":authority", "localhost"
    };
    System.arraycopy(pseudo, 0, fields, 0, 8);
    System.arraycopy(more, 0, fields, 8, more.length);
    headers(streamId, end, fields);
  }

  /** Sends DATA. */
  public void data(int streamId, boolean end, byte... body) throws IOException {
    frame(Http2Frames.DATA, end ? Http2Frames.END_STREAM : 0, streamId, body);
  }

  /** Sends SETTINGS: identifiers and values in turn. */
  public void settings(int... pairs) throws IOException {
    ByteBuf payload = Unpooled.buffer();
    for (int i = 0; i < pairs.length; i += 2) {
      payload.writeShort(pairs[i]).writeInt(pairs[i + 1]);
    }
    frame(Http2Frames.SETTINGS, 0, 0, ByteBufUtil.getBytes(payload));
  }

  /** Opens a window; stream 0: the connection's. */
  public void windowUpdate(int streamId, int bytes) throws IOException {
    frame32(Http2Frames.WINDOW_UPDATE, 0, streamId, bytes);
  }

  /** Sends RST_STREAM with CANCEL. */
  public void reset(int streamId) throws IOException {
    frame32(Http2Frames.RST_STREAM, 0, streamId, 8);
  }

  /** Sends PRIORITY_UPDATE (RFC 9218 §7.1). */
  public void priorityUpdate(int streamId, String value) throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(int32(streamId));
    payload.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    frame(Http2Frames.PRIORITY_UPDATE, 0, 0, payload.toByteArray());
  }

  /** The next frame, or null at the end of the connection. */
  public @Nullable Frame read() throws IOException {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int streamId = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, streamId, payload);
    } catch (EOFException e) {
      return null;
    } catch (java.net.SocketException e) {
      return null; // reset by the server
    }
  }

  /**
   * Skips to the first frame that fits.
   *
   * @throws IOException if the connection ends before it came
   */
  public Frame await(Predicate<Frame> wanted) throws IOException {
    for (Frame frame = read(); frame != null; frame = read()) {
      if (wanted.test(frame)) {
        return frame;
      }
      if (frame.type() == Http2Frames.HEADERS) {
        decode(frame); // keeps the compression state
      }
    }
    throw new EOFException("the connection ended");
  }

  /** Skips to a frame of this type. */
  public Frame await(int type) throws IOException {
    return await(frame -> frame.type() == type);
  }

  /** Skips to the end of the connection; returns the last GOAWAY's error code, or -1. */
  public long awaitClose() throws IOException {
    long error = -1;
    for (Frame frame = read(); frame != null; frame = read()) {
      if (frame.type() == Http2Frames.GOAWAY) {
        error = frame.int32(4);
      }
    }
    return error;
  }

  /** Fields of a header block that one frame holds; the last of equal names wins. */
  public Map<String, String> decode(Frame frame) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    try {
      decoder
          .decodeHeaders(frame.streamId(), Unpooled.wrappedBuffer(frame.payload()))
          .forEach(field -> fields.put(field.getKey().toString(), field.getValue().toString()));
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
    return fields;
  }

  /**
   * Reads the response of a stream; frames of other streams are dropped.
   *
   * @throws IOException if the stream is reset or the connection ends first
   */
  public Reply reply(int streamId) throws IOException {
    Map<String, String> head = new LinkedHashMap<>();
    Map<String, String> trailers = new LinkedHashMap<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      Frame frame = await(f -> f.streamId() == streamId && f.type() <= Http2Frames.RST_STREAM);
      if (frame.type() == Http2Frames.HEADERS) {
        (head.isEmpty() || "100".equals(head.get(":status")) ? head : trailers)
            .putAll(decode(frame));
      } else if (frame.type() == Http2Frames.DATA) {
        body.writeBytes(frame.payload());
      } else {
        throw new IOException("stream reset with error " + frame.int32(0));
      }
      if ((frame.flags() & Http2Frames.END_STREAM) != 0) {
        return new Reply(head, body.toString(StandardCharsets.UTF_8), trailers);
      }
    }
  }

  /** Sends no more, but goes on reading. */
  public void shutdownOutput() throws IOException {
    tcp.shutdownOutput();
  }

  /** Resets the connection without a word. */
  public void cut() throws IOException {
    tcp.setSoLinger(true, 0);
    tcp.close();
  }

  /** Closes the socket. */
  @Override
  public void close() throws IOException {
    encoder.close();
    socket.close();
  }

  /** A whole response. */
  public record Reply(Map<String, String> head, String body, Map<String, String> trailers) {
    /** {@code :status}. */
    public String status() {
      return head.getOrDefault(":status", "none");
    }
  }

  /** A frame as it came. */
  public static final class Frame {
    private final int type;
    private final int flags;
    private final int streamId;
    private final byte[] payload;

    Frame(int type, int flags, int streamId, byte[] payload) {
      this.type = type;
      this.flags = flags;
      this.streamId = streamId;
      this.payload = payload;
    }

    /** Frame type. */
    public int type() {
      return type;
    }

    /** Flags. */
    public int flags() {
      return flags;
    }

    /** Stream, or 0. */
    public int streamId() {
      return streamId;
    }

    /** Payload; not to be changed. */
    public byte[] payload() {
      return payload;
    }

    /** A 32-bit number within the payload, e.g. an error code. */
    public int int32(int offset) {
      return Unpooled.wrappedBuffer(payload).getInt(offset);
    }

    @Override
    public String toString() {
      return "type "
          + type
          + " flags "
          + flags
          + " stream "
          + streamId
          + " "
          + payload.length
          + "b";
    }
  }
}
