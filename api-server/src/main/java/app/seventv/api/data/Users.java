package app.seventv.api.data;

import app.seventv.model.User;

/** Copies of user documents with one part replaced. */
public final class Users {
  private Users() {}

  public static User withStyle(User user, User.Style style) {
    return new User(
        user.id(),
        user.email(),
        user.emailVerified(),
        user.hasBans(),
        user.allCosmetics(),
        user.mergedIntoId(),
        user.settings(),
        user.twoFactor(),
        style,
        user.connections(),
        user.stripeCustomerId(),
        user.cached(),
        user.updatedAt(),
        user.searchUpdatedAt());
  }
}
