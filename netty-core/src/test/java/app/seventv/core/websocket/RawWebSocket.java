package app.seventv.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Tunnel;
import io.netty.buffer.ByteBufUtil;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A client that writes exactly the bytes it is told to. */
final class RawWebSocket implements AutoCloseable {
  final Tunnel tunnel;
  final DataInputStream in;
  final OutputStream out;

  RawWebSocket(Tunnel tunnel) {
    this.tunnel = tunnel;
    in = new DataInputStream(tunnel.in());
    out = tunnel.out();
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
    tunnel.close();
  }

  static byte[] masked(int first, byte[] payload) {
    return ByteBufUtil.getBytes(MemoryTransport.clientFrame(first, payload));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
