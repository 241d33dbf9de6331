package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.Id;
import app.seventv.model.topic.Channel.StreamPlatform;
import app.seventv.model.topic.EventType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CommandParserTest {
  private static Command parse(String json) throws InvalidPayloadException {
    return CommandParser.parse(Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
  }

  private static Command.Subscribe subscribe(EventType type, @Nullable Condition condition) {
    return new Command.Subscribe(new SubscriptionRequest(type, condition));
  }

  /** A parser that guesses encodings takes these (RFC 8259 §8.1). */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "UTF-16"})
  void messagesAreUtf8(String charset) {
    ByteBuf message = Unpooled.copiedBuffer("{\"op\":34,\"d\":{}}", Charset.forName(charset));
    assertThatThrownBy(() -> CommandParser.parse(message))
        .isInstanceOf(InvalidPayloadException.class);
    assertThatThrownBy(() -> parse("\ufeff{\"op\":34,\"d\":{}}"))
        .isInstanceOf(InvalidPayloadException.class);
  }

  @Test
  void readsWhatClientsSend() throws Exception {
    Condition set = new Condition.OfObject(Id.parse("01HNGZE63V1HEAD8X4A1JH69RE"));
    assertThat(parse(Examples.tree("client-subscribe-object").toPrettyString()))
        .isEqualTo(subscribe(EventType.EMOTE_SET_UPDATE, set));
    assertThat(parse(Examples.compact("client-subscribe-channel")))
        .isEqualTo(
            subscribe(
                EventType.ENTITLEMENT_ANY,
                new Condition.OfChannel(StreamPlatform.TWITCH, "123456789")));
    assertThat(parse(Examples.compact("client-subscribe-legacy-id")))
        .isEqualTo(
            subscribe(
                EventType.USER_UPDATE,
                new Condition.OfObject(Id.parse("01F6YT6WH00003W81WR5MXZG86"))));
    assertThat(parse(Examples.compact("client-unsubscribe")))
        .isEqualTo(
            new Command.Unsubscribe(new SubscriptionRequest(EventType.EMOTE_SET_UPDATE, set)));
    assertThat(parse(Examples.compact("client-unsubscribe-whole-type")))
        .isEqualTo(new Command.Unsubscribe(new SubscriptionRequest(EventType.EMOTE_SET_ANY, null)));
    assertThat(parse(Examples.compact("client-resume"))).isEqualTo(resume(0));
    assertThat(parse(Examples.compact("client-resume").replaceFirst("\\{", "{\"s\":41,")))
        .isEqualTo(resume(41));
    assertThat(parse("{\"op\":34,\"d\":{\"session_id\":\"x\"}}"))
        .isEqualTo(new Command.Resume(null, 0));
    assertThat(parse(Examples.compact("client-bridge"))).isEqualTo(Command.Plain.BRIDGE);
    assertThat(parse(Examples.compact("client-heartbeat")))
        .isEqualTo(new Command.Forbidden(Opcode.HEARTBEAT));
    assertThat(parse(Examples.compact("client-identify")))
        .isEqualTo(new Command.Forbidden(Opcode.IDENTIFY));
  }

  private static Command resume(long lastSeen) {
    JsonNode id = Examples.tree("client-resume").at("/d/session_id");
    return new Command.Resume(Id.parse(id.stringValue()), lastSeen);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"op\":35,\"d\":{\"type\":\"emote.update\",\"condition\":null,\"x\":1}}",
        "{\"x\":[{}],\"op\":35,\"t\":5,\"s\":18446744073709551615,\"d\":{\"type\":\"emote.update\"}}",
        " {\"d\":{\"type\":\"user.update\",\"type\":\"emote.update\"},\"op\":35} \n",
      })
  void toleratesWhatIsTolerated(String json) throws Exception {
    assertThat(parse(json)).isEqualTo(subscribe(EventType.EMOTE_UPDATE, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{\"op\":35}",
        "{\"d\":{}}",
        "{\"op\":35,\"d\":null}",
        "{\"op\":\"38\",\"d\":{}}",
        "{\"op\":38.0,\"d\":{}}",
        "{\"op\":38,\"op\":38,\"d\":{}}",
        "{\"op\":38,\"d\":{},\"d\":{}}",
        "{\"op\":38,\"d\":{},\"t\":null}",
        "{\"op\":38,\"d\":{},\"t\":\"1\"}",
        "{\"op\":38,\"d\":{},\"t\":9223372036854775808}",
        "{\"op\":38,\"d\":{},\"s\":-1}",
        "{\"op\":38,\"d\":{}} {}",
        "{\"op\":38,\"d\":{}}x",
        "{\"op\":38,\"d\":{}",
        "{\"op\":3,\"d\":{}}",
        "{\"op\":99,\"d\":{}}",
        "{\"op\":99999999999,\"d\":{}}",
        "{\"op\":34,\"d\":null}",
        "{\"op\":34,\"d\":{\"x\":1}}",
        "{\"op\":34,\"d\":{\"session_id\":1}}",
        "{\"op\":36,\"d\":{\"type\":\"emote.update\",\"x\":1}}",
        "{\"op\":35,\"d\":{\"type\":\"user.presence\"}}",
        "{\"op\":35,\"d\":{\"type\":\"Emote.update\"}}",
        "{\"op\":35,\"d\":{\"type\":\"user.add_connection\"}}",
        "{\"op\":35,\"d\":{\"type\":\"emote.update\",\"condition\":{}}}",
        "{\"op\":35,\"d\":{\"type\":\"emote.update\",\"condition\":\"x\"}}",
        "{\"op\":35,\"d\":{\"type\":\"emote.update\",\"condition\":{\"host_id\":\"1\"}}}",
        "{\"op\":35,\"d\":{\"type\":\"emote.update\",\"condition\":{\"object_id\":\"1\"}}}",
        "{\"op\":35,\"d\":{\"type\":\"emote.*\",\"condition\":"
            + "{\"ctx\":\"channel\",\"platform\":\"twitch\",\"id\":\"1\"}}}",
        "{\"op\":35,\"d\":{\"type\":\"emote.*\",\"condition\":"
            + "{\"ctx\":\"channel\",\"platform\":\"TWITCH\",\"id\":1}}}",
        "{\"op\":35,\"d\":{\"type\":\"emote.*\",\"condition\":"
            + "{\"ctx\":\"channel\",\"platform\":\"YOUTUBE\",\"id\":\"\\ud800\"}}}",
      })
  void refusesTheRest(String json) {
    assertThatThrownBy(() -> parse(json)).isInstanceOf(InvalidPayloadException.class);
  }

  @Test
  void readsTheInlineSyntax() {
    assertThat(
            InlineSubscriptions.parse(
                " emote_set.update<object_id=01HNGZE63V1HEAD8X4A1JH69RE> ,"
                    + "entitlement.*<ctx=channel;platform=TWITCH;id=1;id=0123;noise>,"
                    + "emote.update,bogus<object_id=01HNGZE63V1HEAD8X4A1JH69RE>,"
                    + "user.*<object_id=1>,cosmetic.*<ctx=channel;platform=TWITCH;id=1,"))
        .isEqualTo(
            List.of(
                new SubscriptionRequest(
                    EventType.EMOTE_SET_UPDATE,
                    new Condition.OfObject(Id.parse("01HNGZE63V1HEAD8X4A1JH69RE"))),
                new SubscriptionRequest(
                    EventType.ENTITLEMENT_ANY,
                    new Condition.OfChannel(StreamPlatform.TWITCH, "0123"))));
  }

  @Test
  void percentDecodingForgives() {
    assertThat(PercentCoding.decode("a%20b+c%zz%", false)).isEqualTo("a b+c%zz%");
    assertThat(PercentCoding.decode("a+b", true)).isEqualTo("a b");
    assertThat(PercentCoding.decodeStrictly("%ff")).isNull();
    FormQuery query = FormQuery.parse("app=x%20y&app=z&q=%5B%5D&&flag");
    assertThat(query.first("app")).isEqualTo("x y");
    assertThat(query.isRepeated("app")).isTrue();
    assertThat(query.first("q")).isEqualTo("[]");
    assertThat(query.first("flag")).isEmpty();
    assertThat(query.first("none")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"reserved-system.announcement", "reserved-whisper", "reserved-entitlement.reset"})
  void typesThatNobodySendsCanBeSubscribedTo(String example) throws Exception {
    String type = Examples.tree(example).at("/d/type").stringValue();
    assertThat(parse("{\"op\":35,\"d\":{\"type\":\"" + type + "\"}}"))
        .isEqualTo(subscribe(Objects.requireNonNull(EventType.ofWireName(type)), null));
  }
}
