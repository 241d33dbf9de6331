package app.seventv.events;

import app.seventv.model.Id;
import app.seventv.model.topic.Channel.StreamPlatform;
import app.seventv.model.topic.EventType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads client messages exactly as strictly as clients have come to know (event-api.md §5, §6). */
final class CommandParser {
  /** Reads a payload in the middle of a message, where other tokens follow. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final int MAX_UINT64_BITS = 64;
  private static final BigInteger MAX_SEQUENCE = BigInteger.valueOf(Long.MAX_VALUE);
  private static final Set<String> UNSUBSCRIBE_KEYS = Set.of("type", "condition");
  private static final Set<String> RESUME_KEYS = Set.of("session_id");

  private CommandParser() {}

  /** Reads one message in the envelope. */
  static Command parse(ByteBuf utf8) throws InvalidPayloadException {
    require(isUtf8(utf8));
    try (JsonParser in = MAPPER.createParser((InputStream) new ByteBufInputStream(utf8))) {
      return parse(in);
    } catch (JacksonException e) {
      throw new InvalidPayloadException("not JSON");
    }
  }

  /**
   * Whether the parser will not take the message for UTF-16 or UTF-32, and it has no byte order
   * mark (RFC 8259 §8.1): JSON has no zero byte and begins in ASCII.
   */
  private static boolean isUtf8(ByteBuf message) {
    int start = message.readerIndex();
    int looked = Math.min(message.readableBytes(), 4);
    for (int i = 0; i < looked; i++) {
      byte b = message.getByte(start + i);
      if (b == 0 || (i == 0 && b < 0)) {
        return false;
      }
    }
    return true;
  }

  private static Command parse(JsonParser in) throws InvalidPayloadException {
    require(in.nextToken() == JsonToken.START_OBJECT);
    JsonNode data = null;
    int opcode = -1;
    boolean timeSeen = false;
    long sequence = -1;
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      JsonToken value = in.nextToken();
      switch (name) {
        case "d" -> {
          require(data == null);
          data = in.readValueAsTree();
        }
        case "op" -> {
          require(opcode < 0 && value == JsonToken.VALUE_NUMBER_INT);
          opcode = in.getIntValue();
          require(opcode >= 0);
        }
        case "t" -> {
          require(!timeSeen && value == JsonToken.VALUE_NUMBER_INT);
          in.getLongValue(); // fails beyond 64 bits
          timeSeen = true;
        }
        case "s" -> {
          require(sequence < 0 && value == JsonToken.VALUE_NUMBER_INT);
          var number = in.getBigIntegerValue();
          require(number.signum() >= 0 && number.bitLength() <= MAX_UINT64_BITS);
          sequence = number.min(MAX_SEQUENCE).longValue();
        }
        default -> in.skipChildren();
      }
    }
    require(in.nextToken() == null);
    if (data == null) {
      throw new InvalidPayloadException("no payload");
    }
    return command(opcode, data, Math.max(0, sequence));
  }

  private static Command command(int opcode, JsonNode data, long sequence)
      throws InvalidPayloadException {
    Opcode known = Opcode.ofCode(opcode);
    if (known == null) {
      throw new InvalidPayloadException("unknown opcode");
    }
    return switch (known) {
      case SUBSCRIBE -> new Command.Subscribe(request(data));
      case UNSUBSCRIBE -> {
        requireKeys(data, UNSUBSCRIBE_KEYS);
        yield new Command.Unsubscribe(request(data));
      }
      case RESUME -> {
        requireKeys(data, RESUME_KEYS);
        JsonNode session = data.get("session_id");
        require(session == null || session.isNull() || session.isString());
        yield new Command.Resume(
            session == null || session.isNull() ? null : Id.parseOrNull(session.stringValue()),
            sequence);
      }
      case BRIDGE -> Command.Plain.BRIDGE;
      case DISPATCH, HELLO, HEARTBEAT, RECONNECT, ACK, ERROR, END_OF_STREAM, IDENTIFY, SIGNAL ->
          new Command.Forbidden(known);
    };
  }

  /** Reads the list form of inline subscriptions (event-api.md §2.5). */
  static List<SubscriptionRequest> parseList(String json) throws InvalidPayloadException {
    try {
      JsonNode list =
          MAPPER
              .readerFor(JsonNode.class)
              .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .readValue(json);
      require(list.isArray());
      List<SubscriptionRequest> requests = new ArrayList<>(list.size());
      for (JsonNode item : list) {
        requests.add(request(item));
      }
      return requests;
    } catch (JacksonException e) {
      throw new InvalidPayloadException("not JSON");
    }
  }

  private static SubscriptionRequest request(JsonNode data) throws InvalidPayloadException {
    require(data.isObject());
    JsonNode typeName = data.get("type");
    if (typeName == null || !typeName.isString()) {
      throw new InvalidPayloadException("no event type");
    }
    EventType type = EventType.ofWireName(typeName.stringValue());
    if (type == null) {
      throw new InvalidPayloadException("unknown event type");
    }
    JsonNode condition = data.get("condition");
    JsonNode time = data.get(SubscriptionRequest.UNCHANGED_SINCE);
    return new SubscriptionRequest(
        type,
        condition == null || condition.isNull() ? null : condition(condition),
        time != null && time.isBoolean() && time.booleanValue());
  }

  private static Condition condition(JsonNode json) throws InvalidPayloadException {
    require(json.isObject());
    Condition condition =
        condition(
            text(json, "object_id"), text(json, "ctx"), text(json, "platform"), text(json, "id"));
    if (condition == null) {
      throw new InvalidPayloadException("invalid condition");
    }
    return condition;
  }

  /** The condition that these values form (event-api.md §9.2), or null. */
  static @Nullable Condition condition(
      @Nullable String objectId,
      @Nullable String context,
      @Nullable String platform,
      @Nullable String id) {
    Id object = objectId == null ? null : Id.parseOrNull(objectId);
    if (object != null) {
      return new Condition.OfObject(object);
    }
    if (!"channel".equals(context) || id == null || platform == null) {
      return null;
    }
    if (id.codePoints().anyMatch(each -> Character.getType(each) == Character.SURROGATE)) {
      return null; // half a pair has no form in UTF-8: all of them would be one channel, "?"
    }
    for (StreamPlatform known : StreamPlatform.values()) {
      if (known.name().equals(platform)) {
        return new Condition.OfChannel(known, id);
      }
    }
    return null;
  }

  private static @Nullable String text(JsonNode object, String key) {
    JsonNode value = object.get(key);
    return value != null && value.isString() ? value.stringValue() : null;
  }

  private static void requireKeys(JsonNode data, Set<String> allowed)
      throws InvalidPayloadException {
    require(data.isObject() && allowed.containsAll(data.propertyNames()));
  }

  private static void require(boolean condition) throws InvalidPayloadException {
    if (!condition) {
      throw new InvalidPayloadException("malformed message");
    }
  }
}
