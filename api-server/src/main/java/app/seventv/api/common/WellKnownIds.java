package app.seventv.api.common;

import app.seventv.model.Id;

/**
 * Rows of the database that mean something to the code (data-model.md §2.6).
 *
 * @param blockingRole whoever holds it may not sign in
 * @param quietRole whoever holds it has no activity to show
 * @param systemUser the actor shown where nobody is named
 * @param subscriptionProduct what subscribers are subscribed to
 */
public record WellKnownIds(Id blockingRole, Id quietRole, Id systemUser, Id subscriptionProduct) {
  /** Those of the platform. */
  public static final WellKnownIds DEFAULTS =
      new WellKnownIds(
          Id.parse("01GHVA0W78000DYB7VMB9MMHQV"),
          Id.parse("644JAH244N89EAJGXHMC2W48RY"),
          Id.parse("01FRG0ZGSR00084PQ73P1BYDX8"),
          Id.parse("01FEVKBBTGRAT7FCY276TNTJ4A"));

  /** Whether somebody's activity is hidden. */
  public boolean isQuiet(LoadedUser user) {
    return user.roleIds().contains(quietRole);
  }
}
