package app.seventv.model;

import java.util.Locale;

/** A named permission bit (data-model.md §9.2). */
public enum Permission {
  /** Everything about emotes. */
  EMOTE_ADMIN(Category.EMOTE, 1),
  /** Upload. */
  EMOTE_UPLOAD(Category.EMOTE, 2),
  /** Delete own. */
  EMOTE_DELETE(Category.EMOTE, 4),
  /** Edit own. */
  EMOTE_EDIT(Category.EMOTE, 8),
  /** Manage any emote. */
  EMOTE_MANAGE_ANY(Category.EMOTE, 16),
  /** Merge. */
  EMOTE_MERGE(Category.EMOTE, 32),
  /** View unlisted. */
  EMOTE_VIEW_UNLISTED(Category.EMOTE, 64),
  /** Everything about roles. */
  ROLE_ADMIN(Category.ROLE, 1),
  /** Manage roles. */
  ROLE_MANAGE(Category.ROLE, 2),
  /** Assign roles. */
  ROLE_ASSIGN(Category.ROLE, 4),
  /** Everything about emote sets. */
  EMOTE_SET_ADMIN(Category.EMOTE_SET, 1),
  /** Manage own sets. */
  EMOTE_SET_MANAGE(Category.EMOTE_SET, 2),
  /** Manage any user-owned set. */
  EMOTE_SET_MANAGE_ANY(Category.EMOTE_SET, 4),
  /** Resize sets. */
  EMOTE_SET_RESIZE(Category.EMOTE_SET, 8),
  /** Manage global sets. */
  EMOTE_SET_MANAGE_GLOBAL(Category.EMOTE_SET, 16),
  /** Manage special sets. */
  EMOTE_SET_MANAGE_SPECIAL(Category.EMOTE_SET, 32),
  /** Assign sets. */
  EMOTE_SET_ASSIGN(Category.EMOTE_SET, 64),
  /** Everything about badges. */
  BADGE_ADMIN(Category.BADGE, 1),
  /** Manage badges. */
  BADGE_MANAGE(Category.BADGE, 2),
  /** Assign badges. */
  BADGE_ASSIGN(Category.BADGE, 4),
  /** Everything about paints. */
  PAINT_ADMIN(Category.PAINT, 1),
  /** Manage paints. */
  PAINT_MANAGE(Category.PAINT, 2),
  /** Assign paints. */
  PAINT_ASSIGN(Category.PAINT, 4),
  /** Everything about users. */
  USER_ADMIN(Category.USER, 1),
  /** Log in. */
  USER_LOGIN(Category.USER, 2),
  /** Invite editors. */
  USER_INVITE_EDITORS(Category.USER, 4),
  /** Use a custom profile picture. */
  USER_USE_CUSTOM_PROFILE_PICTURE(Category.USER, 8),
  /** Use a personal emote set. */
  USER_USE_PERSONAL_EMOTE_SET(Category.USER, 16),
  /** Use a badge. */
  USER_USE_BADGE(Category.USER, 32),
  /** Use a paint. */
  USER_USE_PAINT(Category.USER, 64),
  /** Manage any user. */
  USER_MANAGE_ANY(Category.USER, 128),
  /** Own billing. */
  USER_BILLING(Category.USER, 256),
  /** Manage billing of others. */
  USER_MANAGE_BILLING(Category.USER, 512),
  /** Ban. */
  USER_MODERATE(Category.USER, 1024),
  /** View hidden users. */
  USER_VIEW_HIDDEN(Category.USER, 2048),
  /** Manage sessions of others. */
  USER_MANAGE_SESSIONS(Category.USER, 4096),
  /** Everything about tickets. */
  TICKET_ADMIN(Category.TICKET, 1),
  /** Create tickets. */
  TICKET_CREATE(Category.TICKET, 2),
  /** Manage abuse tickets. */
  TICKET_MANAGE_ABUSE(Category.TICKET, 4),
  /** Manage billing tickets. */
  TICKET_MANAGE_BILLING(Category.TICKET, 8),
  /** Manage generic tickets. */
  TICKET_MANAGE_GENERIC(Category.TICKET, 16),
  /** Write messages. */
  TICKET_MESSAGE(Category.TICKET, 32),
  /** Everything about moderation requests. */
  EMOTE_MODERATION_REQUEST_ADMIN(Category.EMOTE_MODERATION_REQUEST, 1),
  /** Manage moderation requests. */
  EMOTE_MODERATION_REQUEST_MANAGE(Category.EMOTE_MODERATION_REQUEST, 2),
  /** Everything. */
  ADMIN(Category.ADMIN, 1),
  /** Everything, ignoring the hierarchy. */
  SUPER_ADMIN(Category.ADMIN, 2),
  /** Bypass rate limits. */
  BYPASS_RATE_LIMIT(Category.ADMIN, 4),
  /** Manage redeem codes and special events. */
  MANAGE_REDEEM_CODES(Category.ADMIN, 8),
  /** Manage entitlements. */
  MANAGE_ENTITLEMENTS(Category.ADMIN, 16),
  /** Hidden from search and listings. */
  FLAGS_HIDDEN(Category.FLAGS, 1),
  /** Accepts editor invites at once. */
  FLAGS_ACCEPT_EDITOR_INVITES(Category.FLAGS, 2);

  /** Areas that permission bits belong to, in stored order. */
  public enum Category {
    /** Emotes. */
    EMOTE,
    /** Roles. */
    ROLE,
    /** Emote sets. */
    EMOTE_SET,
    /** Badges. */
    BADGE,
    /** Paints. */
    PAINT,
    /** Users. */
    USER,
    /** Tickets. */
    TICKET,
    /** Requests to moderate an emote. */
    EMOTE_MODERATION_REQUEST,
    /** Administration of the site. */
    ADMIN,
    /** Marks on an account, which no administrator bit implies. */
    FLAGS;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The stored field name. */
    public String key() {
      return key;
    }
  }

  private final Category category;
  private final int bit;

  Permission(Category category, int bit) {
    this.category = category;
    this.bit = bit;
  }

  /** The area the bit belongs to. */
  public Category category() {
    return category;
  }

  /** The bit in the area's masks. */
  public int bit() {
    return bit;
  }
}
