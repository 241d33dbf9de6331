package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.BusSamples;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions on websockets over HTTP/2 streams (RFC 8441), beside a stream of events. */
class ExtendedConnectTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final String INLINE = "/v3@emote_set.update%3Cobject_id%3D" + SET + "%3E";

  @TempDir Path directory = Path.of(".");

  /** One HTTP/2 connection with prior knowledge; fields are sent as literals. */
  private static final class Http2Client implements AutoCloseable {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_HEADERS = 4;
    private static final int ACK = 1;
    private static final int STATUS_200 = 0x88;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;
    private static final int TIMEOUT_MS = 30_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final DataOutputStream out;
    private final ByteArrayOutputStream[] bodies = {null, newBody(), null, newBody()};

    private static ByteArrayOutputStream newBody() {
      return new ByteArrayOutputStream();
    }

    Http2Client(int port) throws IOException {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      in = new DataInputStream(socket.getInputStream());
      out = new DataOutputStream(socket.getOutputStream());
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      frame(SETTINGS, 0, 0, new byte[0]);
      boolean mayConnect = false;
      Frame settings = read();
      assertThat(settings.type).isEqualTo(SETTINGS);
      for (ByteBuffer rest = ByteBuffer.wrap(settings.payload); rest.hasRemaining(); ) {
        int setting = rest.getShort();
        int value = rest.getInt();
        mayConnect |= setting == ENABLE_CONNECT_PROTOCOL && value == 1;
      }
      assertThat(mayConnect).as("SETTINGS_ENABLE_CONNECT_PROTOCOL").isTrue();
      frame(SETTINGS, ACK, 0, new byte[0]);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Frame(int type, int stream, byte[] payload) {}

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
      out.writeByte(payload.length >> 16);
      out.writeShort(payload.length);
      out.writeByte(type);
      out.writeByte(flags);
      out.writeInt(stream);
      out.write(payload);
      out.flush();
    }

    private Frame read() throws IOException {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.readUnsignedByte();
      return new Frame(type, in.readInt(), in.readNBytes(length));
    }

    void request(int stream, String... fields) throws IOException {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      for (int i = 0; i < fields.length; i += 2) {
        block.write(0); // literal without indexing, RFC 7541 §6.2.2
        block.write(fields[i].length());
        block.writeBytes(fields[i].getBytes(StandardCharsets.US_ASCII));
        block.write(fields[i + 1].length());
        block.writeBytes(fields[i + 1].getBytes(StandardCharsets.US_ASCII));
      }
      frame(HEADERS, END_HEADERS, stream, block.toByteArray());
      Frame head = read();
      while (head.type != HEADERS || head.stream != stream) {
        keep(head);
        head = read();
      }
      assertThat(head.payload[0] & 0xFF).as("status 200").isEqualTo(STATUS_200);
    }

    private void keep(Frame frame) {
      if (frame.type == DATA) {
        bodies[frame.stream].writeBytes(frame.payload);
      }
    }

    void send(int stream, byte[] bytes) throws IOException {
      frame(DATA, 0, stream, bytes);
    }

    /** Reads until what has come on a stream has a frame with this text; returns all. */
    String readTo(int stream, String text) throws IOException {
      while (!bodies[stream].toString(StandardCharsets.ISO_8859_1).contains(text)) {
        keep(read());
      }
      return bodies[stream].toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void aWebSocketAndAStreamShareAConnection() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "");
        Http2Client client = new Http2Client(fixture.port())) {
      client.request(
          1,
          ":method",
          "CONNECT",
          ":protocol",
          "websocket",
          ":scheme",
          "http",
          ":path",
          INLINE,
          ":authority",
          "x",
          "sec-websocket-version",
          "13");
      String greeting = client.readTo(1, "\"op\":2,");
      assertThat(greeting).startsWith("\u0081").contains("\"op\":1,", "\"command\":\"SUBSCRIBE\"");
      client.request(3, ":method", "GET", ":scheme", "http", ":path", INLINE, ":authority", "x");
      client.readTo(3, "event: heartbeat");

      client.send(1, RawSocketClient.text(SocketClient.subscribe("emote_set.delete", SET)));
      client.readTo(1, "emote_set.delete");
      fixture.publish(BusSamples.message(BusSamples.addEvent()));
      String dispatch = Examples.payload("dispatch-emote_set.update-add");
      String asLatin1 =
          new String(dispatch.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      assertThat(client.readTo(1, asLatin1)).contains("{\"d\":" + asLatin1 + ",\"op\":0,");
      client.readTo(3, "event: dispatch\ndata: " + asLatin1);

      client.send(1, RawSocketClient.text("x"));
      assertThat(client.readTo(1, "\u0088\u0011\u0003\u00f0Invalid Payload"))
          .contains("\"code\":4002");
      // The connection and the other session live on.
      fixture.publish(
          BusSamples.message(BusSamples.setEvent("change_name", "{'old':'a','new':'b'}")));
      client.readTo(3, "\"value\":\"b\"");
    }
  }
}
