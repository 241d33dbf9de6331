package app.seventv.model.topic;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A type of event that can be subscribed to (event-api.md §9.1). */
public enum EventType {
  /** The type {@code system.*}. */
  SYSTEM_ANY(0, "system.*"),
  /** The type {@code system.announcement}. */
  SYSTEM_ANNOUNCEMENT(1, "system.announcement"),
  /** The type {@code emote.*}. */
  EMOTE_ANY(2, "emote.*"),
  /** The type {@code emote.create}. */
  EMOTE_CREATE(3, "emote.create"),
  /** The type {@code emote.update}. */
  EMOTE_UPDATE(4, "emote.update"),
  /** The type {@code emote.delete}. */
  EMOTE_DELETE(5, "emote.delete"),
  /** The type {@code emote_set.*}. */
  EMOTE_SET_ANY(6, "emote_set.*"),
  /** The type {@code emote_set.create}. */
  EMOTE_SET_CREATE(7, "emote_set.create"),
  /** The type {@code emote_set.update}. */
  EMOTE_SET_UPDATE(8, "emote_set.update"),
  /** The type {@code emote_set.delete}. */
  EMOTE_SET_DELETE(9, "emote_set.delete"),
  /** The type {@code user.*}. */
  USER_ANY(10, "user.*"),
  /** The type {@code user.create}. */
  USER_CREATE(11, "user.create"),
  /** The type {@code user.update}. */
  USER_UPDATE(12, "user.update"),
  /** The type {@code user.delete}. */
  USER_DELETE(13, "user.delete"),
  /** The type {@code entitlement.*}. */
  ENTITLEMENT_ANY(14, "entitlement.*"),
  /** The type {@code entitlement.create}. */
  ENTITLEMENT_CREATE(15, "entitlement.create"),
  /** The type {@code entitlement.update}. */
  ENTITLEMENT_UPDATE(16, "entitlement.update"),
  /** The type {@code entitlement.delete}. */
  ENTITLEMENT_DELETE(17, "entitlement.delete"),
  /** The type {@code entitlement.reset}. */
  ENTITLEMENT_RESET(18, "entitlement.reset"),
  /** The type {@code cosmetic.*}. */
  COSMETIC_ANY(19, "cosmetic.*"),
  /** The type {@code cosmetic.create}. */
  COSMETIC_CREATE(20, "cosmetic.create"),
  /** The type {@code cosmetic.update}. */
  COSMETIC_UPDATE(21, "cosmetic.update"),
  /** The type {@code cosmetic.delete}. */
  COSMETIC_DELETE(22, "cosmetic.delete"),
  /** The type {@code whisper.self}. */
  WHISPER_SELF(23, "whisper.self"),
  /** The type {@code user.presence}. */
  USER_PRESENCE(24, "user.presence"),
  // Beyond the types of event-api.md §9.1, which has none for roles (§20 row 18).
  /** The type {@code role.*}. */
  ROLE_ANY(25, "role.*"),
  /** The type {@code role.create}. */
  ROLE_CREATE(26, "role.create"),
  /** The type {@code role.update}. */
  ROLE_UPDATE(27, "role.update"),
  /** The type {@code role.delete}. */
  ROLE_DELETE(28, "role.delete");

  private static final Map<String, EventType> BY_WIRE_NAME =
      Arrays.stream(values())
          .filter(type -> type != USER_PRESENCE) // internal: clients must not ask for it
          .collect(Collectors.toUnmodifiableMap(EventType::wireName, Function.identity()));

  private final int code;
  private final String wireName;

  EventType(int code, String wireName) {
    this.code = code;
    this.wireName = wireName;
  }

  /** The number of the type in topic keys (event-api.md §9.5). */
  public int code() {
    return code;
  }

  /** The name that clients use, e.g. {@code emote_set.update}. */
  public String wireName() {
    return wireName;
  }

  /** True for a type that stands for a whole group. */
  public boolean isWildcard() {
    return wireName.endsWith("*");
  }

  /** The wildcard that covers this type, null if none does. */
  public @Nullable EventType wildcard() {
    return switch (this) {
      case SYSTEM_ANNOUNCEMENT -> SYSTEM_ANY;
      case EMOTE_CREATE, EMOTE_UPDATE, EMOTE_DELETE -> EMOTE_ANY;
      case EMOTE_SET_CREATE, EMOTE_SET_UPDATE, EMOTE_SET_DELETE -> EMOTE_SET_ANY;
      case USER_CREATE, USER_UPDATE, USER_DELETE -> USER_ANY;
      case ENTITLEMENT_CREATE, ENTITLEMENT_UPDATE, ENTITLEMENT_DELETE, ENTITLEMENT_RESET ->
          ENTITLEMENT_ANY;
      case COSMETIC_CREATE, COSMETIC_UPDATE, COSMETIC_DELETE -> COSMETIC_ANY;
      case ROLE_CREATE, ROLE_UPDATE, ROLE_DELETE -> ROLE_ANY;
      default -> null;
    };
  }

  /** The type a client names, case-sensitive; null if clients may not subscribe to it. */
  public static @Nullable EventType ofWireName(String name) {
    return BY_WIRE_NAME.get(name);
  }
}
