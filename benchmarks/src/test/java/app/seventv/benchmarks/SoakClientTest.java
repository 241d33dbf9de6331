package app.seventv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.nats.DevNats;
import app.seventv.model.Id;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a viewer of the soak counts as lost, however late it reads. */
class SoakClientTest {
  private static final Id TOPIC = new Id(1L << 50, 1);
  private static final Id OTHER = new Id(1L << 50, 2);

  @TempDir Path directory = Path.of(".");

  private int sequence;

  private EmbeddedChannel connect(SoakClient client) {
    sequence = 0;
    EmbeddedChannel channel = new EmbeddedChannel(client.handler());
    channel.pipeline().fireUserEventTriggered(ClientHandshakeStateEvent.HANDSHAKE_COMPLETE);
    receive(channel, 1, "{\"session_id\":\"01KBCVWZ3ZQ0X8G2M4T6V8Y0AB\"}");
    return channel;
  }

  private void receive(EmbeddedChannel channel, int op, String payload) {
    channel.writeInbound(
        new TextWebSocketFrame(
            "{\"d\":" + payload + ",\"op\":" + op + ",\"t\":1,\"s\":" + sequence++ + "}"));
  }

  private void ack(EmbeddedChannel channel, String command, boolean success) {
    receive(channel, 5, "{\"command\":\"" + command + "\",\"data\":{\"success\":" + success + "}}");
  }

  private void event(EmbeddedChannel channel, Id topic, int number) {
    receive(channel, 0, "{\"id\":\"" + topic + "\",\"x\":{\"value\":\"n" + number + "\"}}");
  }

  @Test
  void onlyWhatTheServerOwesIsLost() throws Exception {
    InetSocketAddress nowhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    try (DevNats nats = DevNats.start(directory.resolve("nats"), 0, 0);
        Soak soak = new Soak(nowhere, nats, 1)) {
      SoakClient client = new SoakClient(soak, TOPIC);
      EmbeddedChannel first = connect(client);
      ack(first, "SUBSCRIBE", true);
      event(first, TOPIC, 1);
      event(first, TOPIC, 2);
      client.leave();
      event(first, TOPIC, 3); // still under way when the client leaves
      first.close();

      EmbeddedChannel second = connect(client);
      ack(second, "SUBSCRIBE", true);
      event(second, TOPIC, 7); // what came in between was for nobody
      client.change(OTHER);
      client.change(TOPIC);
      event(second, TOPIC, 8); // of the subscription before
      ack(second, "UNSUBSCRIBE", true);
      ack(second, "SUBSCRIBE", true);
      event(second, OTHER, 40);
      ack(second, "UNSUBSCRIBE", true);
      ack(second, "SUBSCRIBE", true);
      event(second, TOPIC, 11);
      second.close();

      EmbeddedChannel third = connect(client);
      ack(third, "RESUME", true);
      event(third, TOPIC, 12);
      event(third, TOPIC, 14); // and this the server does owe
      third.close();
      EmbeddedChannel fourth = connect(client);
      ack(fourth, "RESUME", true);
      event(fourth, TOPIC, 15);
      assertThat(soak.lost.sum()).isEqualTo(1);
      event(fourth, TOPIC, 15);
      assertThat(soak.doubled.sum()).isEqualTo(1);
      event(fourth, TOPIC, 20);
      fourth.close();
      EmbeddedChannel fifth = connect(client);
      ack(fifth, "RESUME", false); // the server says that it cannot tell
      assertThat(client.stop()).isZero();
      fifth.finishAndReleaseAll();
      assertThat(soak.lost.sum()).isEqualTo(1);
    }
  }
}
