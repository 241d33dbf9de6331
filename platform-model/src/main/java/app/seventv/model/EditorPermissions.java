package app.seventv.model;

import org.bson.BsonDocument;

/** What an editor may do, as bit masks per area (data-model.md §7.23). */
public record EditorPermissions(int emoteSet, int emote, int user) implements Document {

  private static final int CATEGORY_ADMIN_BIT = 1;
  private static final int SUPER_ADMIN_BIT = 1;
  private static final int USER_ADMIN_BIT = 2;

  /** Named editor permissions. */
  public enum Bit {
    /** Everything about sets. */
    EMOTE_SET_ADMIN(Area.EMOTE_SET, 1),
    /** Edit sets. */
    EMOTE_SET_MANAGE(Area.EMOTE_SET, 2),
    /** Create sets. */
    EMOTE_SET_CREATE(Area.EMOTE_SET, 4),
    /** Everything about emotes. */
    EMOTE_ADMIN(Area.EMOTE, 1),
    /** Edit emotes. */
    EMOTE_MANAGE(Area.EMOTE, 2),
    /** Upload in the owner's name. */
    EMOTE_CREATE(Area.EMOTE, 4),
    /** Give emotes away. */
    EMOTE_TRANSFER(Area.EMOTE, 8),
    /** Everything in every area. */
    SUPER_ADMIN(Area.USER, 1),
    /** Everything about the account. */
    USER_ADMIN(Area.USER, 2),
    /** Billing. */
    USER_BILLING(Area.USER, 4),
    /** Profile. */
    USER_PROFILE(Area.USER, 8),
    /** Editors. */
    USER_EDITORS(Area.USER, 16),
    /** The personal set. */
    USER_PERSONAL_EMOTE_SET(Area.USER, 32);

    private final Area area;
    private final int bit;

    Bit(Area area, int bit) {
      this.area = area;
      this.bit = bit;
    }
  }

  private enum Area {
    EMOTE_SET,
    EMOTE,
    USER
  }

  /** True if the bit, its area's admin bit or the super-admin bit is set. */
  public boolean has(Bit wanted) {
    boolean superAdmin = (user & SUPER_ADMIN_BIT) != 0;
    return superAdmin
        || switch (wanted.area) {
          case EMOTE_SET -> (emoteSet & (wanted.bit | CATEGORY_ADMIN_BIT)) != 0;
          case EMOTE -> (emote & (wanted.bit | CATEGORY_ADMIN_BIT)) != 0;
          case USER -> wanted != Bit.SUPER_ADMIN && (user & (wanted.bit | USER_ADMIN_BIT)) != 0;
        };
  }

  /** True if every named permission of {@code other} is held here as well. */
  public boolean covers(EditorPermissions other) {
    for (Bit bit : Bit.values()) {
      if (other.has(bit) && !has(bit)) {
        return false;
      }
    }
    return true;
  }

  /** True if nothing is granted. */
  public boolean isEmpty() {
    return emoteSet == 0 && emote == 0 && user == 0;
  }

  /** Reads the stored form. */
  public static EditorPermissions read(DocumentReader in) {
    EditorPermissions permissions =
        new EditorPermissions(in.int32("emote_set", 0), in.int32("emote", 0), in.int32("user", 0));
    in.rejectUnknown();
    return permissions;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .int32UnlessZero("emote_set", emoteSet)
        .int32UnlessZero("emote", emote)
        .int32UnlessZero("user", user)
        .build();
  }
}
