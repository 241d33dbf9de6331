package app.seventv.model.topic;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import app.seventv.model.Resources;
import app.seventv.model.topic.Channel.StreamPlatform;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Event-api.md §9. */
class ScopeTest {

  private static Scope scope(JsonNode node) {
    if (node.has("object_id")) {
      return new Scope.OfObject(Id.parse(node.get("object_id").asString()));
    }
    StreamPlatform platform = StreamPlatform.valueOf(node.get("platform").asString());
    return Objects.requireNonNull(Channel.parse(platform, node.get("id").asString()));
  }

  @Test
  void keysEqualTheVectorFile() {
    JsonNode vectors =
        Resources.json("events/id-and-topic-key-vectors.json").get("topic_key_fnv1a64");
    assertThat(vectors).hasSize(6);
    for (JsonNode vector : vectors) {
      Scope scope = scope(vector.get("scope"));
      assertThat(HexFormat.of().formatHex(scope.keyBytes()))
          .isEqualTo(vector.get("bytes").asString());
      assertThat(HexFormat.of().toHexDigits(scope.hash())).isEqualTo(vector.get("hash").asString());
    }
  }

  @Test
  void numericChannelIdsAreNormalisedAndChecked() {
    assertThat(Channel.parse(StreamPlatform.TWITCH, "+00123"))
        .isEqualTo(new Channel(StreamPlatform.TWITCH, "123"));
    assertThat(Channel.parse(StreamPlatform.KICK, "4294967295")).isNotNull();
    for (String bad : new String[] {"", "+", "-1", "1a", " 1", "4294967296", "9".repeat(40)}) {
      assertThat(Channel.parse(StreamPlatform.TWITCH, bad)).as(bad).isNull();
    }
    assertThat(Channel.parse(StreamPlatform.YOUTUBE, "0123"))
        .isEqualTo(new Channel(StreamPlatform.YOUTUBE, "0123"));
  }

  @Test
  void typesHaveTheirNumbersNamesAndWildcards() {
    assertThat(Arrays.stream(EventType.values()).map(EventType::code))
        .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(0, 28).boxed().toList());
    assertThat(EventType.ofWireName("emote_set.update")).isEqualTo(EventType.EMOTE_SET_UPDATE);
    assertThat(EventType.EMOTE_SET_UPDATE.wildcard()).isEqualTo(EventType.EMOTE_SET_ANY);
    assertThat(EventType.EMOTE_SET_UPDATE.code()).isEqualTo(8);
    assertThat(EventType.USER_ANY.code()).isEqualTo(10);
    assertThat(EventType.EMOTE_SET_ANY.isWildcard()).isTrue();
    assertThat(EventType.WHISPER_SELF.wildcard()).isNull();
    assertThat(EventType.ofWireName("user.presence")).as("internal").isNull();
    assertThat(EventType.ofWireName("Emote.update")).as("case-sensitive").isNull();
    for (EventType type : EventType.values()) {
      EventType wildcard = type.wildcard();
      if (wildcard != null) {
        assertThat(wildcard.wireName())
            .isEqualTo(type.wireName().substring(0, type.wireName().indexOf('.')) + ".*");
      }
    }
  }
}
