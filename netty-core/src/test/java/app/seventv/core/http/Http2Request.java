package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request over HTTP/2 on a connection of its own, also in the clear by prior knowledge, which
 * the JDK's client cannot do. It keeps to the server's windows, and sends any target as it is.
 */
final class Http2Request implements Download, Tunnel {
  private static final int STREAM = 1;
  private static final int OUR_WINDOW_BYTES = 32 << 20;

  private final InetSocketAddress server;
  private final boolean tls;
  private final RawHttp2Client client;
  private final Map<String, String> head = new HashMap<>();
  private final GrowingBody body = new GrowingBody();
  private int connectionWindow = Http2Frames.INITIAL_WINDOW_BYTES;
  private int streamWindow = Http2Frames.INITIAL_WINDOW_BYTES;
  private int initialWindow = Http2Frames.INITIAL_WINDOW_BYTES;
  private boolean tunnel;
  private boolean settled;
  private boolean over;

  private Http2Request(InetSocketAddress server, boolean tls) throws IOException {
    this.server = server;
    this.tls = tls;
    client =
        RawHttp2Client.connect(
            server, tls, Http2Frames.SETTINGS_INITIAL_WINDOW_SIZE, OUR_WINDOW_BYTES);
    client.windowUpdate(0, OUR_WINDOW_BYTES);
  }

  /** Sends a request and waits for the whole answer. */
  static HttpFixture.Reply call(
      InetSocketAddress server,
      boolean tls,
      String method,
      String target,
      byte[] body,
      String... headers)
      throws IOException {
    try (Http2Request call = new Http2Request(server, tls)) {
      call.head(body.length == 0, new String[] {":method", method}, target, headers);
      call.send(body, true);
      while (!call.over) {
        call.read();
      }
      return new HttpFixture.Reply(call.status(), call.headers(), call.body.toByteArray());
    }
  }

  /** Sends a {@code GET}. */
  static Http2Request open(InetSocketAddress server, boolean tls, String target, String... headers)
      throws IOException {
    Http2Request request = new Http2Request(server, tls);
    request.head(true, new String[] {":method", "GET"}, target, headers);
    return request;
  }

  /** Asks for a websocket's tunnel (RFC 8441) and waits for the head of the answer. */
  static Http2Request tunnel(
      InetSocketAddress server, boolean tls, String target, byte[] hasty, String... headers)
      throws IOException {
    Http2Request request = new Http2Request(server, tls);
    request.tunnel = true;
    while (!request.settled) {
      request.read();
    }
    String[] connect = {":method", "CONNECT", ":protocol", "websocket"};
    request.head(false, connect, target, headers);
    request.send(hasty, false);
    while (request.head.isEmpty()) {
      request.read();
    }
    return request;
  }

  private void head(boolean end, String[] method, String target, String... headers)
      throws IOException {
    String[] rest = {
      ":scheme",
      tls ? "https" : "http",
      ":authority",
      server.getHostString() + ':' + server.getPort(),
      ":path",
      target
    };
    String[] fields = Arrays.copyOf(method, method.length + rest.length + headers.length);
    System.arraycopy(rest, 0, fields, method.length, rest.length);
    System.arraycopy(headers, 0, fields, method.length + rest.length, headers.length);
    client.headers(STREAM, end, fields);
  }

  private void send(byte[] data, boolean end) throws IOException {
    int sent = 0;
    while (sent < data.length && !over) {
      int room = Math.min(connectionWindow, streamWindow);
      if (room <= 0) {
        read();
        continue;
      }
      int to = sent + Math.min(Math.min(Http2Frames.MAX_PAYLOAD_BYTES, room), data.length - sent);
      client.data(STREAM, end && to == data.length, Arrays.copyOfRange(data, sent, to));
      connectionWindow -= to - sent;
      streamWindow -= to - sent;
      sent = to;
    }
  }

  private void read() throws IOException {
    RawHttp2Client.@Nullable Frame frame = client.read();
    if (frame == null) {
      throw new EOFException("the connection ended");
    }
    switch (frame.type()) {
      case Http2Frames.SETTINGS -> settings(frame);
      case Http2Frames.WINDOW_UPDATE -> {
        if (frame.streamId() == 0) {
          connectionWindow += frame.int32(0);
        } else {
          streamWindow += frame.int32(0);
        }
      }
      case Http2Frames.HEADERS -> head.putAll(client.decode(frame));
      case Http2Frames.DATA -> body.writeBytes(frame.payload());
      case Http2Frames.RST_STREAM -> {
        // RFC 8441 §5: the end of a tunnel that TCP would reset
        if (!tunnel || frame.int32(0) != Http2Error.CANCEL.code()) {
          throw new IOException("stream reset with error " + frame.int32(0));
        }
        over = true;
      }
      default -> {}
    }
    boolean message = frame.type() == Http2Frames.HEADERS || frame.type() == Http2Frames.DATA;
    over |= message && (frame.flags() & Http2Frames.END_STREAM) != 0;
  }

  private void settings(RawHttp2Client.Frame frame) throws IOException {
    if ((frame.flags() & Http2Frames.ACK) != 0) {
      return;
    }
    ByteBuf payload = Unpooled.wrappedBuffer(frame.payload());
    while (payload.isReadable()) {
      int id = payload.readUnsignedShort();
      int value = payload.readInt();
      if (id == Http2Frames.SETTINGS_INITIAL_WINDOW_SIZE) {
        streamWindow += value - initialWindow;
        initialWindow = value;
      }
    }
    settled = true;
    client.frame(Http2Frames.SETTINGS, Http2Frames.ACK, 0);
  }

  @Override
  public byte[] await(int bytes) throws IOException {
    while (body.size() < bytes) {
      read();
    }
    return Arrays.copyOf(body.toByteArray(), bytes);
  }

  @Override
  public int status() {
    return Integer.parseInt(head.getOrDefault(":status", "0"));
  }

  @Override
  public Map<String, String> headers() {
    Map<String, String> fields = new HashMap<>(head);
    fields.remove(":status");
    return fields;
  }

  @Override
  public InputStream in() {
    return body.asStream(at -> {
      while (!over && body.size() <= at) {
        read();
      }
    });
  }

  @Override
  public OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        send(new byte[] {(byte) b}, false);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        send(Arrays.copyOfRange(bytes, offset, offset + length), false);
      }
    };
  }

  @Override
  public void end() throws IOException {
    client.data(STREAM, true);
  }

  @Override
  public void close() throws IOException {
    client.cut();
  }
}
