package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames that break the websocket protocol: the client is told why (event-api.md §20 row 27). */
class ProtocolErrorTest extends ServiceCases {
  private static final int CLOSE = 0x88;
  private static final int LENGTH_OF_TWO_BYTES = 126;
  private static final int EMPTY_LINE = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

  @ParameterizedTest
  @CsvSource({
    "81 FE 4001 00000000, 1009", // a frame of 16,385 bytes
    "81 02 7B7D, 1002", // not masked
    "C1 82 00000000 7B7D, 1002", // a reserved bit
    "83 80 00000000, 1002", // a reserved opcode
    "80 80 00000000, 1002", // a continuation of nothing
    "09 80 00000000, 1002", // a fragmented ping
    "81 81 00000000 FF, 1007", // not UTF-8
    "88 81 00000000 03, 1002", // a close frame of one byte
  })
  void aFrameThatIsNone(String frame, int code) throws Exception {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(10_000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
      socket
          .getOutputStream()
          .write(
              """
              GET /v3 HTTP/1.1
              Host: x
              Connection: Upgrade
              Upgrade: websocket
              Sec-WebSocket-Version: 13
              Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

              """
                  .replace("\n", "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int last = 0;
      while (last != EMPTY_LINE) {
        last = last << 8 | in.readUnsignedByte();
      }
      socket.getOutputStream().write(HexFormat.of().parseHex(frame.replace(" ", "")));
      assertThat(closeCode(in)).isEqualTo(code);
    }
  }

  /** Reads frames up to the close frame. */
  private static int closeCode(DataInputStream in) throws IOException {
    while (true) {
      int head = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      if (head == CLOSE) {
        return in.readUnsignedShort();
      }
      in.skipNBytes(length == LENGTH_OF_TWO_BYTES ? in.readUnsignedShort() : length);
    }
  }
}
