package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Notes every call; long messages by length and hash. */
final class RecordingListener implements WebSocketListener {
  private static final int MAX_SHOWN_BYTES = 64;
  final List<String> events = new ArrayList<>();

  @Override
  public void onOpen(WebSocket socket, String subprotocol) {
    events.add("open " + subprotocol);
  }

  @Override
  public void onText(WebSocket socket, ByteBuf utf8) {
    events.add(
        utf8.readableBytes() > MAX_SHOWN_BYTES
            ? "text of " + utf8.readableBytes() + " " + ByteBufUtil.hashCode(utf8)
            : "text " + utf8.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void onBinary(WebSocket socket, ByteBuf data) {
    events.add("binary of " + data.readableBytes() + " " + ByteBufUtil.hashCode(data));
  }

  @Override
  public void onPong(WebSocket socket) {
    events.add("pong");
  }

  @Override
  public void onWritabilityChanged(WebSocket socket) {
    events.add("writable " + socket.isWritable());
  }

  @Override
  public void onClose(WebSocket socket, int code, String reason) {
    events.add("close " + code + " " + reason);
  }
}
