package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import app.seventv.model.topic.Channel.StreamPlatform;
import app.seventv.model.topic.EventType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every frame that the service makes up by itself, to the byte. */
class FramesTest {
  private static final SubscriptionRequest OBJECT =
      new SubscriptionRequest(
          EventType.EMOTE_SET_UPDATE,
          new Condition.OfObject(Id.parse("01HNGZE63V1HEAD8X4A1JH69RE")));
  private static final SubscriptionRequest CHANNEL =
      new SubscriptionRequest(
          EventType.ENTITLEMENT_ANY, new Condition.OfChannel(StreamPlatform.TWITCH, "123456789"));

  private static void assertFrame(String example, Opcode opcode, String payload) {
    JsonNode file = Examples.tree(example);
    ByteBuf frame =
        Frames.webSocket(
            UnpooledByteBufAllocator.DEFAULT,
            opcode,
            payload,
            file.get("t").longValue(),
            file.get("s").intValue());
    assertThat(text(frame)).isEqualTo(file.toString());
  }

  /** The payload of a whole server frame whose header says its length right. */
  static String text(ByteBuf frame) {
    assertThat(frame.readUnsignedByte()).isEqualTo((short) 0x81);
    int length = frame.readUnsignedByte();
    if (length == 126) {
      length = frame.readUnsignedShort();
    } else if (length == 127) {
      length = (int) frame.readLong();
    }
    assertThat(frame.readableBytes()).isEqualTo(length);
    String text = frame.toString(StandardCharsets.UTF_8);
    frame.release();
    return text;
  }

  @Test
  void greetings() {
    JsonNode hello = Examples.tree("hello").get("d");
    assertFrame(
        "hello",
        Opcode.HELLO,
        Payloads.hello(
            hello.get("heartbeat_interval").intValue(),
            hello.get("session_id").stringValue(),
            500,
            hello.get("instance").get("name").stringValue(),
            hello.get("instance").get("population").intValue()));
    int count = Examples.tree("heartbeat").get("d").get("count").intValue();
    assertFrame("heartbeat", Opcode.HEARTBEAT, Payloads.heartbeat(count));
  }

  @Test
  void acknowledgements() {
    assertFrame("ack-subscribe-object", Opcode.ACK, Payloads.ackSubscribe(2, OBJECT));
    assertFrame("ack-subscribe-channel", Opcode.ACK, Payloads.ackSubscribe(3, CHANNEL));
    assertFrame("ack-unsubscribe", Opcode.ACK, Payloads.ackUnsubscribe(OBJECT));
    assertFrame(
        "ack-unsubscribe-whole-type",
        Opcode.ACK,
        Payloads.ackUnsubscribe(new SubscriptionRequest(EventType.EMOTE_SET_ANY, null)));
    assertFrame("ack-resume", Opcode.ACK, Payloads.ACK_RESUME_REFUSED);
  }

  @Test
  void errors() {
    assertFrame("error-invalid-opcode", Opcode.ERROR, Payloads.error(Payloads.INVALID_OPCODE));
    assertFrame(
        "error-invalid-subscription-condition",
        Opcode.ERROR,
        Payloads.error(Payloads.INVALID_CONDITION));
    assertFrame("error-not-subscribed", Opcode.ERROR, Payloads.error(Payloads.NOT_SUBSCRIBED));
    assertFrame(
        "error-too-many-subscriptions",
        Opcode.ERROR,
        Payloads.error(Payloads.TOO_MANY_SUBSCRIPTIONS));
  }

  @Test
  void reconnects() {
    assertFrame("reconnect-ttl", Opcode.RECONNECT, Payloads.reconnect(EndReason.RECONNECT));
    assertFrame("reconnect-restart", Opcode.RECONNECT, Payloads.reconnect(EndReason.RESTART));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "end-of-stream-server-error",
        "end-of-stream-unknown-operation",
        "end-of-stream-invalid-payload",
        "end-of-stream-rate-limit",
        "end-of-stream-restart",
        "end-of-stream-maintenance",
        "end-of-stream-timeout",
        "end-of-stream-already-subscribed",
        "end-of-stream-not-subscribed",
        "end-of-stream-reconnect"
      })
  void ends(String example) {
    String name = example.substring("end-of-stream-".length()).replace('-', '_');
    EndReason reason = EndReason.valueOf(name.toUpperCase(Locale.ROOT));
    assertFrame(example, Opcode.END_OF_STREAM, Payloads.endOfStream(reason));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 10, 99, 100, 999_999, Integer.MAX_VALUE})
  void theSharedPartFitsEveryTail(int sequence) {
    byte[] payload = Examples.payload("dispatch-emote_set.delete").getBytes(StandardCharsets.UTF_8);
    byte[] middle = Frames.ascii(Frames.middle(Opcode.DISPATCH, 1764590461234L));
    ByteBuf frame =
        Frames.webSocketHead(
            UnpooledByteBufAllocator.DEFAULT, payload, middle, Frames.digits(sequence));
    Frames.writeSequence(frame, sequence);
    frame.writeByte('}');
    assertThat(text(frame))
        .isEqualTo(
            Examples.compact("dispatch-emote_set.delete")
                .replace("\"s\":9}", "\"s\":" + sequence + "}"));
  }
}
