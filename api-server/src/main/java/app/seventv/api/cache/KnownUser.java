package app.seventv.api.cache;

import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A user in memory, with the text that most answers show of them once it was asked for. */
public final class KnownUser {
  /** Bytes of a loaded user, roughly, and of each thing they are entitled to. */
  private static final int USER_BYTES = 2500;

  private static final int ENTITLEMENT_BYTES = 250;

  private final LoadedUser user;
  private final boolean hidden;
  private byte @Nullable [] text;

  KnownUser(LoadedUser user) {
    this.user = user;
    this.hidden = user.isHidden();
  }

  public LoadedUser user() {
    return user;
  }

  /** Whether somebody may see them. */
  public boolean isVisibleTo(Caller caller) {
    return !hidden || caller.canSee(user);
  }

  /** The text; two threads at once may both make it, which is the same text. */
  public byte[] text(Function<LoadedUser, byte[]> render) {
    byte[] known = text;
    if (known == null) {
      known = render.apply(user);
      text = known;
    }
    return known;
  }

  int weight() {
    return USER_BYTES + ENTITLEMENT_BYTES * user.entitlements().size();
  }
}
