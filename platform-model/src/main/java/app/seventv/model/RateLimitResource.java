package app.seventv.model;

import java.util.Locale;

/** Resources with a rate limit of their own (data-model.md §9.2). */
public enum RateLimitResource {
  /** The key {@code emote_upload}. */
  EMOTE_UPLOAD,
  /** The key {@code profile_picture_upload}. */
  PROFILE_PICTURE_UPLOAD,
  /** The key {@code login}. */
  LOGIN,
  /** The key {@code search}. */
  SEARCH,
  /** The key {@code user_change_cosmetics}. */
  USER_CHANGE_COSMETICS,
  /** The key {@code user_change_editor}. */
  USER_CHANGE_EDITOR,
  /** The key {@code user_change_connections}. */
  USER_CHANGE_CONNECTIONS,
  /** The key {@code emote_update}. */
  EMOTE_UPDATE,
  /** The key {@code emote_set_create}. */
  EMOTE_SET_CREATE,
  /** The key {@code emote_set_change}. */
  EMOTE_SET_CHANGE,
  /** The key {@code egvault_subscribe}. */
  EGVAULT_SUBSCRIBE,
  /** The key {@code egvault_redeem}. */
  EGVAULT_REDEEM,
  /** The key {@code egvault_payment_method}. */
  EGVAULT_PAYMENT_METHOD,
  /** The key {@code user_presence_write}. */
  USER_PRESENCE_WRITE,
  /** The key {@code global}. */
  GLOBAL;

  private final String key = name().toLowerCase(Locale.ROOT);

  /** The key in stored permissions and in error messages. */
  public String key() {
    return key;
  }
}
