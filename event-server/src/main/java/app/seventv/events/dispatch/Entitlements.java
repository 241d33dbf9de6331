package app.seventv.events.dispatch;

import app.seventv.model.Id;
import app.seventv.model.topic.EventType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Payloads of {@code entitlement.create} and {@code entitlement.delete} (event-api.md §13.2). The
 * object kind differs between rows of that table for no reason that clients care about; it is kept
 * as they have always got it.
 */
public final class Entitlements {
  private static final byte[] END = "}}}".getBytes(StandardCharsets.US_ASCII);

  private Entitlements() {}

  /** Rows 5, 7 and 8. */
  public static byte[] create(EntitlementKind kind, Id ref, byte[] userJson) {
    ObjectKind bodyKind =
        kind == EntitlementKind.EMOTE_SET ? ObjectKind.ENTITLEMENT : ObjectKind.COSMETIC;
    return payload(EventType.ENTITLEMENT_CREATE, bodyKind, kind, ref, userJson);
  }

  /**
   * Rows 4, 6 and 9.
   *
   * @param cleared whether the user has nothing left at all
   */
  public static byte[] delete(EntitlementKind kind, boolean cleared, Id ref, byte[] userJson) {
    return payload(
        EventType.ENTITLEMENT_DELETE,
        cleared ? ObjectKind.COSMETIC : ObjectKind.ENTITLEMENT,
        kind,
        ref,
        userJson);
  }

  private static byte[] payload(
      EventType type, ObjectKind bodyKind, EntitlementKind kind, Id ref, byte[] userJson) {
    byte[] head =
        ("{\"type\":\""
                + type.wireName()
                + "\",\"body\":{\"id\":\""
                + Id.NIL
                + "\",\"kind\":"
                + bodyKind.code()
                + ",\"object\":{\"id\":\""
                + Id.NIL
                + "\",\"kind\":\""
                + kind.name()
                + "\",\"ref_id\":\""
                + ref
                + "\",\"user\":")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + userJson.length + END.length);
    System.arraycopy(userJson, 0, all, head.length, userJson.length);
    System.arraycopy(END, 0, all, head.length + userJson.length, END.length);
    return all;
  }
}
